"""The demo's clock runs ahead of the machine's, and never back."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.commands.database import clock_of
from shared.db.wake import Waker
from shared.kernel.calendar import ChinaCalendar
from shared.kernel.clock import SHANGHAI, FixedClock, SystemClock
from simulation import ahead
from simulation.ahead import AheadClock, AheadUnreadable, ClockFurtherAhead, follow
from simulation.demo.pauses import HastyWaker
from simulation.living.pacing import next_moment

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def always_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "LOOK_SECONDS", 0.0)


def test_a_fresh_folder_has_the_machines_time(tmp_path: Path) -> None:
    assert AheadClock(tmp_path, FixedClock(START)).now() == START


def test_others_see_it_move_and_it_outlives_them(tmp_path: Path) -> None:
    machine = FixedClock(START)
    served, simulated = AheadClock(tmp_path, machine), AheadClock(tmp_path, machine)
    simulated.move_to(START + 5 * HOUR)
    assert served.now() == simulated.now() == START + 5 * HOUR
    machine.advance(HOUR)
    assert served.now() == START + 6 * HOUR
    assert AheadClock(tmp_path, machine).now() == START + 6 * HOUR


def test_it_never_goes_backwards(tmp_path: Path) -> None:
    machine = FixedClock(START)
    clock = AheadClock(tmp_path, machine)
    clock.move_to(START + 5 * HOUR)
    clock.move_to(START + 2 * HOUR)
    assert clock.now() == START + 5 * HOUR
    (tmp_path / "clock.txt").write_text("60", encoding="ascii")
    assert clock.now() == START + 5 * HOUR
    (tmp_path / "clock.txt").unlink()
    assert clock.now() == START + 5 * HOUR
    machine.advance(-3 * HOUR)
    assert clock.now() == START + 5 * HOUR


@pytest.mark.parametrize("damage", ["", "tomorrow", "nan", "1e999"])
def test_a_damaged_file_is_named(tmp_path: Path, damage: str) -> None:
    (tmp_path / "clock.txt").write_text(damage, encoding="ascii")
    with pytest.raises(AheadUnreadable, match=r"clock\.txt"):
        AheadClock(tmp_path)


@given(at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC)))  # noqa: DTZ001  made aware by timezones
def test_something_may_happen_at_every_midnight_and_in_every_office_hour(at: datetime) -> None:
    calendar = ChinaCalendar()
    moment = next_moment(at, calendar)
    assert timedelta(0) < moment - at <= 2 * HOUR
    local, before = moment.astimezone(SHANGHAI), at.astimezone(SHANGHAI)
    assert (local.minute, local.second) == (0, 0)
    if local.date() != before.date():
        assert local.hour == 0
    if calendar.is_working_day(before.date()) and 9 <= before.hour < 17:
        assert moment - at <= HOUR


@pytest.mark.asyncio
@pytest.mark.parametrize("channel", [None, "work"])
async def test_a_pause_ends_when_its_time_has_passed_on_the_demos_clock(channel: str | None) -> None:
    clock = FixedClock(START)
    waker = HastyWaker(Waker("postgresql://nobody", ["work"]), clock)
    pausing = asyncio.create_task(waker.wait(channel, 3_600))
    await asyncio.sleep(0.15)
    assert not pausing.done()
    clock.advance(HOUR)
    await asyncio.wait_for(pausing, 5)


def test_a_neighbour_lives_on_the_same_clock(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    machine = FixedClock(START)
    follow(theirs, ours)
    neighbour = AheadClock(theirs, machine)
    assert neighbour.now() == START
    AheadClock(ours, machine).move_to(START + 6 * HOUR)
    assert neighbour.now() == START + 6 * HOUR
    follow(theirs, ours)
    AheadClock(tmp_path, machine).move_to(START + 7 * HOUR)
    with pytest.raises(ClockFurtherAhead):
        follow(tmp_path, ours)


def test_two_that_change_places_still_have_a_clock(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    machine = FixedClock(START)
    AheadClock(one, machine).move_to(START + 6 * HOUR)
    follow(other, one)
    follow(one, other)
    follow(one, one)
    assert AheadClock(one, machine).now() == AheadClock(other, machine).now() == START + 6 * HOUR


def test_commands_live_on_the_clock_of_their_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    later = SystemClock().now() + timedelta(days=40)
    AheadClock(tmp_path).move_to(later)
    assert clock_of(tmp_path).now() >= later
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/district")
    assert clock_of(tmp_path).now() < later
