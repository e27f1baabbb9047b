"""What a story writes with: one method per thing that departments would notice, each knowing its own gravity."""

import json
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from simulation.signals import ABSENT, NO_DETAIL

NONE, WATCH, ORANGE, RED = range(4)
_MONTHLY_WAGE_CENTS = (520_000, 980_000)
_MONTHLY_PREMIUM_CENTS = 190_000
_RENT_PER_HEAD_CENTS = (40_000, 160_000)
_LAST_COMMON_DAY = 28
_ARREARS_LEVELS = (NONE, WATCH, ORANGE, RED)
_WORKERS_ORANGE, _WORKERS_RED = 10, 30
_DROP_LEVELS = ((30, RED), (20, ORANGE), (10, WATCH))
_POWER_LEVELS = ((80, RED), (50, ORANGE), (30, WATCH))


def detail(**values: str | int | bool) -> str:
    """Return the declared fields of an indicator as JSON, in one spelling."""
    return json.dumps(values, separators=(",", ":"))


CHANNELS = ("12345", "12333", "platform")
COLLECTIVE_WORKERS = 10
_SETTLED_AFTER_DAYS = (15, 35)
_CLEARED = {
    "court_enforcement": detail(dishonest_debtor=False),
    "pay_below_minimum": NO_DETAIL,
    "rent_arrears": detail(lockout_notice=False),
    "social_insurance_arrears": NO_DETAIL,
    "tax_arrears": NO_DETAIL,
    "wage_arrears": detail(principal_unreachable=False),
}


class Note(NamedTuple):
    """One fact of a story: as in `Facts`, with the gravity that a handler of that day would have seen."""

    source: str
    indicator: str
    period: int
    day: int
    cents: int
    months: int
    workers: int
    detail: str
    level: int


class Firm(NamedTuple):
    """The enterprise that a story is told of."""

    row: int
    headcount: int
    section: str
    sole_trader: bool


def _arrears_level(months: int) -> int:
    return _ARREARS_LEVELS[min(months, RED)]


def _banded(value: int, bands: tuple[tuple[int, int], ...]) -> int:
    return next((level for floor, level in bands if value >= floor), NONE)


@dataclass(slots=True)
class Pen:
    """Collects the notes of one story. `month` arguments are month numbers, `day` arguments day numbers."""

    rng: np.random.Generator
    firm: Firm
    peak: int
    peak_day: int
    grave: bool
    notes: list[Note] = field(default_factory=list)

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def between(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high, endpoint=True))

    def staff(self, share: float, least: int = 1) -> int:
        """Return a part of the staff, never more people than there are."""
        return max(1, min(self.firm.headcount, max(least, round(self.firm.headcount * share))))

    def _monthly(self, source: str, indicator: str, month: int, level: int, **values: int | str) -> None:
        self._note(source, indicator, level, {"period": month, **values})

    def event(self, source: str, indicator: str, day: int, level: int, **values: int | str) -> None:
        self._note(source, indicator, level, {"day": day, **values})

    def _note(self, source: str, indicator: str, level: int, values: dict[str, int | str]) -> None:
        def number(name: str) -> int:
            return int(values.get(name, ABSENT))

        text = str(values.get("detail", NO_DETAIL))
        numbers = [number(name) for name in ("period", "day", "cents", "months", "workers")]
        period, day, cents, months, workers = numbers
        self.notes.append(Note(source, indicator, period, day, cents, months, workers, text, level))

    def wages(self, month: int, months: int, workers: int, *, unreachable: bool = False) -> None:
        level = RED if unreachable else _arrears_level(months + 1)
        if workers >= _WORKERS_ORANGE:
            level = max(level, RED if workers >= _WORKERS_RED else ORANGE)
        self._monthly(
            "street" if self.chance(0.4) else "hrss",
            "wage_arrears",
            month,
            level,
            months=months,
            workers=workers,
            cents=workers * months * self.between(*_MONTHLY_WAGE_CENTS),
            detail=detail(principal_unreachable=unreachable),
        )

    def social(self, month: int, months: int) -> None:
        self._monthly(
            "social_insurance",
            "social_insurance_arrears",
            month,
            _arrears_level(months),
            months=months,
            workers=self.firm.headcount,
            cents=self.firm.headcount * months * _MONTHLY_PREMIUM_CENTS,
        )

    def rent(self, month: int, months: int, *, locked_out: bool = False) -> None:
        self._monthly(
            "park",
            "rent_arrears",
            month,
            RED if locked_out else _arrears_level(months),
            months=months,
            cents=max(3, self.firm.headcount) * months * self.between(*_RENT_PER_HEAD_CENTS),
            detail=detail(lockout_notice=locked_out),
        )

    def tax(self, month: int, months: int) -> None:
        cents = self.between(300_000, 90_000_000) * months
        self._monthly("tax", "tax_arrears", month, _arrears_level(months), months=months, cents=cents)

    def headcount_drop(self, month: int, percent: int) -> None:
        self._monthly(
            "social_insurance",
            "labour_relations_change",
            month,
            _banded(percent, _DROP_LEVELS),
            workers=self.staff(percent / 100),
            detail=detail(kind="headcount_drop", drop_percent=percent),
        )

    def power_drop(self, month: int, percent: int, *, cut_off: bool = False) -> None:
        self._monthly(
            "utility",
            "power_use_drop",
            month,
            RED if cut_off else _banded(percent, _POWER_LEVELS),
            detail=detail(drop_percent=percent, cut_off=cut_off),
        )

    def layoff_plan(self, day: int, workers: int, *, consulted: bool) -> None:
        self.event(
            "hrss",
            "labour_relations_change",
            day,
            ORANGE if consulted else RED,
            workers=workers,
            detail=detail(kind="layoff_plan", without_consultation=not consulted, without_notice=False),
        )

    def restructuring(self, day: int, stage: str) -> None:
        """`stage` is rumour, plan or carried_out; beyond the rumour, nobody has settled with the workers."""
        rumour, carried_out = stage == "rumour", stage == "carried_out"
        self.event(
            "park" if self.chance(0.5) else "street",
            "labour_relations_change",
            day,
            WATCH if rumour else RED if carried_out else ORANGE,
            workers=self.firm.headcount,
            detail=detail(
                kind="restructuring",
                planned=not rumour,
                carried_out=carried_out,
                without_settlement=not rumour,
            ),
        )

    def complaints(self, first_day: int, last_day: int, count: int) -> None:
        level = min(count, RED)
        for _ in range(count):
            channel = CHANNELS[self.between(0, len(CHANNELS) - 1)]
            day = self.between(first_day, last_day)
            self.event("hotline", "complaint", day, level, detail=detail(channel=channel))

    def arbitration(self, day: int, workers: int, level: int) -> None:
        """Ten workers or more make a collective case, which is red by itself."""
        collective = workers >= COLLECTIVE_WORKERS
        self.event(
            "hrss",
            "arbitration_case",
            day,
            RED if collective else level,
            workers=workers,
            cents=workers * self.between(800_000, 6_000_000),
            detail=detail(kind="collective" if collective else "individual"),
        )

    def enforcement(self, day: int, *, dishonest: bool) -> None:
        self.event(
            "court",
            "court_enforcement",
            day,
            RED if dishonest else ORANGE,
            cents=self.between(2_000_000, 400_000_000),
            detail=detail(dishonest_debtor=dishonest),
        )

    def licence(self, day: int, change: str, *, deregistration: bool = False) -> None:
        what = detail(change=change, deregistration=deregistration)
        self.event("market_regulator", "licence_change", day, WATCH, detail=what)

    def underpaid(self, day: int, workers: int) -> None:
        level = RED if workers >= COLLECTIVE_WORKERS else ORANGE
        self.event("hrss", "pay_below_minimum", day, level, workers=workers)

    def overworked(self, day: int, workers: int) -> None:
        level = RED if workers >= COLLECTIVE_WORKERS else ORANGE
        hours = detail(hours_per_month=self.between(40, 96))
        self.event("hrss", "excess_overtime", day, level, workers=workers, detail=hours)

    def settle(self, month: int) -> None:
        """Everything that was owed is paid: a report of zero for each indicator that had one."""
        latest = {note.indicator: note for note in self.notes if note.indicator in _CLEARED}
        for indicator, note in sorted(latest.items()):
            day = note.day + self.between(*_SETTLED_AFTER_DAYS)
            self._note(
                note.source,
                indicator,
                NONE,
                {
                    **({"day": day} if note.period == ABSENT else {"period": month}),
                    "months": min(note.months, 0),
                    "cents": min(note.cents, 0),
                    "workers": min(note.workers, 0),
                    "detail": _CLEARED[indicator],
                },
            )
