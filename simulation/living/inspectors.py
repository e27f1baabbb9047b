"""Labour inspectors: two take a case on, look into it, order rectification, and confirm it or not."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from simulation.living.actors import Actor, Json
from simulation.living.dice import Dice
from simulation.living.errands import Doing, Errand, Pace, Setting, gets_round_to
from simulation.living.fates import Fate, fate_of
from simulation.living.sight import Directory, Sight

_DOOR = "/api/inspection/v1/cases"
_OFFICERS = 2
_ARTICLE = "《劳动保障监察条例》第二十六条"
_DUE_WITHIN_DAYS = (5, 10)
_NEVER_RECTIFIED = 0.3


async def take_on(actor: Actor, case: Json, setting: Setting) -> None:
    """File the case with two officers."""
    seen = await actor.look_at(f"{_DOOR}/{case['id']}")
    if seen is not None and seen["state"] == "received":
        officers = _pair(setting.directory, setting.dice, case)
        done = await _step(actor, seen, "assign", setting, officer_ids=officers)
        setting.did("filed", done=done)


async def find(actor: Actor, case: Json, setting: Setting) -> None:
    """Go there, and record what was found."""
    seen = await actor.look_at(f"{_DOOR}/{case['id']}")
    if seen is None or seen["state"] != "filed":
        return
    mistaken = fate_of(setting.dice, seen["uscc"]) is Fate.MISTAKEN
    finding = "no_violation" if mistaken else "violation"
    findings = "工资发放记录齐全，未见违法。" if mistaken else "拖欠工资属实，台账不全，已制作询问笔录。"
    done = await _step(
        actor,
        seen,
        "finding",
        setting,
        finding=finding,
        findings=findings,
        visited_on=str(setting.moment.on),
    )
    setting.did("found", done=done)


async def order(actor: Actor, case: Json, setting: Setting) -> None:
    """Order rectification; where no violation was found, close."""
    seen = await actor.look_at(f"{_DOOR}/{case['id']}")
    if seen is None or seen["state"] != "found":
        return
    if seen["finding"]["finding"] == "no_violation":
        reason = "未发现违法行为。"
        done = await _step(actor, seen, "close", setting, outcome="no_violation", reason=reason)
        setting.did("not_violated", done=done)
        return
    days = setting.dice.between(*_DUE_WITHIN_DAYS, "ordered", seen["id"])
    fields: Json = {"article": _ARTICLE, "requirement": "足额支付拖欠的工资，并提交支付凭证。"}
    if seen["amount_cny"] is not None:
        fields["amount_cny"] = str(seen["amount_cny"])
    due_on = str(setting.moment.on + timedelta(days=days))
    setting.did("ordered", done=await _step(actor, seen, "order", setting, due_on=due_on, **fields))


async def follow_up(actor: Actor, case: Json, setting: Setting) -> None:
    """See whether the order was met: confirm it, close it, or close it unmet once its date has passed."""
    seen = await actor.look_at(f"{_DOOR}/{case['id']}")
    if seen is None or seen["state"] != "ordered":
        return
    rectification = seen["order"]
    if rectification["rectified_at"] is not None:
        reason = "已按期改正，工资足额支付。"
        done = await _step(actor, seen, "close", setting, outcome="rectified", reason=reason)
        setting.did("rectified", done=done)
    elif not _refuses(setting.dice, seen):
        evidence = "工资已发放至职工账户，银行凭证已核。"
        await _step(actor, seen, "rectification", setting, evidence=evidence)
    elif setting.moment.at > datetime.fromisoformat(rectification["due_at"]):
        reason = "逾期未改正，依法处理。"
        done = await _step(actor, seen, "close", setting, outcome="not_rectified", reason=reason)
        setting.did("not_rectified", done=done)


_NEXT: dict[str, tuple[Doing, Pace]] = {
    "received": (take_on, Pace(0.5, 0.06)),
    "filed": (find, Pace(0.3, 0.05)),
    "found": (order, Pace(0.5, 0.1)),
    "ordered": (follow_up, Pace(0.2, 0.05)),
}


def errands(sight: Sight, directory: Directory, dice: Dice) -> Iterator[Errand]:
    """Yield what inspectors do within this hour."""
    if not sight.moment.in_office or len(directory.inspectors) < _OFFICERS:
        return
    for case in sight.inspections:
        officers = case["officer_ids"] or _pair(directory, dice, case)
        who = directory.inspectors.get(dice.one_of(officers, "acts", case["id"], case["state"]))
        doing, pace = _NEXT[case["state"]]
        if who is not None and gets_round_to(dice, pace, who, case, sight.moment):
            yield Errand(who, doing, case)


def _pair(directory: Directory, dice: Dice, case: Json) -> list[str]:
    """Return whose turn it is."""
    everybody = sorted(directory.inspectors)
    first = dice.between(0, len(everybody) - 1, "officers", case["id"])
    return [everybody[(first + number) % len(everybody)] for number in range(_OFFICERS)]


def _refuses(dice: Dice, case: Json) -> bool:
    stubborn = fate_of(dice, case["uscc"]) is Fate.REFUSES
    return stubborn and dice.falls(_NEVER_RECTIFIED, "rectifies", case["id"])


async def _step(actor: Actor, seen: Json, step: str, setting: Setting, **fields: object) -> bool:
    action_id = setting.dice.action_id("inspection", seen["id"], seen["version"], step)
    return await actor.act(f"{_DOOR}/{seen['id']}/{step}", action_id, **fields)
