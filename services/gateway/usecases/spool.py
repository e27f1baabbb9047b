"""Results that a client does not read yet: a little in memory, the rest on disk."""

import asyncio
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_IN_MEMORY = 256 * 1024
_ON_DISK = 4 * 1024**3


class SpoolFull(Exception):
    """A client has left more unread than one stream may keep."""


class Spool:
    """First in, first out, for one writer and one reader of one event loop."""

    def __init__(self, folder: Path | None, most: int = _ON_DISK) -> None:
        """Open a nameless file, in the system's temporary folder when none is given."""
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(folder) if folder else None)  # noqa: SIM115  closed by __exit__
        self._most = most
        self._written = 0
        self._taken = 0
        self._ended = False
        self._changed = asyncio.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, data: bytes) -> None:
        """Add to the end. Raises SpoolFull, also when the disk is full."""
        if self._written + len(data) > self._most:
            raise SpoolFull
        try:
            self._write(data)
        except OSError as error:
            raise SpoolFull from error

    def append_last(self, data: bytes) -> None:
        """Add a parting word, beyond the limit if need be; on a full disk it is lost."""
        with suppress(OSError):
            self._write(data)

    def _write(self, data: bytes) -> None:
        self._file.seek(self._written)
        self._file.write(data)
        self._file.flush()
        self._written += len(data)
        self._changed.set()

    def end(self) -> None:
        """Say that nothing more comes."""
        self._ended = True
        self._changed.set()

    async def take(self, most: int) -> bytes:
        """Return the next bytes, waiting for them; nothing at the end."""
        while self._taken == self._written and not self._ended:
            self._changed.clear()
            await self._changed.wait()
        self._file.seek(self._taken)
        data = self._file.read(min(most, self._written - self._taken))
        self._taken += len(data)
        if self._taken == self._written:
            self._begin_anew()
        return data

    def _begin_anew(self) -> None:
        """Give the space back: a client that reads along costs no disk."""
        self._file.seek(0)
        self._file.truncate()
        self._written = self._taken = 0
