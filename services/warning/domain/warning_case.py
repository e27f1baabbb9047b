"""A warning as the rules see it: who owns it, where it stands, how grave it is."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.warning.domain.levels import WarningLevel
from services.warning.domain.lifecycle import State


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningCase:
    """One warning, open or closed.

    handler_ids: everybody who accepted, visited or reported on it; none of them may close a red.
    outcome_at: when the outcome that is on record was recorded; what was known by then has been judged.
    judged_at: the same of an earlier outcome, which new signals contradicted or which an earlier life ended with.
    rejected_by: coordinators who gave it back; they are passed over when it is assigned on.
    """

    id: UUID
    enterprise_id: int
    uscc: str
    division: str
    grid_cell: str | None
    level: WarningLevel
    peak_level: WarningLevel
    state: State
    assignee_id: UUID | None = None
    queue_division: str | None = None
    assignment_reason: str | None = None
    handler_ids: tuple[UUID, ...] = ()
    rejected_by: tuple[UUID, ...] = ()
    rule_ids: tuple[str, ...]
    assessment_id: UUID | None
    double_red: bool
    escalated_to: str | None = None
    raised_at: datetime
    lower_since: datetime | None = None
    due_at: datetime | None = None
    paused_at: datetime | None = None
    pause_reason: str | None = None
    outcome_at: datetime | None = None
    judged_at: datetime | None = None
    outcome_evidence: str | None = None
    reason_code: str | None = None
    closed_at: datetime | None = None
    closed_by: UUID | None = None
    origin: str = "live"
    version: int = 1
    updated_at: datetime

    def located(self, division: str, grid_cell: str | None) -> "WarningCase":
        """Return the warning where its enterprise works now; itself where that is no news."""
        if (self.division, self.grid_cell) == (division, grid_cell):
            return self
        return replace(self, division=division, grid_cell=grid_cell)

    @property
    def last_judged_at(self) -> datetime | None:
        """Return up to when what was known has been judged; None when nobody has judged anything yet."""
        return self.outcome_at or self.closed_at or self.judged_at

    @property
    def colour(self) -> Literal["orange", "red"]:
        """Return its level as one of the two official ones; a warning has no other."""
        return "red" if self.level is WarningLevel.RED else "orange"

    @property
    def peak_colour(self) -> Literal["orange", "red"]:
        """Return the gravest level it ever had."""
        return "red" if self.peak_level is WarningLevel.RED else "orange"
