"""Processor time of the platform: unlike a rate, it hardly depends on what else the machine is doing."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.memory import family

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
# utime, stime and those of children that have ended; counted from behind the command, which may hold blanks.
_TIMES = slice(11, 15)


@dataclass(frozen=True, slots=True)
class Meter:
    """Two families of processes, and the seconds that they had used when the meter was started.

    platform: the parents of one; over Kafka there are several.
    """

    platform: tuple[int, ...]
    postmaster: int
    platform_seconds: float = 0.0
    postgres_seconds: float = 0.0

    def started(self) -> "Meter":
        """Return a meter that counts from now on."""
        return Meter(self.platform, self.postmaster, self._ours(), _seconds(family(self.postmaster)))

    def per(self, count: int) -> dict[str, float]:
        """Return the microseconds since the start, divided among `count` pieces of work."""
        ours = self._ours() - self.platform_seconds
        theirs = _seconds(family(self.postmaster)) - self.postgres_seconds
        return {
            "platform_cpu_us_each": round(ours / count * 1e6),
            "postgres_cpu_us_each": round(theirs / count * 1e6),
        }

    def _ours(self) -> float:
        return sum(_seconds(family(parent)) for parent in self.platform)


def _seconds(pids: Iterable[int]) -> float:
    return sum(_ticks(pid) for pid in pids) / _TICKS_PER_SECOND


def _ticks(pid: int) -> int:
    try:
        behind = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except OSError:
        return 0
    return sum(map(int, behind.split()[_TIMES]))
