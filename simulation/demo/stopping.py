"""Ctrl-C, once or several times, at any moment: what must not be torn is finished, then everything ends."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from shared.runtime.stop_signals import stop_signals


class Stopped(Exception):
    """Somebody wants the demo to end."""


class Stopping:
    """Remembers that the demo is to end, and cancels the work that may be cancelled."""

    def __init__(self, tell: Callable[[], None]) -> None:
        """`tell` is called at the first signal."""
        self._tell = tell
        self._asked = False
        self._cancel: Callable[[], object] | None = None

    def listen(self) -> None:
        """Take over the signals from now on, also where the shell had them ignored."""
        for number in stop_signals():
            signal.signal(number, self._note)

    def check(self) -> None:
        """Raise Stopped when somebody asked for it."""
        if self._asked:
            raise Stopped

    @contextmanager
    def cancels_this_task(self) -> Iterator[None]:
        """Let a signal cancel the running task as long as the block runs. Raises Stopped when it did."""
        self.check()
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        if task is not None:
            self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
        try:
            yield
        except asyncio.CancelledError:
            self.check()
            raise
        finally:
            self._cancel = None
        self.check()

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked:
            return
        self._asked = True
        self._tell()
        if self._cancel is not None:
            self._cancel()
