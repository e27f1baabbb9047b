"""Who gets a warning. There is always an answer: a person, or the queue of an office that is named."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.kernel.divisions import MINHANG, DivisionLevel, is_known


@dataclass(frozen=True, slots=True)
class Coordinator:
    """A grid coordinator on the day of the assignment; `deputises_for` are cells of absent colleagues too."""

    id: UUID
    town: str
    grid_cells: frozenset[str]
    deputises_for: frozenset[str]
    open_count: int
    cap: int
    absent: bool


class AssignmentReason(StrEnum):
    """Why this assignee or queue; stored with the assignment."""

    CELL_COORDINATOR = "cell_coordinator"
    DEPUTY = "deputy"
    LEAST_LOADED = "least_loaded"
    TOWN_QUEUE = "town_queue"
    DISTRICT_QUEUE = "district_queue"
    BY_OFFICER = "by_officer"


class PassedOver(StrEnum):
    """Why the one whose turn it was did not get it."""

    EXCLUDED = "excluded"
    ABSENT = "absent"
    AT_CAP = "at_cap"


@dataclass(frozen=True, slots=True)
class Assignment:
    """An assignee, or a queue: exactly one of the two. `passed_over` explains the cell's own people."""

    assignee_id: UUID | None
    queue_division: str | None
    reason: AssignmentReason
    passed_over: tuple[tuple[UUID, PassedOver], ...] = ()


def choose_assignee(
    candidates: Iterable[Coordinator], division: str, grid_cell: str | None, excluding: Collection[UUID]
) -> Assignment:
    """Return the cell's coordinator, else a deputy, else the least loaded of the town, else a queue.

    `excluding` are those who gave the warning back. Equal loads are settled by id, so that the same facts
    always give the same person.
    """
    everyone = sorted(candidates, key=_load)
    own = [one for one in everyone if grid_cell is not None and grid_cell in one.grid_cells]
    deputies = [one for one in everyone if grid_cell is not None and grid_cell in one.deputises_for]
    town = _town_of(division)
    neighbours = [one for one in everyone if town is not None and one.town == town]
    passed_over = _passed_over([*own, *deputies], excluding)
    for people, reason in (
        (own, AssignmentReason.CELL_COORDINATOR),
        (deputies, AssignmentReason.DEPUTY),
        (neighbours, AssignmentReason.LEAST_LOADED),
    ):
        for person in people:
            if _obstacle(person, excluding) is None:
                return Assignment(person.id, None, reason, passed_over)
    if town is None:
        return Assignment(None, _district_of(division), AssignmentReason.DISTRICT_QUEUE, passed_over)
    return Assignment(None, town, AssignmentReason.TOWN_QUEUE, passed_over)


def _load(coordinator: Coordinator) -> tuple[int, str]:
    return coordinator.open_count, str(coordinator.id)


def _obstacle(coordinator: Coordinator, excluding: Collection[UUID]) -> PassedOver | None:
    if coordinator.id in excluding:
        return PassedOver.EXCLUDED
    if coordinator.absent:
        return PassedOver.ABSENT
    return PassedOver.AT_CAP if coordinator.open_count >= coordinator.cap else None


def _passed_over(
    people: Iterable[Coordinator], excluding: Collection[UUID]
) -> tuple[tuple[UUID, PassedOver], ...]:
    obstacles = {person.id: _obstacle(person, excluding) for person in people}
    return tuple((person, obstacle) for person, obstacle in obstacles.items() if obstacle is not None)


def _town_of(division: str) -> str | None:
    town = division[: DivisionLevel.TOWN]
    return town if len(town) == DivisionLevel.TOWN and is_known(town) else None


def _district_of(division: str) -> str:
    """Whatever is written, the queue is one that somebody looks into."""
    district = division[: DivisionLevel.DISTRICT]
    return district if is_known(district) else MINHANG
