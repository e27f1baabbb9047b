"""The district's enterprises as columns: who they are, where they work, how large and how risky they are."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from simulation.codes import make_usccs
from simulation.industries import INDUSTRIES, Industry
from simulation.names import company_names, shop_names
from simulation.places import DISTRICT, OTHER_DISTRICTS, TOWNS, VILLAGE_SUFFIXES, grid_cell

_REGISTERED_ELSEWHERE = 0.13
_KNOWN_TO_THE_VILLAGE = 0.35
_LARGEST = 6_000
_LARGEST_SOLE_TRADER = 7


@dataclass(frozen=True, slots=True)
class Enterprises:
    """Columns of equal length; `log_risk` is the simulation's secret, which no file shows."""

    uscc: list[str]
    name: list[str]
    registered_division: list[str]
    workplace_division: list[str]
    grid_cell: list[str]
    industry: list[str]
    zone: list[str]
    town: NDArray[np.int64]
    section: NDArray[np.int64]
    headcount: NDArray[np.int64]
    sole_trader: NDArray[np.bool_]
    log_risk: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.uscc)


def _shares(count: int, weights: list[float], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return one index per enterprise, by weight, with every index present where there are enough."""
    chances = np.array(weights) / sum(weights)
    chosen = rng.choice(len(weights), size=count, p=chances)
    if count >= len(weights):
        chosen[: len(weights)] = np.arange(len(weights))
    return rng.permutation(chosen)


def _column(attribute: str, section: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.array([getattr(industry, attribute) for industry in INDUSTRIES], dtype=np.float64)[section]


def _headcounts(
    rng: np.random.Generator, section: NDArray[np.int64], sole_trader: NDArray[np.bool_]
) -> NDArray[np.int64]:
    median = _column("median_headcount", section)
    companies = np.exp(np.log(median) + rng.normal(0.0, 1.3, len(section)))
    traders = rng.integers(1, _LARGEST_SOLE_TRADER, len(section), endpoint=True)
    return np.where(sole_trader, traders, np.clip(companies, 1, _LARGEST)).astype(np.int64)


def _registered(rng: np.random.Generator, sole_trader: NDArray[np.bool_]) -> NDArray[np.str_]:
    count = len(sole_trader)
    codes, weights = zip(*OTHER_DISTRICTS, strict=True)
    elsewhere = np.array(codes)[rng.choice(len(codes), size=count, p=np.array(weights))]
    moved = (rng.random(count) < _REGISTERED_ELSEWHERE) & ~sole_trader
    return np.where(moved, elsewhere, DISTRICT)


def _places(rng: np.random.Generator, town: NDArray[np.int64]) -> tuple[list[str], list[str], list[str]]:
    """Return workplace division, grid cell and zone per enterprise."""
    count = len(town)
    to_village, cell_draw, zone_draw = rng.random(count), rng.random(count), rng.random(count)
    suffix = rng.integers(0, len(VILLAGE_SUFFIXES[0]), count)
    workplace, cells, zones = [], [], []
    for row, index in enumerate(town.tolist()):
        place = TOWNS[index]
        village = VILLAGE_SUFFIXES[index][suffix[row]] if to_village[row] < _KNOWN_TO_THE_VILLAGE else ""
        workplace.append(place.code + village)
        # Squaring crowds the enterprises into the lower cells, as industrial streets do.
        cells.append(grid_cell(place, 1 + int(cell_draw[row] ** 1.4 * place.cells)))
        zones.append(place.zone if zone_draw[row] < place.zone_share else "")
    return workplace, cells, zones


def _named(
    rng: np.random.Generator, industry: Industry, town: NDArray[np.int64], sole: NDArray[np.bool_]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    names, classes = np.empty(len(town), dtype=object), np.empty(len(town), dtype=object)
    names[~sole], classes[~sole] = company_names(rng, industry, int((~sole).sum()))
    if sole.any():
        names[sole], classes[sole] = shop_names(rng, industry, town[sole])
    return names, classes


def _names(
    rng: np.random.Generator,
    section: NDArray[np.int64],
    town: NDArray[np.int64],
    sole: NDArray[np.bool_],
) -> tuple[list[str], list[str]]:
    names, classes = np.empty(len(town), dtype=object), np.empty(len(town), dtype=object)
    for index, industry in enumerate(INDUSTRIES):
        rows = section == index
        names[rows], classes[rows] = _named(rng, industry, town[rows], sole[rows])
    return cast("list[str]", names.tolist()), cast("list[str]", classes.tolist())


def _log_risk(
    rng: np.random.Generator, section: NDArray[np.int64], headcount: NDArray[np.int64]
) -> NDArray[np.float64]:
    """More people mean more disputes, some trades mean more, and much is the single house's own nature."""
    own = rng.normal(0.0, 0.9, len(section))
    return _column("log_risk", section) + 0.45 * np.log(headcount / 12) + own


def build_enterprises(rng: np.random.Generator, count: int) -> Enterprises:
    town = _shares(count, [town.share for town in TOWNS], rng)
    section = _shares(count, [industry.share for industry in INDUSTRIES], rng)
    sole = rng.random(count) < _column("sole_trader_share", section)
    headcount = _headcounts(rng, section, sole)
    registered = _registered(rng, sole)
    workplace, cells, zones = _places(rng, town)
    names, classes = _names(rng, section, town, sole)
    return Enterprises(
        uscc=make_usccs(rng, registered, sole),
        name=names,
        registered_division=cast("list[str]", registered.tolist()),
        workplace_division=workplace,
        grid_cell=cells,
        industry=classes,
        zone=zones,
        town=town,
        section=section,
        headcount=headcount,
        sole_trader=sole,
        log_risk=_log_risk(rng, section, headcount),
    )
