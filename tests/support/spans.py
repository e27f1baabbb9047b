"""What a process would send to a collector, kept to be looked at: spans, and how they hang together."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.observability import tracing


@dataclass(frozen=True, slots=True)
class Kept:
    """The spans that have ended."""

    exporter: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)

    def all(self) -> Sequence[ReadableSpan]:
        """Return them, in the order in which they ended."""
        return self.exporter.get_finished_spans()

    def named(self, name: str) -> Sequence[ReadableSpan]:
        """Return those of a name."""
        return [one for one in self.all() if one.name == name]

    def one(self, name: str) -> ReadableSpan:
        """Return the only one of a name."""
        (found,) = self.named(name)
        return found

    def ancestry(self, span: ReadableSpan) -> list[str]:
        """Return the names from the root of its trace down to a span."""
        by_id = {id_of(one): one for one in self.all()}
        names = [span.name]
        while span.parent is not None and span.parent.span_id in by_id:
            span = by_id[span.parent.span_id]
            names.insert(0, span.name)
        return names


def id_of(span: ReadableSpan) -> int:
    """Return a span's own id."""
    assert span.context is not None
    return int(span.context.span_id)


def trace_of(span: ReadableSpan) -> int:
    """Return the id of a span's trace."""
    assert span.context is not None
    return int(span.context.trace_id)


def links_of(span: ReadableSpan) -> set[int]:
    """Return the ids of the spans that a span links to."""
    return {link.context.span_id for link in span.links}


def traceparent_of(span: ReadableSpan) -> str:
    """Return a span's context as it travels."""
    assert span.context is not None
    return f"00-{trace_of(span):032x}-{id_of(span):016x}-{span.context.trace_flags:02x}"


@contextmanager
def kept_spans() -> Iterator[Kept]:
    """Make spans, and keep them, until the block ends; apps that are to have them are built inside of it."""
    kept = Kept()
    with tracing.processed(SimpleSpanProcessor(kept.exporter), ["tests"], "all"):
        yield kept
