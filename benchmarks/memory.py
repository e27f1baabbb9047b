"""Peak memory of the platform: proportional set size, so that what processes share counts once."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_EVERY_SECONDS = 0.5
_KIB_PER_MIB = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """Memory at one instant, in MiB."""

    platform: float = 0.0
    postgres: float = 0.0
    processes: int = 0

    @property
    def total(self) -> float:
        """Return the sum."""
        return self.platform + self.postgres


class PeakMemory:
    """Samples two families of processes in a thread, from their parents on, and keeps the highest sum."""

    def __init__(self, platform: int, postmaster: int) -> None:
        self._platform, self._postmaster = platform, postmaster
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)
        self.peak = Sample()
        self.samples = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(_EVERY_SECONDS):
            ours, theirs = family(self._platform), family(self._postmaster)
            now = Sample(mib(ours), mib(theirs), len(ours) + len(theirs))
            self.samples += 1
            if now.total > self.peak.total:
                self.peak = now


def family(parent: int) -> Sequence[int]:
    """Return a process and all that descend from it."""
    found = [parent]
    for pid in found:
        try:
            found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except OSError:
            continue
    return found


def mib(pids: Iterable[int]) -> float:
    """Return the sum of the processes' PSS; one that has just ended counts nothing."""
    return sum(_pss_kib(pid) for pid in pids) / _KIB_PER_MIB


def _pss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
