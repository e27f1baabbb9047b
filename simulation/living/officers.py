"""Town and district officers: move on what lies about, send back what is wanting, close what is settled."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from simulation.demo.people import Official
from simulation.living.actors import Actor, Json
from simulation.living.dice import Dice, Temper
from simulation.living.errands import Errand, Pace, Setting, Settlement, gets_round_to
from simulation.living.fates import Fate, fate_of
from simulation.living.sight import Directory, Sight

LEFT_ALONE = timedelta(days=3)
"""After so long without anybody, what bursts has burst."""
_DOOR = "/api/dashboard/v1/warnings"
_IN_HAND = ("raised", "assigned", "accepted", "visited")
_SETTLED = ("resolved", "false_alarm")
_REASSIGN, _REASSIGN_FROM_SLOW, _CLOSE = Pace(0.4, 0.1), Pace(0.06, 0.03), Pace(0.4, 0.1)
_WANTING = 0.08
_GONE = 0.04
_TOWN_CLOSES = 0.6


async def reassign(actor: Actor, warning: Json, setting: Setting) -> None:
    """Give it to somebody of the town who will see to it."""
    seen = await actor.look_at(f"{_DOOR}/{warning['id']}")
    if seen is None or seen["state"] not in _IN_HAND:
        return
    reason = "逾期未办，改派他人办理。"
    done = await _step(actor, seen, "assign", setting, assignee_id=warning["to"], reason=reason)
    setting.did("reassigned", done=done)


async def close(actor: Actor, warning: Json, setting: Setting) -> None:
    """Close it with its reason, or give it back where the outcome is wanting."""
    seen = await actor.look_at(f"{_DOOR}/{warning['id']}")
    if seen is None or seen["state"] not in _SETTLED:
        return
    # Red again: something came in after the outcome.
    if seen["level"] == "red" or setting.dice.falls(_WANTING, "wanting", seen["id"], seen["version"]):
        reason = "支付凭证不全，请补充核实后再报。"
        setting.did("returned", done=await _step(actor, seen, "return", setting, reason=reason))
        return
    reason_code, evidence = _reason(setting.dice, seen)
    done = await _step(actor, seen, "close", setting, reason_code=reason_code, evidence=evidence)
    setting.did("closed", done=done)
    if done:
        paid = reason_code in {"true_resolved", "false_alarm"}
        setting.settlements.append(Settlement(seen["uscc"], tuple(seen["rule_ids"]), paid))


def errands(sight: Sight, directory: Directory, dice: Dice, officers: Sequence[Official]) -> Iterator[Errand]:
    """Yield what officers do within this hour."""
    if not sight.moment.in_office:
        return
    load = Counter(one["assignee_id"] for one in sight.warnings)
    for warning in sight.warnings:
        who = _officer(dice, officers, warning)
        if warning["state"] in _SETTLED:
            if gets_round_to(dice, _CLOSE, who, warning, sight.moment):
                yield Errand(who, close, warning)
        elif warning["state"] in _IN_HAND:
            yield from _moved_on(sight, directory, dice, load, (warning, who))


def _moved_on(
    sight: Sight, directory: Directory, dice: Dice, load: Counter[str], about: tuple[Json, str]
) -> Iterator[Errand]:
    """A clock ran out, or nobody has it: to somebody who sees to things, if there is such a one."""
    warning, who = about
    owner = directory.coordinators.get(warning["assignee_id"] or "")
    temper = dice.temper(owner["username"]) if owner else Temper.NEVER
    if warning["escalated_to"] is None and owner is not None:
        return
    pace = _REASSIGN_FROM_SLOW if temper is Temper.SLOW else _REASSIGN
    if temper is Temper.PUNCTUAL or not gets_round_to(dice, pace, who, warning, sight.moment):
        return
    others = [
        one
        for one in directory.coordinators.values()
        if one["division"] == warning["division"][:9]
        and one["enabled"]
        and not one["absent"]
        and one["account_id"] != warning["assignee_id"]
        and dice.temper(one["username"]) is not Temper.NEVER
    ]
    if others:
        best = min(others, key=lambda one: (_rank(dice, one), load[one["account_id"]], one["username"]))
        yield Errand(who, reassign, warning | {"to": best["account_id"]})


def _rank(dice: Dice, coordinator: Json) -> bool:
    return dice.temper(coordinator["username"]) is not Temper.PUNCTUAL


def _officer(dice: Dice, officers: Sequence[Official], warning: Json) -> str:
    """Return who of the town, or of the district, looks after it; they are none of its handlers."""
    town = [one for one in officers if one.division == warning["division"][:9]]
    district = [one for one in officers if one.role == "district_officer"]
    higher = warning["escalated_to"] not in {None, "town"}
    of_town = town and not higher and dice.falls(_TOWN_CLOSES, "town closes", warning["id"])
    return dice.one_of(town if of_town else district, "officer", warning["id"]).username


def _reason(dice: Dice, seen: Json) -> tuple[str, str]:
    if seen["state"] == "false_alarm":
        return "false_alarm", "报送部门已书面确认信号有误。"
    if fate_of(dice, seen["uscc"]) is Fate.BURSTS and _left_alone(seen):
        return "true_incident", "无人处置期间发生群体性讨薪，现已平息，款项已付。"
    if dice.falls(_GONE, "gone", seen["uscc"]):
        return "enterprise_gone", "企业已注销并搬离，职工债权已登记。"
    return "true_resolved", "款项已付清，协议或改正凭证已核对。"


def _left_alone(seen: Json) -> bool:
    """Say whether nobody took it on for so long that it came to the worst."""
    raised = datetime.fromisoformat(seen["raised_at"])
    accepted = [datetime.fromisoformat(one["at"]) for one in seen["history"] if one["action"] == "accept"]
    return not accepted or min(accepted) - raised >= LEFT_ALONE


async def _step(actor: Actor, seen: Json, step: str, setting: Setting, **fields: object) -> bool:
    action_id = setting.dice.action_id("warning", seen["id"], seen["version"], step)
    return await actor.act(f"{_DOOR}/{seen['id']}/{step}", action_id, **fields)
