"""What a district officer sees at one moment: everything that is open, and who there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from shared.kernel.calendar import WorkingCalendar
from shared.kernel.clock import SHANGHAI
from simulation.living.actors import Actor, Json

_OPENS, _SHUTS = 9, 17


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as people live it."""

    at: datetime
    working_day: bool

    @property
    def local(self) -> datetime:
        return self.at.astimezone(SHANGHAI)

    @property
    def on(self) -> date:
        return self.local.date()

    @property
    def in_office(self) -> bool:
        """Say whether offices are open: 9:00 to 17:00 on working days."""
        return self.working_day and _OPENS <= self.local.hour < _SHUTS

    @property
    def key(self) -> str:
        """Name the hour, for the dice."""
        return f"{self.local:%Y%m%d%H}"


def moment_at(at: datetime, calendar: WorkingCalendar) -> Moment:
    """Return the moment of an instant."""
    return Moment(at, calendar.is_working_day(at.astimezone(SHANGHAI).date()))


@dataclass(frozen=True, slots=True)
class Directory:
    """Who there is, as the registers have it: coordinators and inspectors by account, mediators by organisation."""

    coordinators: Mapping[str, Json]
    inspectors: Mapping[str, str]
    mediators: Mapping[str, list[str]]
    organisations: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Sight:
    """All that is open at a moment."""

    moment: Moment
    warnings: list[Json]
    mediations: list[Json]
    inspections: list[Json]


async def look_up(officer: Actor, inspector: Actor) -> Directory:
    """Return who there is."""
    organisations = await officer.read_all("/api/dashboard/v1/organisations")
    coordinators = await officer.read_all("/api/dashboard/v1/coordinators")
    inspectors = await inspector.read_all("/api/inspection/v1/inspectors")
    return Directory(
        coordinators={one["account_id"]: one for one in coordinators},
        inspectors={one["id"]: one["username"] for one in inspectors},
        mediators={one["code"]: sorted(one["mediators"]) for one in organisations},
        organisations={one["code"]: one for one in organisations},
    )


async def look_around(officer: Actor, moment: Moment) -> Sight:
    """Return what is open."""
    warnings = await _open_warnings(officer)
    mediations = await officer.read_all("/api/mediation/v1/cases")
    inspections = await officer.read_all("/api/inspection/v1/cases")
    return Sight(moment, warnings, mediations, inspections)


async def _open_warnings(officer: Actor) -> list[Json]:
    """The list has the closed ones too, newest first: read on until all that the overview counts are found."""
    overview = await officer.read("/api/dashboard/v1/overview")
    wanted = sum(one["red"] + one["orange"] for one in overview["states"])
    found: list[Json] = []
    async for page in officer.pages("/api/dashboard/v1/warnings"):
        found += [one for one in page if one["state"] != "closed"]
        if len(found) >= wanted:
            break
    return found
