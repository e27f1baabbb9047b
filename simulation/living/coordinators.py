"""Grid coordinators: accept, go there, and then settle it, hand it over or refer it."""

from collections.abc import Iterator

from simulation.living.actors import Actor, Json
from simulation.living.dice import Dice, Temper
from simulation.living.errands import Doing, Errand, Pace, Setting, gets_round_to
from simulation.living.fates import Fate, fate_of
from simulation.living.sight import Directory, Sight

_DOOR = "/api/mobile/v1/warnings"
_RED_AT_NIGHT = 0.6
_MONTHLY_WAGE_CNY = (5_200, 9_800)
_ASK_FOR_HELP = {Fate.BARGAINS: "hand-over", Fate.REFUSES: "refer", Fate.BURSTS: "hand-over"}
_REFERS_A_RED = 0.35
_FINDINGS = {
    Fate.PAYS: "上门核查：欠薪属实，企业有支付能力，已承诺三日内补发并出具计划。",
    Fate.BARGAINS: "上门核查：欠薪属实，双方对数额有争议，均愿意调解。",
    Fate.REFUSES: "上门核查：企业拒不提供工资台账，负责人回避。",
    Fate.MISTAKEN: "上门核查：工资已按期发放，系上报口径有误。",
    Fate.BURSTS: "上门核查：职工情绪激动，企业资金链紧张，须尽快处置。",
}


async def accept(actor: Actor, warning: Json, setting: Setting) -> None:
    """Read it, and take it on."""
    seen = await actor.look_at(f"{_DOOR}/{warning['id']}")
    if seen is not None and seen["state"] == "assigned":
        setting.did("accepted", done=await _step(actor, seen, "accept", setting))


async def visit(actor: Actor, warning: Json, setting: Setting) -> None:
    """Go there."""
    seen = await actor.look_at(f"{_DOOR}/{warning['id']}")
    if seen is not None and seen["state"] == "accepted":
        findings = _FINDINGS[fate_of(setting.dice, seen["uscc"])]
        setting.did("visited", done=await _step(actor, seen, "visit", setting, findings=findings))


async def decide(actor: Actor, warning: Json, setting: Setting) -> None:
    """Settle it, hand it over or refer it, by how grave it is and whom one has before one."""
    seen = await actor.look_at(f"{_DOOR}/{warning['id']}")
    if seen is None or seen["state"] != "visited":
        return
    way = _way(setting.dice, seen)
    if way == "outcome":
        await _report(actor, seen, setting)
        return
    done = await _step(actor, seen, way, setting, **_dispute(setting.dice, seen))
    setting.did({"hand-over": "handed_over", "refer": "referred"}[way], done=done)


_NEXT: dict[str, tuple[Doing, Pace]] = {
    "assigned": (accept, Pace(0.6, 0.06)),
    "accepted": (visit, Pace(0.4, 0.06)),
    "visited": (decide, Pace(0.35, 0.06)),
}


def errands(sight: Sight, directory: Directory, dice: Dice) -> Iterator[Errand]:
    """Yield what coordinators do within this hour; on the red ones some of them work by night."""
    for warning in sight.warnings:
        step = _NEXT.get(warning["state"])
        owner = directory.coordinators.get(warning["assignee_id"] or "")
        if step is None or owner is None or warning["paused"]:
            continue
        doing, pace = step
        who = owner["username"]
        red = warning["level"] == "red" and warning["state"] != "visited"
        at_work = sight.moment.in_office or (red and _on_duty(dice, who, sight))
        if at_work and gets_round_to(dice, pace, who, warning, sight.moment):
            yield Errand(who, doing, warning)


def _on_duty(dice: Dice, who: str, sight: Sight) -> bool:
    return dice.temper(who) is Temper.PUNCTUAL and dice.falls(_RED_AT_NIGHT, "duty", who, sight.moment.on)


def _way(dice: Dice, seen: Json) -> str:
    fate = fate_of(dice, seen["uscc"])
    asked = _ASK_FOR_HELP.get(fate, "outcome")
    graver = seen["level"] == "red" and asked == "hand-over"
    if graver and dice.falls(_REFERS_A_RED, "refers", seen["id"], seen["version"]):
        return "refer"
    return asked


async def _report(actor: Actor, seen: Json, setting: Setting) -> None:
    mistaken = fate_of(setting.dice, seen["uscc"]) is Fate.MISTAKEN
    outcome, evidence = ("resolved", "企业已补发拖欠款项，银行代发凭证已核对。")
    if mistaken:
        outcome, evidence = ("false_alarm", "工资发放记录齐全，报送部门确认口径有误。")
    done = await _step(actor, seen, "outcome", setting, outcome=outcome, evidence=evidence)
    setting.did("reported", done=done)


def _dispute(dice: Dice, seen: Json) -> Json:
    headcount = seen["enterprise"]["headcount"] or 10
    workers = max(1, int(headcount * (0.1 + 0.5 * dice.share("workers", seen["uscc"]))))
    months = dice.between(1, 3, "months", seen["uscc"])
    amount = workers * months * dice.between(*_MONTHLY_WAGE_CNY, "wage", seen["uscc"])
    note = f"{_FINDINGS[fate_of(dice, seen['uscc'])]}涉及{workers}人。"
    return {"note": note, "workers": workers, "amount_cny": f"{amount}.00"}


async def _step(actor: Actor, seen: Json, step: str, setting: Setting, **fields: object) -> bool:
    action_id = setting.dice.action_id("warning", seen["id"], seen["version"], step)
    return await actor.act(f"{_DOOR}/{seen['id']}/{step}", action_id, **fields)
