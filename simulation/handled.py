"""Warnings that the district raised, handled and closed before the platform came: its history."""

from dataclasses import dataclass
from typing import cast

import numpy as np

from simulation.pen import ORANGE, RED, Note
from simulation.signals import ABSENT, Integers
from simulation.stories import Ending, Story
from simulation.timeline import Timeline, midnight_seconds, month_ends

# Not every trouble was warned of: with about 23 a month coming to a peak, this leaves about 15 warnings.
_WARNED_SHARE = 0.72
_REPORTED_DAYS = (2, 10)
_HANDLED_DAYS = {"orange": (9, 40), "red": (14, 55)}
_OFFICE_SECONDS = (9 * 3600, 17 * 3600)
_DAY_SECONDS = 86_400
_TRANSFERRED_SHARE = 0.07
_INCIDENT_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class ClosedWarning:
    """One handled warning; times in epoch seconds."""

    enterprise: int
    level: str
    raised: int
    closed: int
    reason_code: str


def _noticed_day(note: Note) -> int:
    return note.day if note.period == ABSENT else int(month_ends(np.array([note.period]))[0])


def _reason(rng: np.random.Generator, story: Story, disputed: set[int]) -> str:
    if story.ending is Ending.MISTAKEN:
        return "false_alarm"
    if story.ending is Ending.GONE:
        return "enterprise_gone"
    if rng.random() < _TRANSFERRED_SHARE:
        return "transferred"
    incident = story.firm.row in disputed and story.grave and rng.random() < _INCIDENT_SHARE
    return "true_incident" if incident else "true_resolved"


def _closed(
    rng: np.random.Generator, story: Story, timeline: Timeline, disputed: set[int]
) -> ClosedWarning | None:
    """Return the warning of one story, or None when it would not have been closed in time."""
    grave = [note for note in story.notes if note.level >= ORANGE]
    if story.ending is Ending.OPEN or not grave or rng.random() > _WARNED_SHARE:
        return None
    level = "red" if any(note.level == RED for note in grave) else "orange"
    noticed = min(_noticed_day(note) for note in grave) + int(rng.integers(*_REPORTED_DAYS))
    last = max(_noticed_day(note) for note in grave)
    closed = max(noticed, last) + int(rng.integers(*_HANDLED_DAYS[level]))
    if noticed < timeline.first_day or closed >= timeline.recent_day:
        return None
    at = [midnight_seconds(day) + int(rng.integers(*_OFFICE_SECONDS)) for day in (noticed, closed)]
    return ClosedWarning(story.firm.row, level, at[0], at[1], _reason(rng, story, disputed))


def closed_warnings(
    rng: np.random.Generator, timeline: Timeline, stories: list[Story], disputed: Integers
) -> list[ClosedWarning]:
    """Return the handled warnings in the order in which they were raised."""
    with_dispute = set(cast("list[int]", disputed.tolist()))
    warnings = [_closed(rng, story, timeline, with_dispute) for story in stories]
    return sorted((warning for warning in warnings if warning), key=lambda warning: warning.raised)
