"""Further days of the district, hour by hour: departments send, everybody looks at what is theirs and acts or not."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.kernel.calendar import ChinaCalendar, WorkingCalendar
from shared.kernel.clock import SHANGHAI, midnight
from simulation.ahead import AheadClock
from simulation.demo.doors import Doors
from simulation.demo.folder import DemoFolder
from simulation.demo.people import Official, People
from simulation.demo.screen import Screen, Step
from simulation.living import coordinators, inspectors, mediators, officers
from simulation.living.actors import Actor, Json
from simulation.living.departments import Departments
from simulation.living.dice import Dice
from simulation.living.errands import Errand, Setting
from simulation.living.memory import Memory
from simulation.living.pacing import Pace, next_moment
from simulation.living.reports import read_district
from simulation.living.sight import Directory, Sight, look_around, look_up, moment_at
from simulation.living.tally import Tally

_AT_ONCE = 6
_QUARTERS = 4
_QUARTER = timedelta(minutes=15)
_REGISTERS_AT = 8
_DAY_HOURS = 24
# A day that has not begun to work by now counts as a whole one.
_STILL_MORNING = 9
_WEEKDAYS = (
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
)


@dataclass(slots=True)
class Play:
    """A run of the simulation; everything that lasts is in the folder and in the system."""

    folder: DemoFolder
    people: People
    doors: Doors
    clock: AheadClock
    pace: Pace
    dice: Dice
    memory: Memory
    screen: Screen
    calendar: WorkingCalendar = field(default_factory=ChinaCalendar)
    tally: Tally = field(default_factory=Tally)
    _actors: dict[str, Actor] = field(default_factory=dict)
    _directory: Directory | None = None

    async def days(self, count: int) -> None:
        """Play so many whole days, and before them what is left of one that is well under way."""
        departments = self._departments()
        local = self.clock.now().astimezone(SHANGHAI)
        whole = local.hour < _STILL_MORNING
        for number in range(1 if whole else 0, count + 1):
            await self._day(number, departments)
        await self._show_funnel()

    def _departments(self) -> Departments:
        machines = {one.source: Actor.machine(self.doors, self.clock, one) for one in self.people.departments}
        district = read_district(self.folder.world)
        return Departments(machines, district, self.dice, self.calendar, self.memory)

    async def _day(self, number: int, departments: Departments) -> None:
        local = self.clock.now().astimezone(SHANGHAI)
        ends_at = midnight(local.date() + timedelta(days=1))
        with self.screen.step(_title(number, local), total=_DAY_HOURS) as step:
            while self.clock.now() < ends_at:
                await self._hour(departments, step)
        zh, en = self.tally.lines()
        self.screen.say(f"  {zh}", f"  {en}")

    async def _hour(self, departments: Departments, step: Step) -> None:
        """Go to the next moment at which something may happen, and let it happen."""
        at = next_moment(self.clock.now(), self.calendar)
        await self.pace.until(at)
        moment = moment_at(at, self.calendar)
        step.reach(moment.local.hour or _DAY_HOURS)
        officer = self._actor(self.people.of_role("district_officer")[0])
        if self._directory is None or moment.local.hour == _REGISTERS_AT:
            self._directory = await look_up(officer, self._actor(self.people.of_role("inspector")[0]))
        sight = await look_around(officer, moment)
        self.tally.watch(sight)
        told = await departments.send(sight)
        self.tally.add("signals", told.total())
        self.tally.add("refused", told["refused"])
        while departments.refused:
            refusal = departments.refused.pop()
            self.screen.say(f"  拒收 / refused: {refusal}")
        await self._people(sight, self._directory)
        await self.pace.let_work()
        self.memory.write(self.folder.path)

    async def _people(self, sight: Sight, directory: Directory) -> None:
        """Let everybody run their errands, each in their own quarter of the hour."""
        setting = Setting(self.dice, directory, sight.moment)
        by_quarter = defaultdict[int, dict[str, list[Errand]]](dict)
        for errand in self._errands(sight, directory):
            quarter = self.dice.between(0, _QUARTERS - 1, "quarter", errand.who)
            by_quarter[quarter].setdefault(errand.who, []).append(errand)
        for quarter, crowd in sorted(by_quarter.items()):
            await self.pace.within(sight.moment.at + quarter * _QUARTER)
            await self._crowd(crowd, setting)
        self.tally.count(setting.deeds)
        self.memory.take(setting.settlements, sight.moment.on)

    def _errands(self, sight: Sight, directory: Directory) -> Sequence[Errand]:
        in_charge = [*self.people.of_role("town_officer"), *self.people.of_role("district_officer")]
        return [
            *coordinators.errands(sight, directory, self.dice),
            *mediators.errands(sight, directory, self.dice),
            *inspectors.errands(sight, directory, self.dice),
            *officers.errands(sight, directory, self.dice, in_charge),
        ]

    async def _crowd(self, crowd: dict[str, list[Errand]], setting: Setting) -> None:
        some = asyncio.Semaphore(_AT_ONCE)
        known = {one.username: one for one in self.people.officials}

        async def run(who: Official, errands: Sequence[Errand]) -> None:
            async with some:
                actor = self._actor(who)
                for errand in errands:
                    await errand.doing(actor, errand.subject, setting)

        try:
            async with asyncio.TaskGroup() as group:
                for name, errands in crowd.items():
                    # Accounts that somebody added beside the demo's own have a password that nobody knows here.
                    if name in known:
                        group.create_task(run(known[name], errands))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors

    def _actor(self, who: Official) -> Actor:
        if who.username not in self._actors:
            self._actors[who.username] = Actor.official(self.doors, self.clock, who)
        return self._actors[who.username]

    async def _show_funnel(self) -> None:
        officer = self._actor(self.people.of_role("district_officer")[0])
        funnel = await officer.read("/api/dashboard/v1/funnel")
        self.screen.say("", f"漏斗 / funnel  {funnel['since']} – {funnel['until']}")
        self.screen.rows(
            [
                ["", *(zh for _, zh, _ in _STAGES)],
                ["", *(en for _, _, en in _STAGES)],
                *(_funnel_row(one["name"], one) for one in funnel["towns"]),
                _funnel_row("合计 / total", funnel["total"]),
            ]
        )


_STAGES = (
    ("signals", "信号", "signals"),
    ("warnings", "预警", "warnings"),
    ("visited", "到场", "visited"),
    ("handed_over", "移交", "handed over"),
    ("mediated", "调解成功", "mediated"),
    ("referred", "移送", "referred"),
    ("inspected", "监察办结", "inspected"),
    ("closed", "办结", "closed"),
)


def _funnel_row(name: str, stages: Json) -> list[str]:
    return [name, *(f"{stages[stage]:,}" for stage, _, _ in _STAGES)]


def _title(number: int, local: datetime) -> str:
    zh, en = _WEEKDAYS[local.weekday()]
    which = f"第 {number} 天 / day {number}" if number else "今日余下 / rest of today"
    return f"{which}  {local:%Y-%m-%d} {zh} {en}"
