"""Gives warnings to somebody: coordinator of the cell, deputy, least loaded of the town, the town's queue."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.warning.domain.assignment import Assignment, Coordinator, choose_assignee
from services.warning.domain.lifecycle import Action
from services.warning.domain.warning_case import WarningCase
from services.warning.repository import coordinators
from services.warning.usecases.effects import facts_of, town_of
from services.warning.usecases.warning_action import Situation
from shared.db.tx import ReadTx
from shared.events.warning import WarningAssigned
from shared.kernel.clock import shanghai_day


class Roster:
    """The coordinators of some towns; every choice adds to the load of who was chosen."""

    def __init__(self, candidates: Sequence[Coordinator]) -> None:
        """Keep the candidates by id."""
        self._candidates = {one.id: one for one in candidates}

    @classmethod
    async def read(cls, tx: ReadTx, divisions: Iterable[str], cap: int) -> "Roster":
        """Read the coordinators of the towns that hold these divisions."""
        today: date = shanghai_day(tx.now)
        return cls(await coordinators.candidates(tx, sorted({town_of(one) for one in divisions}), today, cap))

    def works_in(self, account_id: UUID | None, division: str) -> bool:
        """Tell whether an account is a coordinator of the division's town."""
        one = self._candidates.get(account_id) if account_id else None
        return one is not None and one.town == town_of(division)

    def choose(self, case: WarningCase) -> Assignment:
        """Return who gets the warning and why; those who gave it back are passed over."""
        chosen = choose_assignee(
            list(self._candidates.values()), case.division, case.grid_cell, frozenset(case.rejected_by)
        )
        if chosen.assignee_id is not None:
            self.add_load(chosen.assignee_id)
        return chosen

    def add_load(self, account_id: UUID) -> None:
        """Count one more warning for a coordinator."""
        one = self._candidates.get(account_id)
        if one is not None:
            self._candidates[account_id] = replace(one, open_count=one.open_count + 1)


def owned_by(chosen: Assignment) -> dict[str, Any]:
    """Return the changes that make a warning the chosen one's."""
    return {
        "assignee_id": chosen.assignee_id,
        "queue_division": chosen.queue_division,
        "assignment_reason": chosen.reason.value,
    }


def assigned_event(case: WarningCase, former: WarningCase | None = None) -> WarningAssigned:
    """Return the event that tells of an assignment; `former` is the warning as it was for whoever had it before."""
    lost = former is not None and former.assignee_id != case.assignee_id
    return WarningAssigned.model_validate(
        facts_of(case)
        | {
            "assignee_id": case.assignee_id,
            "queue_division": case.queue_division,
            "reason": case.assignment_reason or "",
            "former_assignee_id": former.assignee_id if former is not None and lost else None,
        }
    )


def assign_on(situation: Situation, chosen: Assignment, action: Action, note: str | None = None) -> None:
    """Take the step that gives the warning to the chosen one; without a note the history tells why it was that one."""
    former = situation.case
    situation.move(action, note or chosen.reason.value, **owned_by(chosen))
    situation.effects.events.append(assigned_event(situation.case, former))
