"""The clocks of a case: until when what has to happen, and why then."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.inspection.domain.lifecycle import State
from services.inspection.domain.periods import ClockKind, ClockRule
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.clock import shanghai_day
from shared.kernel.clock_traces import Trace
from shared.kernel.deadlines import ClockUnit, deadline, end_of
from shared.kernel.errors import DomainError, FieldProblem, Kind


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock, with everything that explains its date.

    length, unit: how it is counted, an approved `extension` included; None when the day itself was ordered.
    provisional: some day between start and due lies in a year whose calendar is not published.
    """

    kind: ClockKind
    article: str
    length: int | None
    unit: ClockUnit | None
    extension: int
    started_at: datetime
    due_at: datetime
    provisional: bool
    calendar_version: str
    trace_zh: str
    trace_en: str
    met_at: datetime | None = None
    breached_at: datetime | None = None


class OrderDateNotAhead(DomainError):
    """The employer cannot put anything right by a day that is over."""

    code = "inspection.order_date_not_ahead"

    def __init__(self) -> None:
        """Name the field and what to do."""
        zh, en = "改正期限须晚于今天：请核对后重填。", "The date must lie after today: check it."
        super().__init__(fields=(FieldProblem("due_on", self.code, zh, en),))


class OrderDateTooFar(DomainError):
    """An order that far ahead is a slip of the pen, or none."""

    code = "inspection.order_date_too_far"

    def __init__(self, last: date) -> None:
        """Name the field and the last day that is possible."""
        zh, en = f"改正期限不得晚于{last}：请核对后重填。", f"The date must not lie after {last}: check it."
        super().__init__(zh, en, fields=(FieldProblem("due_on", self.code, zh, en),))


class ExtensionTooLate(DomainError):
    """A period that is over cannot be made longer."""

    kind = Kind.CONFLICT
    code = "inspection.extension_too_late"
    message_zh = "调查期限已届满，不能再延长。"
    message_en = "The period of the investigation is over: it cannot be extended any more."


def start_clock(rule: ClockRule, started_at: datetime, calendar: WorkingCalendar) -> Clock:
    """Start a clock of the law."""
    return _counted(rule.kind, rule.article, rule.length, rule.unit, 0, started_at, calendar)


def order_clock(
    article: str, due_on: date, ordered_at: datetime, calendar: WorkingCalendar, days_at_most: int
) -> Clock:
    """Start the clock of a rectification order, which names its own day.

    days_at_most: how many natural days ahead it may lie. Raises OrderDateNotAhead, OrderDateTooFar.
    """
    today = shanghai_day(ordered_at)
    if due_on <= today:
        raise OrderDateNotAhead
    if due_on > (last := today + timedelta(days=days_at_most)):
        raise OrderDateTooFar(last)
    return Clock(
        kind=ClockKind.ORDER,
        article=article,
        length=None,
        unit=None,
        extension=0,
        started_at=ordered_at,
        due_at=end_of(due_on),
        provisional=False,
        calendar_version=calendar.version,
        trace_zh=f"限期改正指令载明的期限：至{due_on}终了。",
        trace_en=f"The order names the day: until the end of {due_on}.",
    )


def check_extendable(clock: Clock, now: datetime) -> None:
    """Refuse to extend a period that is over. Raises ExtensionTooLate."""
    if is_breached(clock, now):
        raise ExtensionTooLate(facts={"state": State.FILED.value})


def extend(clock: Clock, rule: ClockRule, calendar: WorkingCalendar) -> Clock:
    """Return the clock with its extension, counted as one period from its start.

    The law lengthens the period (监察条例 art. 17: 60 working days, and 30 more), it does not start another.
    """
    longer = _counted(
        clock.kind,
        clock.article,
        rule.length + rule.extension,
        rule.unit,
        rule.extension,
        clock.started_at,
        calendar,
    )
    return replace(longer, met_at=clock.met_at, breached_at=clock.breached_at)


def recount(clock: Clock, calendar: WorkingCalendar) -> Clock:
    """Return an unmet clock by another calendar; one whose day was ordered stays."""
    if clock.length is None or clock.unit is None:
        return clock
    fresh = _counted(
        clock.kind, clock.article, clock.length, clock.unit, clock.extension, clock.started_at, calendar
    )
    return replace(fresh, breached_at=clock.breached_at)


def is_breached(clock: Clock, now: datetime) -> bool:
    """Say whether an unmet clock has run out."""
    return clock.met_at is None and (clock.breached_at is not None or now > clock.due_at)


def next_due(clocks: Iterable[Clock]) -> datetime | None:
    """Return when the unmet clock that ends first does."""
    return min((clock.due_at for clock in clocks if clock.met_at is None), default=None)


def _counted(
    kind: ClockKind,
    article: str,
    length: int,
    unit: ClockUnit,
    extension: int,
    started_at: datetime,
    calendar: WorkingCalendar,
) -> Clock:
    until = deadline(length, unit, started_at, calendar)
    trace = until.trace
    if extension:
        trace = trace.then(
            Trace(f"其中经批准延长{extension}个工作日。", f"{extension} of them by an approved extension.")
        )
    return Clock(
        kind=kind,
        article=article,
        length=length,
        unit=unit,
        extension=extension,
        started_at=started_at,
        due_at=until.due_at,
        provisional=until.provisional,
        calendar_version=until.calendar_version,
        trace_zh=trace.zh,
        trace_en=trace.en,
    )
