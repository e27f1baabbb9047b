"""Mediators: accept, hold sessions, offer to the next tier, close; and answer what is offered to them."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from simulation.living.actors import Actor, Json
from simulation.living.dice import Dice
from simulation.living.errands import Errand, Pace, Setting, gets_round_to
from simulation.living.fates import Fate, fate_of
from simulation.living.sight import Directory, Sight

_DOOR = "/api/mediation/v1/cases"
_ACCEPT, _GO_ON, _ANSWER = Pace(0.5, 0.06), Pace(0.4, 0.06), Pace(0.4, 0.06)
_PASSES_ON = 0.25
_TAKES_AN_OFFER = 0.75
_WITHDRAWN = 0.08
_SESSIONS = (1, 3)
_AGREED_SHARE = (70, 100)
_PAID_WITHIN_DAYS = (7, 30)
_AGREES = {Fate.PAYS: 0.95, Fate.BARGAINS: 0.85, Fate.REFUSES: 0.25, Fate.MISTAKEN: 0.5, Fate.BURSTS: 0.6}


async def take_on(actor: Actor, case: Json, setting: Setting) -> None:
    """Accept a case, or ask the next tier where it is too large for this house."""
    seen = await actor.look_at(f"{_DOOR}/{case['id']}")
    if seen is None or seen["state"] != "received" or seen["offer"] is not None:
        return
    if _passes_on(setting.dice, seen) and await _offer(actor, seen, setting):
        return
    setting.did("mediation_accepted", done=await _step(actor, seen, "accept", setting))


async def go_on(actor: Actor, case: Json, setting: Setting) -> None:
    """Hold a session; after the last one it ends, one way or the other."""
    seen = await actor.look_at(f"{_DOOR}/{case['id']}")
    if seen is None or seen["state"] != "accepted" or seen["offer"] is not None:
        return
    held = len(seen["sessions"])
    if held < setting.dice.between(*_SESSIONS, "sessions", seen["id"]):
        record = f"第{held + 1}次调解：双方到场，就拖欠数额与支付期限交换意见。"
        setting.did("sessions", done=await _step(actor, seen, "sessions", setting, record=record))
    else:
        await _end(actor, seen, setting)


async def answer_offers(actor: Actor, _: Json, setting: Setting) -> None:
    """Look at one's own list, and take what is offered, or return it."""
    for case in await actor.read_all(_DOOR):
        if not case["offered"]:
            continue
        if setting.dice.falls(_TAKES_AN_OFFER, "takes", case["id"], case["version"]):
            taken = await _step(actor, case, "transfer/accept", setting)
            setting.did("transfers_taken", done=taken)
        else:
            await _step(
                actor, case, "transfer/return", setting, reason="本组织近期案件较多，请原组织继续调解。"
            )


def errands(sight: Sight, directory: Directory, dice: Dice) -> Iterator[Errand]:
    """Yield what mediators do within this hour."""
    if not sight.moment.in_office:
        return
    for case in sight.mediations:
        who = case["mediator"] or _of_the_house(directory, dice, case)
        if who is None:
            continue
        received = case["state"] == "received"
        if gets_round_to(dice, _ACCEPT if received else _GO_ON, who, case, sight.moment):
            yield Errand(who, take_on if received else go_on, case)
    yield from _answers(sight, directory, dice)


def _answers(sight: Sight, directory: Directory, dice: Dice) -> Iterator[Errand]:
    """Those who stand above an organisation that passes on look at their lists now and then."""
    above: dict[str, Json] = {}
    for case in sight.mediations:
        if _passes_on(dice, case):
            for code, house in directory.organisations.items():
                over = house["tier"] in {"town", "district"} and code != case["organisation_code"]
                if over and case["division"].startswith(house["division"]):
                    above |= dict.fromkeys(directory.mediators[code], case)
    for who, case in sorted(above.items()):
        mine = {"id": "own list", "state": "offered"}
        if gets_round_to(dice, _ANSWER, who, mine, sight.moment):
            yield Errand(who, answer_offers, case)


def _of_the_house(directory: Directory, dice: Dice, case: Json) -> str | None:
    people = directory.mediators.get(case["organisation_code"], [])
    return dice.one_of(people, "mediator", case["id"]) if people else None


def _passes_on(dice: Dice, case: Json) -> bool:
    """Say whether this is one of the cases that a lower tier does not keep; a district's centre keeps all."""
    gone_up = any(
        one["action"] != "offer_transfer" and "transfer" in one["action"] for one in case.get("history", ())
    )
    return case["tier"] != "district" and not gone_up and dice.falls(_PASSES_ON, "passes on", case["id"])


async def _offer(actor: Actor, seen: Json, setting: Setting) -> bool:
    reason = "人数较多、数额较大，请上一级调解组织接收。"
    done = await _step(actor, seen, "transfer", setting, reason=reason)
    setting.did("transfers_offered", done=done)
    return done


async def _end(actor: Actor, seen: Json, setting: Setting) -> None:
    dice, uscc = setting.dice, seen["uscc"]
    if dice.falls(_WITHDRAWN, "withdraws", seen["id"]):
        evidence = "申请人书面撤回调解申请。"
        done = await _step(actor, seen, "close", setting, outcome="withdrawn", evidence=evidence)
        setting.did("withdrawn", done=done)
    elif dice.falls(_AGREES[fate_of(dice, uscc)], "agrees", seen["id"]):
        done = await _step(actor, seen, "close", setting, outcome="agreement", **_terms(seen, setting))
        setting.did("mediated", done=done)
    else:
        evidence = "双方分歧较大，经多次调解未达成一致。"
        done = await _step(actor, seen, "close", setting, outcome="failed", evidence=evidence)
        setting.did("mediation_failed", done=done)


def _terms(seen: Json, setting: Setting) -> Json:
    share = setting.dice.between(*_AGREED_SHARE, "agreed", seen["id"])
    amount = Decimal(seen["amount_cny"] or "10000.00") * share / 100
    days = setting.dice.between(*_PAID_WITHIN_DAYS, "paid within", seen["id"])
    return {
        "amount_cny": f"{amount:.2f}",
        "due_on": str(setting.moment.on + timedelta(days=days)),
        "evidence": "调解协议书已由双方签字盖章。",
    }


async def _step(actor: Actor, seen: Json, step: str, setting: Setting, **fields: object) -> bool:
    action_id = setting.dice.action_id("mediation", seen["id"], seen["version"], step)
    return await actor.act(f"{_DOOR}/{seen['id']}/{step}", action_id, **fields)
