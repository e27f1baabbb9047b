"""How an employer meets what is coming: drawn once for each, and kept whoever knocks at the door."""

from enum import StrEnum

from simulation.living.dice import Dice


class Fate(StrEnum):
    """What is behind a warning.

    PAYS: can and will, once somebody comes. BARGAINS: settles before a mediator. REFUSES: pays when ordered to, or
    never. MISTAKEN: there was nothing. BURSTS: unless somebody comes within days, people stand in the street.
    """

    PAYS = "pays"
    BARGAINS = "bargains"
    REFUSES = "refuses"
    MISTAKEN = "mistaken"
    BURSTS = "bursts"


# Up to which share of all employers.
_FATES = (
    (0.22, Fate.PAYS),
    (0.56, Fate.BARGAINS),
    (0.78, Fate.REFUSES),
    (0.88, Fate.MISTAKEN),
    (1.0, Fate.BURSTS),
)


def fate_of(dice: Dice, uscc: str) -> Fate:
    """Return an employer's fate."""
    drawn = dice.share("fate", uscc)
    return next(fate for upto, fate in _FATES if drawn < upto)
