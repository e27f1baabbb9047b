"""Spans: what a process does for a request or an event, as OpenTelemetry tells it.

A process that names no collector makes none: everything here is then a look at one variable. From one place to the
next a trace goes as a W3C traceparent, beside the correlation id; "" stands for none. Spans say which route, which
type of event and which status, never an address, a body or an exception's words: those may hold a person's data.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Link, Span, SpanContext, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_W3C: Final = TraceContextTextMapPropagator()
_HEADER: Final = "traceparent"


class _InUse:
    """What makes this process's spans."""

    tracer: Tracer | None = None


def use(tracer: Tracer | None) -> None:
    """Make spans by `tracer` from now on; none any more without one."""
    _InUse.tracer = tracer


def on() -> bool:
    """Whether this process makes spans."""
    return _InUse.tracer is not None


def traceparent() -> str:
    """Return where the work under way stands in its trace."""
    return _traceparent_of(trace.get_current_span()) if on() else ""


def trace_id() -> str:
    """Return the trace of the work under way, as logs show it."""
    known = trace.get_current_span().get_span_context() if on() else None
    return trace.format_trace_id(known.trace_id) if known is not None and known.is_valid else ""


@contextmanager
def span(
    name: str, kind: SpanKind, *, parent: str | None = None, links: Sequence[str] = ()
) -> Iterator[Span]:
    """Make a span the current one. Without a `parent` it goes on from the current one; "" begins a new trace."""
    tracer = _InUse.tracer
    if tracer is None:
        yield INVALID_SPAN
        return
    context = None if parent is None else _context(parent)
    made = tracer.start_span(name, context, kind, links=[Link(one) for one in _valid(links)])
    with _ending(made), trace.use_span(made, record_exception=False, set_status_on_exception=False):
        yield made


@contextmanager
def together(name: str, kind: SpanKind, causes: Sequence[str]) -> Iterator[None]:
    """Make one span of what is done at once for many: it stands in the first one's trace and links to the others.

    The first that is sampled, so that what is linked to is there to be seen; the correlation id is the first one's
    in the same way.
    """
    if not on():
        yield
        return
    distinct = list(dict.fromkeys(cause for cause in causes if cause))
    first = next((one for one in distinct if _is_sampled(one)), "".join(distinct[:1]))
    others = [one for one in distinct if one != first]
    with span(name, kind, parent=first, links=others) as made:
        made.set_attribute("messaging.batch.message_count", len(causes))
        yield


@contextmanager
def each(kind: SpanKind, steps: Sequence[tuple[str, str]]) -> Iterator[Sequence[str]]:
    """Make a span for each (name, traceparent of its cause) in its cause's own trace, beside one for all together.

    Gives the traceparents with which to go on: those of the spans, or the causes' own where no spans are made.
    """
    tracer = _InUse.tracer
    if tracer is None or not steps:
        yield [cause for _, cause in steps]
        return
    made = [tracer.start_span(name, _context(cause), kind) for name, cause in steps]
    known = [_traceparent_of(one) for one in made]
    with _ending(*made), _current(made, known, kind):
        yield known


@contextmanager
def _current(made: Sequence[Span], known: Sequence[str], kind: SpanKind) -> Iterator[None]:
    if len(made) > 1:
        with together(f"{kind.name.lower()} batch", SpanKind.INTERNAL, known):
            yield
    else:
        with trace.use_span(made[0], record_exception=False, set_status_on_exception=False):
            yield


@contextmanager
def _ending(*made: Span) -> Iterator[None]:
    """End spans with the block, as failed where it raises."""
    try:
        yield
    except BaseException as error:
        for one in made:
            one.set_attribute("error.type", type(error).__name__)
            one.set_status(Status(StatusCode.ERROR))
        raise
    finally:
        for one in made:
            one.end()


def _traceparent_of(made: Span) -> str:
    carrier: dict[str, str] = {}
    _W3C.inject(carrier, trace.set_span_in_context(made, Context()))
    return carrier.get(_HEADER, "")


def _context(known: str) -> Context:
    return _W3C.extract({_HEADER: known}, Context())


def _valid(traceparents: Sequence[str]) -> Iterator[SpanContext]:
    for one in traceparents:
        found = trace.get_current_span(_context(one)).get_span_context()
        if found.is_valid:
            yield found


def _is_sampled(known: str) -> bool:
    return any(one.trace_flags.sampled for one in _valid([known]))
