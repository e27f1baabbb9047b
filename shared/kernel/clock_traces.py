"""Why a deadline is what it is, in words that can be checked against a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.kernel.calendar import WorkingCalendar
from shared.kernel.clock import SHANGHAI

_MOST_DAYS_NAMED = 10


@dataclass(frozen=True, slots=True)
class Trace:
    """One explanation in both languages."""

    zh: str
    en: str

    def then(self, more: "Trace") -> "Trace":
        """Return this explanation followed by another."""
        return Trace(f"{self.zh}{more.zh}", f"{self.en} {more.en}".strip())


NO_TRACE = Trace("", "")


def hours_trace(length: int, started_at: datetime, due_at: datetime) -> Trace:
    """Explain a deadline in hours."""
    return Trace(
        f"自{_local(started_at)}起连续计{length}小时，昼夜不停，至{_local(due_at)}。",
        f"{length} hours around the clock from {_local(started_at)}, until {_local(due_at)}.",
    )


def working_days_trace(length: int, start_on: date, due_on: date, calendar: WorkingCalendar) -> Trace:
    """Explain a deadline in working days, with the days that were skipped."""
    between = [start_on + timedelta(days=ahead) for ahead in range(1, (due_on - start_on).days)]
    off = [day for day in between if not calendar.is_working_day(day)]
    return Trace(
        f"{start_on}当日不计，第{length}个工作日为{due_on}，至当日终了。{_off_zh(off)}",
        f"{start_on} is not counted; working day {length} is {due_on}, until its end.{_off_en(off)}",
    )


def natural_days_trace(length: int, start_on: date, due_on: date) -> Trace:
    """Explain a deadline in natural days, with the roll off a day that is not worked."""
    nominal_on = start_on + timedelta(days=length)
    if nominal_on == due_on:
        return Trace(
            f"{start_on}当日不计，第{length}日为{due_on}，至当日终了。",
            f"{start_on} is not counted; day {length} is {due_on}, until its end.",
        )
    return Trace(
        f"{start_on}当日不计，第{length}日{nominal_on}不是工作日，顺延至{due_on}终了。",
        f"{start_on} is not counted; day {length}, {nominal_on}, is not worked, so until the end of {due_on}.",
    )


def provisional_trace(calendar: WorkingCalendar, start_on: date, due_on: date) -> Trace:
    """Say which years' calendars are still missing; nothing when none is."""
    years = range(start_on.year, due_on.year + 1)
    missing = "、".join(str(year) for year in years if not calendar.is_published(year))
    if not missing:
        return NO_TRACE
    return Trace(
        f"{missing}年放假安排尚未公布，此日期为暂定。",
        f"The holiday notice for {missing} is not published yet, so the date is provisional.",
    )


def pause_trace(paused_at: datetime, resumed_at: datetime, moved: timedelta) -> Trace:
    """Say how far a pause moved the deadline."""
    minutes = round(moved.total_seconds() / 60)
    shift_zh = f"{minutes // 60}小时{minutes % 60}分"
    shift_en = f"{minutes // 60} h {minutes % 60} min"
    return Trace(
        f"{_local(paused_at)}至{_local(resumed_at)}暂停，顺延{shift_zh}。",
        f"Paused from {_local(paused_at)} to {_local(resumed_at)}: moved by {shift_en}.",
    )


def cap_trace(due_at: datetime) -> Trace:
    """Say that another running clock ends earlier."""
    return Trace(
        f"不得晚于已在运行的时限，故至{_local(due_at)}。",
        f"Never later than the clock that already runs, hence {_local(due_at)}.",
    )


def _off_zh(off: Sequence[date]) -> str:
    if not off:
        return ""
    more = f"等{len(off)}天" if len(off) > _MOST_DAYS_NAMED else ""
    return f"其间{'、'.join(map(str, off[:_MOST_DAYS_NAMED]))}{more}不上班。"


def _off_en(off: Sequence[date]) -> str:
    if not off:
        return ""
    more = f" and {len(off) - _MOST_DAYS_NAMED} more" if len(off) > _MOST_DAYS_NAMED else ""
    return f" Not worked: {', '.join(map(str, off[:_MOST_DAYS_NAMED]))}{more}."


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
