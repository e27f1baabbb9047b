"""A case as the rules see it: whose it is, where it stands, who is asked to take it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from services.mediation.domain.choice import Dispute
from services.mediation.domain.lifecycle import Outcome, State
from services.mediation.domain.organisations import Tier


@dataclass(frozen=True, slots=True)
class MediationCase:
    """One case, open or closed.

    hand_over: the version that the warning had when it was handed over; a warning may come more than once.
    mediator_id: who accepted it; None before, and where that person has left.
    offered_to: the organisation that is asked to take it; until it answers nothing changes hands.
    workers: how many are in dispute; headcount: how many work there. Amounts in CNY.
    """

    id: UUID
    warning_id: UUID
    hand_over: int
    uscc: str
    division: str
    enterprise_name: str
    sole_trader: bool
    level: str
    grid_cell: str | None
    zone: str | None
    industry: str | None
    headcount: int | None
    workers: int | None
    amount_cny: Decimal | None
    note: str
    organisation_id: UUID
    tier: Tier
    rule_id: str
    floor_ids: tuple[str, ...]
    state: State
    mediator_id: UUID | None
    offered_to: UUID | None
    offer_reason: str | None
    offered_at: datetime | None
    received_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None
    deemed: bool
    reason: str | None
    agreed_cny: Decimal | None
    agreed_due_on: date | None
    version: int
    updated_at: datetime

    @property
    def dispute(self) -> Dispute:
        """Return what the choice of an organisation looks at."""
        return Dispute(
            uscc=self.uscc,
            division=self.division,
            grid_cell=self.grid_cell,
            zone=self.zone,
            industry=self.industry,
            workers=self.workers,
            level=self.level,
        )
