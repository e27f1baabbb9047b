"""What every action of a mediator on a case shares: seen once, done once, written in one go."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from services.mediation.domain.lifecycle import Action, State, next_state
from services.mediation.domain.mediation_case import MediationCase
from services.mediation.repository import cases, clocks, organisations
from services.mediation.usecases.effects import Effects
from services.mediation.usecases.situation import Situation
from services.mediation.usecases.timing import Timing
from shared.auth.actor import Actor
from shared.auth.principal import Principal
from shared.contracts.base import Action as PersonsAction
from shared.contracts.base import CaseDone
from shared.db.tx import WriteTx
from shared.kernel.errors import DomainError, Kind, found


class OnlyOffered(DomainError):
    """The case is offered to the caller's organisation, which does not have it yet."""

    kind = Kind.CONFLICT
    code = "mediation.only_offered"
    message_zh = "该案件仅移送到贵组织待接收：请先接收，或退回。"
    message_en = "The case is only offered to your organisation: accept the offer first, or return it."


class NotItsMediator(DomainError):
    """A colleague accepted the case."""

    kind = Kind.CONFLICT
    code = "mediation.not_its_mediator"
    message_zh = "该案件由同组织另一位调解员办理：如需接办，请先登记接办。"
    message_en = "A colleague has this case: take it over first."


class NotOffered(DomainError):
    """There is no offer that the caller's organisation could answer."""

    kind = Kind.CONFLICT
    code = "mediation.not_offered"
    message_zh = "该案件没有待贵组织答复的移送。"
    message_en = "No transfer of this case waits for your organisation's answer."


@dataclass(frozen=True, slots=True)
class Standpoint:
    """The caller's organisations, from which they act."""

    who: Principal
    organisation_ids: frozenset[UUID]

    def as_holder(self, case: MediationCase) -> None:
        """Refuse who does not work where the case lies. Raises OnlyOffered."""
        if case.organisation_id not in self.organisation_ids:
            raise OnlyOffered

    def as_mediator(self, case: MediationCase, step: Action) -> None:
        """Refuse who is not the one that accepted it. Raises OnlyOffered, CaseActionNotAllowed, NotItsMediator."""
        self.as_holder(case)
        next_state(case.state, step)
        if case.state is State.ACCEPTED and case.mediator_id != self.who.account_id:
            raise NotItsMediator

    def as_receiver(self, case: MediationCase) -> None:
        """Refuse who works for no organisation that is asked. Raises NotOffered."""
        if case.offered_to is None or case.offered_to not in self.organisation_ids:
            raise NotOffered


Work = Callable[[Situation, Standpoint], Awaitable[None]]


async def perform(
    tx: WriteTx, who: Principal, case_id: UUID, action: PersonsAction, timing: Timing, work: Work
) -> CaseDone:
    """Do `work` on a case that the caller may see, once per action id, and write what came of it.

    A repeat is answered even when the case has left the caller's organisation since.
    Raises NotFound, ActionIdTaken, and whatever `work` refuses.
    """

    async def lock() -> MediationCase:
        await organisations.hold_still(tx)
        return found(await cases.lock(tx, case_id, who))

    async def act(case: MediationCase) -> CaseDone:
        running = (await clocks.of_cases(tx, [case.id]))[case.id]
        situation = Situation(tx, Actor.of(who), case, running, timing, Effects())
        await work(situation, Standpoint(who, await organisations.of_mediator(tx, who.account_id)))
        situation.settle()
        await situation.effects.write(tx)
        return answer(situation.case)

    async def repeated() -> CaseDone:
        return answer(found(await cases.find_any(tx, case_id)), repeated=True)

    return await cases.DONE.once(tx, who.account_id, case_id, action, lock=lock, work=act, repeated=repeated)


def answer(case: MediationCase, *, repeated: bool = False) -> CaseDone:
    """Return where the case stands."""
    return CaseDone(
        id=case.id, state=case.state.value, version=case.version, due_at=case.due_at, repeated=repeated
    )
