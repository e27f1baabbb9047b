"""A notice on working days settles every deadline that waited for it, whatever its warning went through meanwhile."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.commands import calendar
from shared.events.warning import CalendarNoticeTaken
from shared.kernel.clock import SHANGHAI
from tests.support.district import District, act
from tests.support.enterprises import a_uscc
from tests.support.told import told

pytestmark = pytest.mark.asyncio

X, Y, Z, V = (a_uscc(number) for number in range(4))


def at(district: District, local: str) -> None:
    """Let it be that time in Shanghai."""
    clock = district.system.clock
    clock.advance(datetime.fromisoformat(local).replace(tzinfo=SHANGHAI) - clock.now())


async def an_orange(district: District, uscc: str) -> str:
    """Register an enterprise, and return the id of the warning that is raised for it."""
    assert (await district.register(uscc, headcount=120)).status_code == 200
    now = district.system.clock.now().astimezone(SHANGHAI)
    period = f"{now - timedelta(days=20):%Y-%m}"
    await district.send(uscc=uscc, period=period, months=1, workers=1)
    return str(next(one["id"] for one in await district.warnings() if one["uscc"] == uscc))


async def officer_does(district: District, warning_id: str, step: str, **fields: str) -> None:
    assert (await act(district.officer, warning_id, step, **fields)).status_code == 201


async def dues(district: District, warning_id: str) -> dict[str, tuple[str, bool]]:
    """Return the day on which each clock ends, and whether it is provisional."""
    clocks = (await district.detail(warning_id))["clocks"]
    return {one["kind"]: (one["due_at"][5:10], one["provisional"]) for one in clocks}


async def import_days(district: District, url: str, file: Path, year: int, *lines: str) -> str:
    def run() -> Result:
        file.write_text("\n".join(lines), encoding="utf-8")
        arguments = ["import", str(file), "--full-year", str(year)]
        return CliRunner().invoke(calendar.app, arguments, env={"DATABASE_URL": url})

    done = await asyncio.to_thread(run)
    assert done.exit_code == 0, done.output
    await district.system.settle()
    return done.stdout


async def test_paused_and_resumed_deadlines_are_settled_as_if_the_year_had_been_known(
    district: District, database_url: str, tmp_path: Path
) -> None:
    at(district, "2028-01-03 10:00")
    x, y, z = [await an_orange(district, uscc) for uscc in (X, Y, Z)]
    assert await dues(district, x) | {"review": None} == {
        "accept": ("01-04", True),
        "visit": ("01-06", True),
        "plan": ("01-10", True),
        "review": None,
    }
    await officer_does(district, y, "pause", reason="企业停电")
    at(district, "2028-01-04 10:00")
    await officer_does(district, y, "resume")
    await officer_does(district, z, "pause", reason="企业停电")
    assert (await dues(district, y))["visit"] == ("01-07", True)

    days = ("2028-01-06,0,国办号", "2028-01-10,0,国办号")
    assert "12 " in await import_days(district, database_url, tmp_path / "days.csv", 2028, *days)
    settled = {"accept": ("01-04", False), "visit": ("01-07", False), "plan": ("01-12", False)}
    later = {"accept": ("01-05", False), "visit": ("01-11", False), "plan": ("01-13", False)}
    assert (await dues(district, x)).items() >= settled.items()
    assert (await dues(district, y)).items() >= later.items()
    assert (await dues(district, z)).items() >= settled.items()
    for clock in (await district.detail(y))["clocks"]:
        assert "尚未公布" not in clock["trace"]
        assert ("暂停" in clock["trace"]) == (clock["kind"] != "review")
    await officer_does(district, z, "resume")
    assert (await dues(district, z)).items() >= settled.items(), "no working day lay in its pause"


async def test_a_paused_deadline_goes_on_from_its_settled_date(
    district: District, database_url: str, tmp_path: Path
) -> None:
    at(district, "2028-01-03 10:00")
    z = await an_orange(district, Z)
    await officer_does(district, z, "pause", reason="企业停电")
    await import_days(district, database_url, tmp_path / "days.csv", 2028, "2028-01-06,0,国办号")
    at(district, "2028-01-05 10:00")
    await officer_does(district, z, "resume")
    assert (await dues(district, z))["visit"] == ("01-11", False)


async def test_the_days_of_all_sources_of_a_file_count_before_its_year_is_settled(
    district: District, database_url: str, tmp_path: Path
) -> None:
    at(district, "2027-01-04 10:00")
    x, y = await an_orange(district, X), await an_orange(district, Y)
    await officer_does(district, y, "pause", reason="企业停电")
    at(district, "2027-01-05 10:00")
    await officer_does(district, y, "resume")
    z = await an_orange(district, Z)
    days = ("2027-01-07,0,国办甲号", "2027-01-11,0,市府乙号")
    await import_days(district, database_url, tmp_path / "days.csv", 2027, *days)
    v = await an_orange(district, V)
    assert (await dues(district, v))["visit"] == ("01-12", False)
    assert await dues(district, z) == await dues(district, v)
    assert (await dues(district, x))["visit"] == ("01-08", False)
    assert (await dues(district, y))["visit"] == ("01-12", False)
    notices = await told(district.system, CalendarNoticeTaken)
    assert [(one["source"], one["year"]) for one in notices] == [("国办甲号", None), ("市府乙号", 2027)]


async def test_a_new_owner_s_deadline_follows_the_settled_date_of_the_visit(
    district: District, database_url: str, tmp_path: Path
) -> None:
    at(district, "2028-01-03 10:00")
    x = await an_orange(district, X)
    at(district, "2028-01-06 10:00")
    await officer_does(district, x, "assign", reason="另派", assignee_id=str(district.second))
    assert (await dues(district, x))["accept"] == ("01-06", True), "never later than the visit"
    await import_days(district, database_url, tmp_path / "days.csv", 2028, "2028-01-05,0,国办号")
    assert {kind: due for kind, due in (await dues(district, x)).items() if kind in {"accept", "visit"}} == {
        "accept": ("01-07", False),
        "visit": ("01-07", False),
    }
