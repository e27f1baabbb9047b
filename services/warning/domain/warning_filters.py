"""How a list of warnings is narrowed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of warnings is narrowed to; None means all."""

    uscc: str | None = None
    level: str | None = None
    state: str | None = None
    division: str | None = None
