"""A case of the labour inspectorate as the rules see it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal
from uuid import UUID

from services.inspection.domain.lifecycle import Finding, Outcome, State


class Extension(StrEnum):
    """Where the one extension of the investigation stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionCase:
    """One case, out of one referral of a warning.

    referred_version: the warning's version at its referral; a warning referred again opens another case.
    division: of the workplace, which decides the jurisdiction (劳动保障监察条例 art. 13).
    left_officer_ids: officers who no longer work here and wait to be replaced.
    amount_cny: CNY in dispute as the referral says; order_amount_cny: CNY ordered to be paid.
    due_at: when the running clock ends; None when none runs.
    """

    id: UUID
    warning_id: UUID
    referred_version: int
    level: Literal["orange", "red"]
    uscc: str
    enterprise_name: str
    sole_trader: bool
    division: str
    grid_cell: str | None
    zone: str | None
    industry: str | None
    headcount: int | None
    workers: int | None
    amount_cny: Decimal | None
    note: str
    state: State
    officer_ids: tuple[UUID, ...] = ()
    left_officer_ids: tuple[UUID, ...] = ()
    received_at: datetime
    filed_at: datetime | None = None
    extension: Extension | None = None
    extension_asked_by: UUID | None = None
    visited_on: date | None = None
    finding: Finding | None = None
    findings: str | None = None
    found_at: datetime | None = None
    order_article: str | None = None
    order_requirement: str | None = None
    order_amount_cny: Decimal | None = None
    order_due_at: datetime | None = None
    ordered_at: datetime | None = None
    rectification_evidence: str | None = None
    rectified_at: datetime | None = None
    outcome: Outcome | None = None
    close_reason: str | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    version: int
    updated_at: datetime
