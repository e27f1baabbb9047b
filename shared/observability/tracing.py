"""Sends this process's spans to a collector over OTLP. Loaded on demand: it needs the extra `tracing`.

Which share of the traces is kept, and how batches go out, is said by OpenTelemetry's own variables
(OTEL_TRACES_SAMPLER, OTEL_BSP_… and so on), which the SDK reads by itself.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from shared.observability import spans

# A collector that does not answer must not hold up a process that stops.
_FLUSH_SECONDS: Final = 2.0


@contextmanager
def exported(endpoint: str, services: Sequence[str], role: str) -> Iterator[None]:
    """Make spans and send them to the collector at `endpoint` until the block ends."""
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")
    with processed(BatchSpanProcessor(exporter), services, role):
        yield


@contextmanager
def processed(processor: SpanProcessor, services: Sequence[str], role: str) -> Iterator[None]:
    """Make spans and hand each to `processor` until the block ends."""
    resource = Resource.create({"service.name": "-".join(["labour-warning", *services]), "labour.role": role})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(processor)
    spans.use(provider.get_tracer("labour-warning"))
    try:
        yield
    finally:
        spans.use(None)
        closing = Thread(target=provider.shutdown, daemon=True)
        closing.start()
        closing.join(_FLUSH_SECONDS)
