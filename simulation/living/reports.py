"""What departments send on a day: mostly that all is well; a few enterprises slide from rent to wages."""

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from shared.kernel.calendar import WorkingCalendar
from simulation.living.actors import Json
from simulation.living.dice import Dice
from simulation.timeline import month_number, month_text

# Of all enterprises, on a working day.
_QUIET_SHARE = 0.02
_SPIRAL_SHARE = 6 / 20_000
_COMPLAINT_SHARE = 12 / 20_000
_LATE_SHARE, _DOUBLED_SHARE, _CORRECTED_SHARE = 0.05, 0.02, 0.05
_LEAST_SPIRALS = 0.5
_SMALLEST_SPIRAL = 12
_OFFICE_HOURS = (9, 15)
_LATER_HOURS = 2
_MONTHLY_WAGE_CNY = (5_200, 9_800)
_MONTHLY_PREMIUM_CNY = 1_900
_RENT_PER_HEAD_CNY = (400, 1_600)
_CHANNELS = ("12345", "12333", "platform")
_CALM_DROP, _CALM_LEAVERS = 20, 5
_LOCKED_OUT_MONTHS = 4
_COLLECTIVE_WORKERS = 10


@dataclass(frozen=True, slots=True)
class House:
    """An enterprise as departments know it."""

    uscc: str
    headcount: int


@dataclass(frozen=True, slots=True)
class District:
    """Every enterprise, and those that are large enough to owe anybody much."""

    houses: tuple[House, ...]
    large: tuple[House, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A signal, and the hour (Shanghai) at which it is sent; `calm`: it says that all is well."""

    hour: int
    line: Json
    calm: bool = False


def read_district(world: Path) -> District:
    """Return the enterprises of the world's files."""
    with (world / "enterprises.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            (House(row["uscc"], int(row["headcount"])), row["sole_trader"] == "true")
            for row in csv.DictReader(file)
        ]
    large = tuple(house for house, sole in rows if not sole and house.headcount >= _SMALLEST_SPIRAL)
    return District(tuple(house for house, _ in rows), large)


def plan_day(
    district: District, dice: Dice, on: date, calendar: WorkingCalendar, busy: Collection[str]
) -> list[Report]:
    """Return the day's reports in the order in which they are sent.

    busy: enterprises with something open, or settled lately: of these nobody says that all is well.
    """
    reports = list(_complaints(district, dice, on))
    if calendar.is_working_day(on):
        reports += _quiet(district, dice, on, busy)
        reports += spirals(district, dice, on, calendar)
    return sorted(reports, key=lambda one: (one.hour, one.line["source_ref"]))


def spirals(district: District, dice: Dice, on: date, calendar: WorkingCalendar) -> Iterator[Report]:
    """Yield what is noticed on this day about every enterprise that began to slide within the last weeks."""
    sliding: dict[House, int] = {}
    day, worked = on, 0
    while worked <= max(_STAGES):
        if calendar.is_working_day(day):
            # Who slides already does not begin again.
            sliding |= dict.fromkeys(_begun_on(district, dice, day), worked)
            worked += 1
        day -= timedelta(days=1)
    for house, since in sliding.items():
        yield from _stage(dice, house, on, since)


def _begun_on(district: District, dice: Dice, day: date) -> Iterator[House]:
    if not district.large:
        return
    # In the smallest district something happens every other day, too.
    expected = max(_LEAST_SPIRALS, _SPIRAL_SHARE * len(district.houses))
    for number in range(_count(dice, expected, "spirals", day)):
        yield dice.one_of(district.large, "spiral", day, number)


def _count(dice: Dice, expected: float, *question: object) -> int:
    """Return a whole number that is the expected one in the mean."""
    return int(expected) + dice.falls(expected - int(expected), *question)


# Working days after it began -> (rent, premiums, wages) unpaid for so many months, complaints, collective case.
_STAGES: Mapping[int, tuple[int, int, int, int, bool]] = {
    0: (1, 0, 0, 0, False),
    1: (2, 1, 0, 0, False),
    2: (2, 2, 1, 0, False),
    4: (3, 2, 2, 1, False),
    6: (3, 3, 2, 2, False),
    8: (4, 3, 3, 1, True),
    12: (5, 4, 4, 2, False),
}


def _stage(dice: Dice, house: House, on: date, worked: int) -> Iterator[Report]:
    stage = _STAGES.get(worked)
    if stage is None:
        return
    rent, premiums, wages, calls, collective = stage
    workers = max(1, int(house.headcount * (0.2 + 0.4 * dice.share("workers", house.uscc))))
    wage = dice.between(*_MONTHLY_WAGE_CNY, "wage", house.uscc)
    per_head = dice.between(*_RENT_PER_HEAD_CNY, "rent", house.uscc)
    month = {"period": _month(on, 1)}
    told: list[Json] = []
    if rent:
        told.append(
            _owed("park", "rent_arrears", rent, house.headcount * per_head * rent)
            | {"detail": {"lockout_notice": rent >= _LOCKED_OUT_MONTHS}}
        )
    if premiums:
        owed = house.headcount * _MONTHLY_PREMIUM_CNY * premiums
        told.append(
            _owed("social_insurance", "social_insurance_arrears", premiums, owed)
            | {"workers": house.headcount}
        )
    if wages:
        told.append(
            _owed("hrss", "wage_arrears", wages, workers * wage * wages)
            | {"workers": workers, "detail": {"principal_unreachable": False}}
        )
    for number, one in enumerate(told):
        yield _report(dice, on, house.uscc, f"S{number}", one | month)
    for number in range(calls):
        yield _report(dice, on, house.uscc, f"C{number}", _complaint(dice, on, house.uscc, number))
    if collective:
        case = {
            "source": "hrss",
            "indicator": "arbitration_case",
            "occurred_on": str(on),
            "workers": workers,
            "amount_cny": f"{workers * wage}.00",
            "detail": {"kind": "collective" if workers >= _COLLECTIVE_WORKERS else "individual"},
        }
        yield _report(dice, on, house.uscc, "A", case)


def _owed(source: str, indicator: str, months: int, amount: int) -> Json:
    return {"source": source, "indicator": indicator, "months": months, "amount_cny": f"{amount}.00"}


def _complaint(dice: Dice, on: date, uscc: str, number: int) -> Json:
    channel = dice.one_of(_CHANNELS, "channel", uscc, on, number)
    return {
        "source": "hotline",
        "indicator": "complaint",
        "occurred_on": str(on),
        "detail": {"channel": channel},
    }


def _complaints(district: District, dice: Dice, on: date) -> Iterator[Report]:
    """Somebody calls, on any day and at any hour."""
    for number in range(_count(dice, _COMPLAINT_SHARE * len(district.houses), "complaints", on)):
        house = dice.one_of(district.houses, "complains", on, number)
        told = _report(dice, on, house.uscc, f"H{number}", _complaint(dice, on, house.uscc, number))
        yield replace(told, hour=dice.between(1, 22, "calls at", on, number))


def _quiet(district: District, dice: Dice, on: date, busy: Collection[str]) -> Iterator[Report]:
    for number in range(_count(dice, _QUIET_SHARE * len(district.houses), "quiet", on)):
        house = dice.one_of(district.houses, "quiet", on, number)
        if house.uscc in busy:
            continue
        key = (on, house.uscc, number)
        back = 2 if dice.falls(_LATE_SHARE, "late", *key) else 1
        told = _all_well(dice, house, key) | {"period": _month(on, back)}
        report = replace(_report(dice, on, house.uscc, f"Q{number}", told), calm=True)
        yield report
        if dice.falls(_DOUBLED_SHARE, "doubled", *key):
            yield replace(report, hour=report.hour + _LATER_HOURS)
        elif "drop_percent" in told.get("detail", {}) and dice.falls(_CORRECTED_SHARE, "corrected", *key):
            yield _corrected(report)


def _corrected(report: Report) -> Report:
    was = report.line["source_ref"]
    right = report.line["detail"] | {"drop_percent": report.line["detail"]["drop_percent"] // 2}
    line = report.line | {"source_ref": f"{was}-R", "corrects": was, "detail": right}
    return replace(report, hour=report.hour + _LATER_HOURS, line=line)


def _all_well(dice: Dice, house: House, key: tuple[object, ...]) -> Json:
    nothing: Json = {"months": 0, "amount_cny": "0.00"}
    drop = {"drop_percent": dice.between(0, _CALM_DROP, "drop", *key), "cut_off": False}
    left = dice.between(0, _CALM_LEAVERS, "left", *key)
    kinds: tuple[Json, ...] = (
        nothing
        | {
            "source": "street",
            "indicator": "wage_arrears",
            "workers": 0,
            "detail": {"principal_unreachable": False},
        },
        nothing | {"source": "social_insurance", "indicator": "social_insurance_arrears", "workers": 0},
        nothing | {"source": "park", "indicator": "rent_arrears", "detail": {"lockout_notice": False}},
        {"source": "utility", "indicator": "power_use_drop", "detail": drop},
        {"source": "utility", "indicator": "water_use_drop", "detail": drop},
        {
            "source": "social_insurance",
            "indicator": "labour_relations_change",
            "workers": house.headcount * left // 100,
            "detail": {"kind": "headcount_drop", "drop_percent": left},
        },
    )
    return dice.one_of(kinds, "kind", *key)


def incident(dice: Dice, uscc: str, on: date) -> Iterator[Report]:
    """Yield what is noticed when people who waited too long stand in the street."""
    for number in range(3):
        yield _report(dice, on, uscc, f"I{number}", _complaint(dice, on, uscc, number))
    case = {
        "source": "hrss",
        "indicator": "arbitration_case",
        "occurred_on": str(on),
        "workers": 12,
        "amount_cny": "180000.00",
        "detail": {"kind": "collective"},
    }
    yield _report(dice, on, uscc, "IA", case)


# What an enterprise was warned for, by the rule's beginning -> the report that it is no longer so.
_CLEARED: Mapping[str, Json] = {
    "wage_arrears": {
        "source": "hrss",
        "indicator": "wage_arrears",
        "months": 0,
        "amount_cny": "0.00",
        "workers": 0,
        "detail": {"principal_unreachable": False},
    },
    "social_ins": {
        "source": "social_insurance",
        "indicator": "social_insurance_arrears",
        "months": 0,
        "amount_cny": "0.00",
        "workers": 0,
    },
    "rent_arrears": {
        "source": "park",
        "indicator": "rent_arrears",
        "months": 0,
        "amount_cny": "0.00",
        "detail": {"lockout_notice": False},
    },
    "tax_arrears": {"source": "tax", "indicator": "tax_arrears", "months": 0, "amount_cny": "0.00"},
    "power_drop": {
        "source": "utility",
        "indicator": "power_use_drop",
        "detail": {"drop_percent": 0, "cut_off": False},
    },
    "water_drop": {
        "source": "utility",
        "indicator": "water_use_drop",
        "detail": {"drop_percent": 0, "cut_off": False},
    },
    "headcount_drop": {
        "source": "social_insurance",
        "indicator": "labour_relations_change",
        "workers": 0,
        "detail": {"kind": "headcount_drop", "drop_percent": 0},
    },
}


def settled(dice: Dice, uscc: str, rule_ids: Collection[str], on: date) -> Iterator[Report]:
    """Yield the reports that what an enterprise was warned for is paid, in the running month: later than all others."""
    for number, (beginning, told) in enumerate(_CLEARED.items()):
        if any(rule_id.startswith(beginning) for rule_id in rule_ids):
            yield _report(dice, on, uscc, f"Z{number}", told | {"period": _month(on, 0)})


def _report(dice: Dice, on: date, uscc: str, mark: str, told: Json) -> Report:
    reference = f"{str(told['source']).upper()}-{on:%Y%m%d}-{uscc[-10:]}-{mark}"
    hour = dice.between(*_OFFICE_HOURS, "sent", reference)
    return Report(hour, told | {"source_ref": reference, "uscc": uscc})


def _month(on: date, back: int) -> str:
    return month_text(month_number(on) - back)
