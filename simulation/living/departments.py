"""The departments' machines: each sends its reports of the hour in one batch."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from pydantic_core import to_json

from shared.kernel.calendar import WorkingCalendar
from shared.kernel.clock import SHANGHAI
from simulation.living.actors import Actor, Json
from simulation.living.dice import Dice
from simulation.living.fates import Fate, fate_of
from simulation.living.memory import Memory
from simulation.living.officers import LEFT_ALONE
from simulation.living.reports import District, Report, incident, plan_day, settled
from simulation.living.sight import Sight

_DOOR = "/api/intake/v1/signals:batch"
_AT_ONCE = 1_000
_LONGEST_CATCH_UP = timedelta(hours=2)
_SETTLED = {"resolved", "false_alarm"}
_WAITING = {"assigned", "accepted"}


@dataclass(slots=True)
class Departments:
    """What departments send: the plan is made once a day, from what stands open in the morning.

    refused: what the intake did not take, and why; nobody expects any.
    """

    machines: Mapping[str, Actor]
    district: District
    dice: Dice
    calendar: WorkingCalendar
    memory: Memory
    refused: list[str] = field(default_factory=list)
    _day: date | None = None
    _plan: Sequence[Report] = field(default=())

    async def send(self, sight: Sight) -> Counter[str]:
        """Send what is due; return how many signals were taken, by what became of them."""
        moment = sight.moment
        if moment.on != self._day:
            self._day, self._plan = moment.on, self._planned(sight)
        since = max(self.memory.told_until or moment.at, moment.at - _LONGEST_CATCH_UP)
        first = since.astimezone(SHANGHAI)
        after = first.hour if first.date() == moment.on else -1
        due = [one.line for one in self._plan if after < one.hour <= moment.local.hour]
        told = Counter[str]()
        for source, lines in _by_source(due).items():
            for start in range(0, len(lines), _AT_ONCE):
                body = to_json({"signals": lines[start : start + _AT_ONCE]})
                answer = await self.machines[source].send(_DOOR, body)
                told.update(one["status"] for one in answer["results"])
                self.refused += [
                    f"{one['problem']['code']} {to_json(lines[start + one['index']]).decode()}"
                    for one in answer["results"]
                    if one["status"] == "refused"
                ]
        self.memory.told_until = moment.at
        return told

    def _planned(self, sight: Sight) -> list[Report]:
        on = sight.moment.on
        open_now = {one["uscc"] for one in sight.warnings}
        over = {
            one["uscc"] for one in sight.warnings if one["state"] in _SETTLED
        } | self.memory.settled.keys()
        planned = plan_day(self.district, self.dice, on, self.calendar, open_now | over)
        reports = [one for one in planned if one.calm or one.line["uscc"] not in over]
        if sight.moment.working_day:
            for uscc, rule_ids in self.memory.unreported(on):
                reports += settled(self.dice, uscc, rule_ids, on)
        for warning in sight.warnings:
            burst_on = _bursts_on(self.dice, warning)
            if burst_on == on:
                reports += incident(self.dice, warning["uscc"], on)
        return reports


def _bursts_on(dice: Dice, warning: Json) -> date | None:
    """Return the day on which people stand in the street, unless somebody has come before."""
    if warning["state"] not in _WAITING or fate_of(dice, warning["uscc"]) is not Fate.BURSTS:
        return None
    return (datetime.fromisoformat(warning["raised_at"]) + LEFT_ALONE).astimezone(SHANGHAI).date()


def _by_source(lines: Sequence[Json]) -> Mapping[str, list[Json]]:
    grouped = defaultdict[str, list[Json]](list)
    for line in lines:
        grouped[str(line["source"])].append(line)
    return grouped
