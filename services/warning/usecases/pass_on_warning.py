"""What a coordinator cannot settle goes to another body: to mediation, or to the labour inspectorate."""

from uuid import UUID

from services.warning.domain.clocks import ClockKind
from services.warning.domain.lifecycle import Action
from services.warning.repository import enterprises
from services.warning.usecases.effects import facts_of
from services.warning.usecases.handle_warning import meet, with_handler
from services.warning.usecases.warning_action import Situation, Timing, perform
from shared.auth.principal import Principal
from shared.contracts import warning_actions as actions
from shared.contracts.warning import ActionDone
from shared.db.tx import WriteTx
from shared.events.warning import WarningHandedOver, WarningPassedOn, WarningReferred


async def hand_over_warning(
    tx: WriteTx, who: Principal, warning_id: UUID, action: actions.HandOver, timing: Timing
) -> ActionDone:
    """Ask the mediation network to settle it; the coordinator stays its owner."""
    return await _pass_on(tx, who, warning_id, action, timing, (Action.HAND_OVER, WarningHandedOver))


async def refer_warning(
    tx: WriteTx, who: Principal, warning_id: UUID, action: actions.Refer, timing: Timing
) -> ActionDone:
    """Ask the labour inspectorate to look into it; the coordinator stays its owner."""
    return await _pass_on(tx, who, warning_id, action, timing, (Action.REFER, WarningReferred))


async def _pass_on(
    tx: WriteTx,
    who: Principal,
    warning_id: UUID,
    action: actions.PassOn,
    timing: Timing,
    step: tuple[Action, type[WarningPassedOn]],
) -> ActionDone:
    async def work(situation: Situation) -> None:
        transition, event = step
        case = situation.case
        situation.move(transition, action.note, handler_ids=with_handler(case.handler_ids, who.account_id))
        meet(situation, ClockKind.PLAN, tx.now)
        known = (await enterprises.by_uscc(tx, [case.uscc]))[case.uscc].enterprise
        told = facts_of(situation.case) | {
            "assignee_id": who.account_id,
            "enterprise_name": known.name,
            "sole_trader": known.sole_trader,
            "grid_cell": case.grid_cell,
            "zone": known.zone,
            "industry": known.industry,
            "headcount": known.headcount,
            "workers": action.workers,
            "amount_cny": action.amount_cny,
            "note": action.note,
        }
        situation.effects.events.append(event.model_validate(told))

    return await perform(tx, who, warning_id, action, timing, work)
