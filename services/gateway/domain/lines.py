"""Cuts an endless byte stream into lines, whatever sizes it arrives in."""

from codecs import BOM_UTF8

OVERLONG = None
"""Stands for a line that was longer than allowed; its bytes are not kept."""

Line = bytes | None


class LineCutter:
    """Cuts at LF; blank lines are no lines, and the mark that some editors begin a file with is none of the first.

    It holds at most one unfinished line of `longest` bytes.
    """

    def __init__(self, longest: int) -> None:
        """Begin with nothing."""
        self._longest = longest
        self._rest = b""
        self._overlong = False
        self._first = True

    def feed(self, chunk: bytes) -> list[Line]:
        """Return the lines that `chunk` completes."""
        *whole, rest = (self._rest + chunk).split(b"\n")
        lines: list[Line] = []
        for index, raw in enumerate(whole):
            lines += self._line(raw, begun_overlong=self._overlong and index == 0)
        if whole:
            self._overlong = False
        self._overlong = self._overlong or len(rest) > self._longest
        self._rest = b"" if self._overlong else rest
        return lines

    def finish(self) -> list[Line]:
        """Return the last line when no LF ended it."""
        lines = self._line(self._rest, begun_overlong=self._overlong)
        self._rest, self._overlong = b"", False
        return lines

    def _line(self, raw: bytes, *, begun_overlong: bool) -> list[Line]:
        if self._first:
            raw, self._first = raw.removeprefix(BOM_UTF8), False
        if begun_overlong or len(raw) > self._longest:
            return [OVERLONG]
        line = raw.strip()
        return [line] if line else []
