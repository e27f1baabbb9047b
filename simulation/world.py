"""The simulated district as a whole, built from a seed: the same seed and day give the same district."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from simulation.enterprises import Enterprises, build_enterprises
from simulation.handled import ClosedWarning, closed_warnings
from simulation.noise import small_troubles
from simulation.organisations import MediationOrganisation, build_organisations
from simulation.outcomes import Outcomes, build_outcomes
from simulation.routine import routine_facts
from simulation.signals import Facts, Integers, Signals, join, series_keys, tell
from simulation.staff import StaffMember, build_staff
from simulation.stories import Ending, Story, build_stories, story_facts
from simulation.timeline import Timeline, midnight_seconds

FEWEST_ENTERPRISES = 100
FEWEST_MONTHS = 2
# Each part draws from its own stream, so that a change in one leaves the others as they were.
_ENTERPRISES, _STORIES, _TROUBLES, _ROUTINE, _TELLING, _OUTCOMES, _HANDLED, _STAFF = range(8)


@dataclass(frozen=True, slots=True)
class World:
    """Everything that the files hold, and the stories behind it."""

    seed: int
    timeline: Timeline
    enterprises: Enterprises
    stories: list[Story]
    signals: Signals
    outcomes: Outcomes
    warnings: list[ClosedWarning]
    organisations: list[MediationOrganisation]
    staff: list[StaffMember]

    @property
    def recent_from(self) -> int:
        """Position of the first signal that goes through the real intake."""
        return int(np.searchsorted(self.signals.received, midnight_seconds(self.timeline.recent_day)))


def _rows_of(stories: list[Story], *, current: bool) -> Integers:
    rows = {story.firm.row for story in stories if not current or story.ending is Ending.OPEN}
    return np.array(sorted(rows), dtype=np.int64)


def _quiet(routine: Facts, telling: Facts, current: Integers) -> Facts:
    """Take out what contradicts a report of trouble, and good news of houses that are in trouble now."""
    contradicts = np.isin(series_keys(routine), series_keys(telling))
    return routine.only(~contradicts & ~np.isin(routine.enterprise, current))


def _check(enterprises: int, months: int) -> None:
    if enterprises < FEWEST_ENTERPRISES or months < FEWEST_MONTHS:
        raise ValueError(f"needs at least {FEWEST_ENTERPRISES} enterprises and {FEWEST_MONTHS} months")


def build_world(seed: int, enterprises: int, months: int, today: date) -> World:
    """Build the district as it stands on the morning of `today`; nothing in it is later than yesterday."""
    _check(enterprises, months)
    timeline = Timeline(today=today, months=months)
    rngs = [np.random.default_rng([seed, part]) for part in range(_STAFF + 1)]
    firms = build_enterprises(rngs[_ENTERPRISES], enterprises)
    stories = build_stories(rngs[_STORIES], firms, timeline)
    current = _rows_of(stories, current=True)
    troubles = small_troubles(rngs[_TROUBLES], firms, timeline, current)
    telling = join([story_facts(stories, timeline), troubles.facts])
    routine = _quiet(routine_facts(rngs[_ROUTINE], firms, timeline), telling, current)
    outcomes = build_outcomes(rngs[_OUTCOMES], firms, timeline, stories, troubles)
    organisations = build_organisations(firms)
    return World(
        seed=seed,
        timeline=timeline,
        enterprises=firms,
        stories=stories,
        signals=tell(rngs[_TELLING], join([routine, telling]), timeline),
        outcomes=outcomes,
        warnings=closed_warnings(rngs[_HANDLED], timeline, stories, outcomes.enterprise),
        organisations=organisations,
        staff=build_staff(rngs[_STAFF], organisations),
    )
