"""What a simulation keeps in the data folder, so that the next one goes on from there."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from shared.kernel.errors import DomainError, Kind
from simulation.demo.folder import write_whole
from simulation.living.errands import Settlement

_FILE = "simulate.json"
_KEPT = timedelta(days=60)


class MemoryUnreadable(DomainError):
    """The file is not what a simulation left."""

    kind = Kind.UNAVAILABLE
    code = "simulate.memory_unreadable"


class Settled(BaseModel):
    """An enterprise whose matter was closed; rule_ids: what is still to be reported as paid."""

    on: date
    rule_ids: list[str]


class Memory(BaseModel):
    """The seed, until when departments have sent, and whose matters were settled within the last two months."""

    seed: int
    told_until: datetime | None = None
    settled: dict[str, Settled] = Field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, seed: int) -> "Memory":
        """Return what is there; another seed begins anew. Raises MemoryUnreadable."""
        try:
            known = cls.model_validate_json((folder / _FILE).read_bytes())
        except FileNotFoundError:
            return cls(seed=seed)
        except ValidationError as error:
            raise MemoryUnreadable(
                f"{folder / _FILE} 已损坏：请删除它，然后重试。",
                f"{folder / _FILE} is damaged: remove it and try again.",
            ) from error
        return known if known.seed == seed else cls(seed=seed)

    def write(self, folder: Path) -> None:
        """Keep it."""
        write_whole(folder / _FILE, self.model_dump_json(indent=1).encode())

    def take(self, settlements: Collection[Settlement], on: date) -> None:
        """Remember whose matters were closed, and forget the old ones."""
        for one in settlements:
            self.settled[one.uscc] = Settled(on=on, rule_ids=list(one.rule_ids) if one.paid else [])
        self.settled = {uscc: one for uscc, one in self.settled.items() if on - one.on < _KEPT}

    def unreported(self, on: date) -> Iterator[tuple[str, list[str]]]:
        """Yield what was closed before this day and nobody has reported as paid."""
        for uscc, one in self.settled.items():
            if one.rule_ids and one.on < on:
                yield uscc, one.rule_ids
                self.settled[uscc] = one.model_copy(update={"rule_ids": []})
