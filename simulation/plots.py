"""The plots of the district's stories: each writes what departments notice, month by month, up to its peak."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulation.pen import COLLECTIVE_WORKERS, NONE, ORANGE, WATCH, Pen

_MONTH_DAYS = 30


def spiral(pen: Pen) -> None:
    """Rent, then premiums, then people leave, then wages, then complaints, then arbitration."""
    rents = pen.chance(0.6)
    stage = pen.between(3, 5) if pen.grave else (1 if rents else 2)
    for step in range(stage + 1):
        month = pen.peak - stage + step
        if rents:
            pen.rent(month, step + 1, locked_out=pen.grave and step == stage and pen.chance(0.3))
        if step > 0:
            pen.social(month, step)
        if step > 1:
            pen.headcount_drop(month, min(70, 8 + 5 * step + pen.between(-3, 3)))
            _machines_stop(pen, month, step)
    for unpaid in range(1, stage - 1):
        _unpaid(pen, pen.peak - stage + 2 + unpaid, unpaid, last=unpaid == stage - 2)


def _machines_stop(pen: Pen, month: int, step: int) -> None:
    if pen.firm.section in "CH":
        pen.power_drop(month, min(95, 14 * step + pen.between(0, 12)))


def _unpaid(pen: Pen, month: int, unpaid: int, *, last: bool) -> None:
    if not pen.grave:
        return
    gone = last and pen.chance(0.15)
    pen.wages(month, unpaid, pen.staff(0.25 + 0.2 * unpaid, 3), unreachable=gone)
    day = pen.peak_day - _MONTH_DAYS * (pen.peak - month)
    pen.complaints(day - 9, day, pen.between(0, 1 + unpaid))
    if last and pen.chance(0.7):
        pen.arbitration(day - pen.between(0, 5), pen.staff(0.3, 2), NONE)


def slip(pen: Pen) -> None:
    """Wages come a month late; in grave cases a second month follows, or many people wait."""
    if pen.chance(0.25):
        pen.rent(pen.peak - 1, 1)
    if not pen.grave:
        pen.wages(pen.peak, 1, min(29, pen.staff(pen.rng.uniform(0.1, 0.5), 2)))
        return
    pen.wages(pen.peak - 1, 1, pen.staff(0.3, 2))
    pen.wages(pen.peak, 2, pen.staff(0.5, 3))
    pen.complaints(pen.peak_day - 12, pen.peak_day, pen.between(0, 2))


def dip(pen: Pen) -> None:
    """Two or three months without rent or premiums, and then the orders come back."""
    length = 3 if pen.grave else 2
    write = pen.rent if pen.chance(0.5) else pen.social
    for step in range(1, length + 1):
        write(pen.peak - length + step, step)
    if pen.chance(0.3):
        pen.tax(pen.peak, 1)


def burst(pen: Pen) -> None:
    """Several people call the hotline within a few weeks."""
    count = pen.between(3, 4) if pen.grave else 2
    pen.complaints(pen.peak_day - 14, pen.peak_day, count)


def relocation(pen: Pen) -> None:
    """The works closes or moves: talk, plan, and sometimes the fact without a settlement."""
    pen.restructuring(pen.peak_day - 12, "rumour")
    if pen.grave:
        pen.restructuring(pen.peak_day, "carried_out")
        pen.complaints(pen.peak_day - 5, pen.peak_day, pen.between(0, 2))
    else:
        pen.restructuring(pen.peak_day, "plan")


def layoff(pen: Pen) -> None:
    """A plan to let at least a tenth of the people go; grave when nobody was consulted."""
    pen.layoff_plan(pen.peak_day, pen.staff(pen.rng.uniform(0.12, 0.4), 2), consulted=not pen.grave)
    if pen.chance(0.4):
        pen.headcount_drop(pen.peak, pen.between(10, 19))


def exodus(pen: Pen) -> None:
    """Registered staff shrink by a fifth within three months, by a third in grave cases."""
    pen.headcount_drop(pen.peak - 1, pen.between(10, 16))
    pen.headcount_drop(pen.peak, pen.between(31, 48) if pen.grave else pen.between(20, 29))


def standstill(pen: Pen) -> None:
    """Machines stop while the rent still comes, late."""
    pen.power_drop(pen.peak - 1, pen.between(30, 45))
    pen.power_drop(pen.peak, pen.between(80, 96) if pen.grave else pen.between(50, 74), cut_off=pen.grave)
    if pen.chance(0.5):
        pen.rent(pen.peak, 1)


def taxes(pen: Pen) -> None:
    """Tax unpaid for two months, or three."""
    length = 3 if pen.grave else 2
    for step in range(1, length + 1):
        pen.tax(pen.peak - length + step, step)


def docket(pen: Pen) -> None:
    """One case after the other before the arbitration institute, each for a person or two."""
    for number in range(5):
        pen.arbitration(pen.peak_day - 9 * number, pen.between(1, 2), WATCH if number > 1 else NONE)
    pen.arbitration(pen.peak_day, pen.staff(0.3, 12) if pen.grave else 1, ORANGE)


def debtor(pen: Pen) -> None:
    """The court enforces a judgment; the grave ones are on the list of dishonest debtors."""
    pen.enforcement(pen.peak_day, dishonest=pen.grave)


def changes(pen: Pen) -> None:
    """The licence changes twice in half a year: another name on the paper, another address, less capital."""
    for day in (pen.peak_day - pen.between(35, 120), pen.peak_day):
        pen.licence(day, ("legal_representative", "address", "capital_reduction")[pen.between(0, 2)])
    pen.notes[-1] = pen.notes[-1]._replace(level=ORANGE)


def underpaid(pen: Pen) -> None:
    """An inspection finds pay below the minimum, or hours beyond the law."""
    workers = pen.staff(0.4, COLLECTIVE_WORKERS) if pen.grave else min(9, pen.staff(0.2))
    write = pen.underpaid if pen.chance(0.5) else pen.overworked
    write(pen.peak_day, workers)


def mistaken(pen: Pen) -> None:
    """A street reports unpaid wages that prove to be a quarrel over a bonus."""
    pen.wages(pen.peak, 1, min(9, pen.staff(0.1)))


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot with its weight, the share of grave ones, and the chance that an upheld dispute follows.

    `settles`: it ends with reports of zero; otherwise its reports fade with their validity,
    after `fades_months`.
    """

    name: str
    tell: Callable[[Pen], None]
    weight: float
    grave_share: float
    dispute_chance: float
    settles: bool = True
    fades_months: int = 3
    sections: Mapping[str, float] = field(default_factory=dict)


PLOTS: tuple[Plot, ...] = (
    Plot("spiral", spiral, 0.25, 0.55, 0.80, sections={"E": 1.5, "C": 1.3, "H": 1.2}),
    Plot("slip", slip, 0.22, 0.15, 0.35, sections={"E": 2.0, "H": 1.5}),
    Plot("dip", dip, 0.16, 0.10, 0.25),
    Plot("burst", burst, 0.07, 0.30, 0.45, settles=False, sections={"H": 1.5, "O": 1.5}),
    Plot("relocation", relocation, 0.05, 0.15, 0.40, settles=False, sections={"C": 2.5, "K": 0.3}),
    Plot("layoff", layoff, 0.04, 0.15, 0.35, settles=False, sections={"I": 2.0, "C": 1.5, "M": 1.5}),
    Plot("exodus", exodus, 0.05, 0.15, 0.30, settles=False),
    Plot("standstill", standstill, 0.03, 0.15, 0.35, settles=False, sections={"C": 2.0, "F": 0.1, "I": 0.1}),
    Plot("taxes", taxes, 0.03, 0.10, 0.20),
    Plot("docket", docket, 0.02, 0.30, 0.60, settles=False),
    Plot("debtor", debtor, 0.02, 0.20, 0.20),
    Plot("changes", changes, 0.01, 0.0, 0.10, settles=False, fades_months=7),
    Plot("underpaid", underpaid, 0.02, 0.20, 0.50, settles=False),
    Plot("mistaken", mistaken, 0.03, 0.0, 0.0),
)
