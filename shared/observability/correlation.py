"""The correlation id: one request, or one event, and everything that follows from it."""

from contextvars import ContextVar
from typing import NamedTuple

from shared.kernel.ids import new_id

_current: ContextVar[str] = ContextVar("correlation_id", default="")


class Cause(NamedTuple):
    """What something follows from: its correlation id, and its place in a trace (a W3C traceparent); "" is none."""

    correlation_id: str = ""
    traceparent: str = ""


def correlation_id() -> str:
    """Return the id of the work under way; a new one where none was begun."""
    known = _current.get()
    if not known:
        known = str(new_id())
        _current.set(known)
    return known


def begin(known: str = "") -> str:
    """Set the id for what follows in this task, and return it."""
    identifier = known or str(new_id())
    _current.set(identifier)
    return identifier
