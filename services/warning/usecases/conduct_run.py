"""What one run of assessments knows of the warnings that it concerns, and what it does to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.warning.repository.clocks import RunningClock
from services.warning.usecases.assign_warnings import Roster
from services.warning.usecases.effects import Effects
from services.warning.usecases.judge_enterprises import Judgement
from services.warning.usecases.reference_data import Reference
from services.warning.usecases.warning_action import Timing
from shared.db.tx import WriteTx


@dataclass(frozen=True, slots=True)
class Referred:
    """An assessment to which a warning now refers: its id, and the judgement with what of it is news."""

    assessment_id: UUID
    judgement: Judgement


@dataclass(slots=True)
class Conduct:
    """One run over a chunk: what is known of its warnings, and the effects so far."""

    tx: WriteTx
    reference: Reference
    roster: Roster
    running: Mapping[UUID, Sequence[RunningClock]]
    working: frozenset[UUID]
    judged: Mapping[int, datetime]
    effects: Effects
    referred: dict[int, Referred]

    @property
    def timing(self) -> Timing:
        """Return what clocks are made from."""
        return Timing(self.reference.policy, self.reference.calendar)
