"""What somebody has it in mind to do, before they go and look."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from simulation.living.actors import Actor, Json
from simulation.living.dice import Dice, Temper
from simulation.living.sight import Directory, Moment


@dataclass(frozen=True, slots=True)
class Settlement:
    """An enterprise whose matter is closed; `rule_ids`: what it had been warned for."""

    uscc: str
    rule_ids: tuple[str, ...]
    paid: bool


@dataclass(slots=True)
class Setting:
    """What an errand knows beside its subject. What it leads to is noted here."""

    dice: Dice
    directory: Directory
    moment: Moment
    deeds: list[str] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)

    def did(self, deed: str, *, done: bool) -> None:
        """Count a deed that was done."""
        if done:
            self.deeds.append(deed)


Doing = Callable[[Actor, Json, Setting], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Errand:
    """Who does what about which warning or case (as it stands in a list)."""

    who: str
    doing: Doing
    subject: Json


@dataclass(frozen=True, slots=True)
class Pace:
    """With which chance somebody gets round to something within an office hour."""

    punctual: float
    slow: float

    def of(self, temper: Temper) -> float:
        """Return the chance for one temper; who never does anything has none."""
        return {Temper.PUNCTUAL: self.punctual, Temper.SLOW: self.slow, Temper.NEVER: 0.0}[temper]


def gets_round_to(dice: Dice, pace: Pace, who: str, about: Json, moment: Moment) -> bool:
    """Say whether somebody does the next thing about something within this hour."""
    chance = pace.of(dice.temper(who))
    return dice.falls(chance, who, about["id"], about["state"], moment.key)
