"""What the people of the simulated district do on further days: drawn, never remembered."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import to_json

from services.warning.domain.indicators import load_indicators
from services.warning.domain.signal_checks import check_content
from services.warning.schemas.signals import SignalIn
from services.warning.usecases.publish_indicators import default_indicators
from shared.kernel.calendar import ChinaCalendar
from simulation.living import coordinators, inspectors, mediators, officers
from simulation.living.dice import Dice, Temper
from simulation.living.errands import Settlement
from simulation.living.fates import Fate, fate_of
from simulation.living.memory import Memory, MemoryUnreadable
from simulation.living.reports import District, House, Report, incident, plan_day, read_district, settled
from simulation.living.sight import Directory, Sight, moment_at
from simulation.world import World

CALENDAR = ChinaCalendar()
MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 22)
OFFICE_HOUR = datetime(2026, 11, 23, 2, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, 16, tzinfo=UTC)


def working_days(count: int) -> list[date]:
    days = (MONDAY + timedelta(days=number) for number in range(10 * count))
    return [day for day in days if CALENDAR.is_working_day(day)][:count]


def test_the_same_seed_gets_the_same_answers() -> None:
    asked = [("a", number) for number in range(50)]
    assert [Dice(7).share(*one) for one in asked] == [Dice(7).share(*one) for one in asked]
    assert [Dice(7).share(*one) for one in asked] != [Dice(8).share(*one) for one in asked]
    assert Dice(7).action_id("warning", "w", 3, "visit") == Dice(7).action_id("warning", "w", 3, "visit")
    assert Dice(7).action_id("warning", "w", 3, "visit") != Dice(7).action_id("warning", "w", 4, "visit")
    assert all(0 <= Dice(7).share(*one) < 1 for one in asked)
    assert {Dice(7).between(2, 4, *one) for one in asked} == {2, 3, 4}


def test_people_have_their_temper_for_life_and_most_are_punctual() -> None:
    names = [f"grid-{number}" for number in range(1_000)]
    tempers = [Dice(7).temper(name) for name in names]
    assert tempers == [Dice(7).temper(name) for name in names]
    counts = Counter(tempers)
    assert counts[Temper.PUNCTUAL] > counts[Temper.SLOW] > counts[Temper.NEVER] > 30
    assert {fate_of(Dice(7), name) for name in names} == set(Fate)


def houses(count: int) -> District:
    everybody = tuple(House(f"9131011200000{number:05d}", 5 + number % 60) for number in range(count))
    return District(everybody, tuple(one for one in everybody if one.headcount >= 12))


def plan(district: District, on: date, seed: int = 7) -> list[Report]:
    return plan_day(district, Dice(seed), on, CALENDAR, ())


def test_a_days_plan_is_the_same_each_time_and_in_proportion() -> None:
    small, large = houses(1_000), houses(10_000)
    assert plan(small, MONDAY) == plan(small, MONDAY) != plan(small, MONDAY, seed=8)
    days = working_days(5)
    sent = [sum(one.calm for day in days for one in plan(district, day)) for district in (small, large)]
    assert 8 < sent[1] / sent[0] < 12
    assert 5 * 1_000 * 0.015 < sent[0] < 5 * 1_000 * 0.03


def test_on_a_sunday_only_the_hotline_is_called() -> None:
    calls = [one for seed in range(20) for one in plan(houses(1_000), SUNDAY, seed)]
    assert {one.line["indicator"] for one in calls} == {"complaint"}


def test_the_hours_of_a_day_are_its_own() -> None:
    assert {one.hour for day in working_days(20) for one in plan(houses(5_000), day)} <= set(range(24))


def test_nobody_says_of_a_troubled_enterprise_that_all_is_well() -> None:
    district = houses(200)
    busy = {one.uscc for one in district.houses[:150]}
    reports = plan_day(district, Dice(7), MONDAY, CALENDAR, busy)
    assert {one.line["uscc"] for one in reports if one.calm}.isdisjoint(busy)


def test_a_slide_goes_from_rent_over_premiums_to_wages() -> None:
    firsts: dict[str, dict[str, date]] = {}
    for day in working_days(15):
        for one in plan(houses(300), day):
            if not one.calm and "months" in one.line:
                firsts.setdefault(one.line["uscc"], {}).setdefault(one.line["indicator"], day)
    whole = [one for one in firsts.values() if {"rent_arrears", "wage_arrears"} <= one.keys()]
    began_here = [one for one in whole if one["rent_arrears"] < one["wage_arrears"]]
    assert began_here
    assert all(
        one["rent_arrears"] <= one["social_insurance_arrears"] <= one["wage_arrears"] for one in began_here
    )


def test_one_reference_never_says_two_things() -> None:
    """An enterprise that begins to slide again while it slides would be reported twice, once better off."""
    for seed in range(10):
        for day in working_days(30):
            told: dict[str, Any] = {}
            for report in plan(houses(40), day, seed):
                assert told.setdefault(report.line["source_ref"], report.line) == report.line


def test_late_doubled_and_corrected_reports_are_among_them() -> None:
    lines = [one.line for day in working_days(10) for one in plan(houses(5_000), day)]
    references = Counter(line["source_ref"] for line in lines)
    assert max(references.values()) == 2
    assert {line["period"] for line in lines if "period" in line} >= {"2026-09", "2026-10"}
    corrections = [line for line in lines if "corrects" in line]
    assert corrections
    assert all(references[line["corrects"]] for line in corrections)


def test_intake_takes_every_report() -> None:
    indicators = load_indicators(default_indicators())
    every = [one for day in working_days(15) for one in plan(houses(1_000), day)]
    every += incident(Dice(7), "91310112000000001X", MONDAY)
    rules = ["wage_arrears_months", "social_ins_arrears_months", "rent_arrears_months", "tax_arrears"]
    rules += ["power_drop_yoy", "water_drop_yoy", "headcount_drop_3m"]
    every += settled(Dice(7), "91310112000000001X", rules, MONDAY)
    assert len({one.line["indicator"] for one in every}) >= 8
    for one in every:
        content = SignalIn.model_validate_json(to_json(one.line)).content()
        assert check_content(content, indicators[one.line["indicator"]], date(2026, 12, 31)) == []


def test_the_worlds_enterprises_are_the_ones_that_are_reported_on(folder: Path, district: World) -> None:
    known = read_district(folder)
    assert [one.uscc for one in known.houses] == district.enterprises.uscc
    assert 0 < len(known.large) < len(known.houses)


# -- who does what ---------------------------------------------------------------------------------------


def directory() -> Directory:
    people = {
        f"account-{number}": {
            "account_id": f"account-{number}",
            "username": f"grid-310112101-{number}",
            "division": "310112101",
            "enabled": True,
            "absent": False,
        }
        for number in range(20)
    }
    houses_of = {"T": {"code": "T", "tier": "town", "division": "310112101"}}
    return Directory(people, {f"i{n}": f"inspector-{n}" for n in range(4)}, {"T": ["mediator-1"]}, houses_of)


def warning(number: int, state: str = "assigned", **more: object) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": f"w{number}",
        "state": state,
        "level": "orange",
        "uscc": f"9131011200000{number:05d}",
        "division": "310112101",
        "assignee_id": f"account-{number % 20}",
        "escalated_to": None,
        "paused": False,
        "raised_at": "2026-11-20T10:00:00+08:00",
    }
    return told | more


def sight(warnings: list[dict[str, Any]], at: datetime = OFFICE_HOUR) -> Sight:
    return Sight(moment_at(at, CALENDAR), warnings, [], [])


def hours(count: int) -> list[datetime]:
    days = working_days(1 + count // 8)
    starts = [datetime(day.year, day.month, day.day, 1, tzinfo=UTC) for day in days]
    return [start + timedelta(hours=hour) for start in starts for hour in range(8)][:count]


def test_the_punctual_come_first_the_slow_late_and_some_never() -> None:
    dice, known = Dice(7), directory()
    first: dict[str, int] = {}
    for number, at in enumerate(hours(60)):
        for one in coordinators.errands(sight([warning(n) for n in range(20)], at), known, dice):
            first.setdefault(one.who, number)
    by_temper: dict[Temper, list[int]] = {temper: [] for temper in Temper}
    for coordinator in known.coordinators.values():
        name = coordinator["username"]
        by_temper[dice.temper(name)].append(first.get(name, 999))
    assert max(by_temper[Temper.PUNCTUAL]) < 16
    assert sum(by_temper[Temper.SLOW]) / len(by_temper[Temper.SLOW]) > 6
    assert set(by_temper[Temper.NEVER]) <= {999}


def test_by_night_only_the_red_ones_move() -> None:
    known, dice = directory(), Dice(7)
    orange, red = [warning(n) for n in range(20)], [warning(n, level="red") for n in range(20)]
    assert list(coordinators.errands(sight(orange, MIDNIGHT), known, dice)) == []
    assert list(coordinators.errands(sight(red, MIDNIGHT), known, dice)) != []
    assert list(officers.errands(sight(orange, MIDNIGHT), known, dice, ())) == []
    assert list(mediators.errands(sight([], MIDNIGHT), known, dice)) == []
    assert list(inspectors.errands(sight([], MIDNIGHT), known, dice)) == []


def test_the_same_hour_has_the_same_errands() -> None:
    seen = sight([warning(n) for n in range(20)])
    first = list(coordinators.errands(seen, directory(), Dice(7)))
    assert first == list(coordinators.errands(seen, directory(), Dice(7))) != []


# -- what is kept ----------------------------------------------------------------------------------------


def test_memory_outlives_the_process_and_forgets_after_two_months(tmp_path: Path) -> None:
    memory = Memory.read(tmp_path, 7)
    memory.take([Settlement("a", ("wage_arrears_months",), paid=True)], MONDAY)
    memory.take([Settlement("b", ("wage_arrears_months",), paid=False)], MONDAY)
    memory.write(tmp_path)
    again = Memory.read(tmp_path, 7)
    assert again.settled.keys() == {"a", "b"}
    assert list(again.unreported(MONDAY)) == []
    assert list(again.unreported(MONDAY + timedelta(days=1))) == [("a", ["wage_arrears_months"])]
    assert list(again.unreported(MONDAY + timedelta(days=2))) == []
    again.take([], MONDAY + timedelta(days=60))
    assert again.settled == {}
    assert Memory.read(tmp_path, 8).settled == {}


def test_a_damaged_memory_is_named(tmp_path: Path) -> None:
    (tmp_path / "simulate.json").write_text("{", encoding="utf-8")
    with pytest.raises(MemoryUnreadable, match=r"simulate\.json"):
        Memory.read(tmp_path, 7)
