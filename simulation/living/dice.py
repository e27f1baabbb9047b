"""Chance that can be asked again: the same seed and the same question always get the same answer.

Nothing that anybody does depends on what was asked before, so a simulation that is killed goes on as it would have.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import TypeVar
from uuid import UUID, uuid5

_SPACE = UUID("6d1b6a58-6a4f-4b0e-9a4e-6f2f5c1f0c11")
_BITS = 64

T = TypeVar("T")


class Temper(StrEnum):
    """How somebody works, all their life."""

    PUNCTUAL = "punctual"
    SLOW = "slow"
    NEVER = "never"


# Up to which share of all people.
_TEMPERS = ((0.66, Temper.PUNCTUAL), (0.92, Temper.SLOW), (1.0, Temper.NEVER))


@dataclass(frozen=True, slots=True)
class Dice:
    """Draws by hashing the seed with the question."""

    seed: int

    def share(self, *question: object) -> float:
        """Return a number from 0 up to 1."""
        told = "\x1f".join(map(str, (self.seed, *question))).encode()
        return int.from_bytes(blake2b(told, digest_size=_BITS // 8).digest()) / float(1 << _BITS)

    def falls(self, chance: float, *question: object) -> bool:
        """Say whether what has this chance happens."""
        return self.share(*question) < chance

    def between(self, low: int, high: int, *question: object) -> int:
        """Return a whole number, both ends included."""
        return low + int(self.share(*question) * (high - low + 1))

    def one_of(self, choices: Sequence[T], *question: object) -> T:
        """Return one of several; there is at least one."""
        return choices[self.between(0, len(choices) - 1, *question)]

    def action_id(self, *deed: object) -> str:
        """Return the id under which a deed is done, whoever tells of it again."""
        return str(uuid5(_SPACE, "\x1f".join(map(str, (self.seed, *deed)))))

    def temper(self, username: str) -> Temper:
        """Return how somebody works."""
        drawn = self.share("temper", username)
        return next(temper for upto, temper in _TEMPERS if drawn < upto)
