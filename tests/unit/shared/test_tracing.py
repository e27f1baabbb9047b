"""Spans go to the collector that is named, and to nobody where none is."""

import gzip
import logging
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.trace import SpanKind
from typing_extensions import override

from shared.observability import on_demand, spans, tracing
from shared.observability.on_demand import TracingNotInstalled, traces
from tests.support.spans import id_of, kept_spans, links_of, trace_of, traceparent_of

SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = "00-1af7651916cd43dd8448eb211c80319c-a7ad6b7169203331-00"


@pytest.fixture
def collector() -> Iterator[tuple[str, "Queue[tuple[str, bytes]]"]]:
    """Give the address of a collector, and what it gets."""
    got: Queue[tuple[str, bytes]] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.put(
                (self.path, gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
            )
            self.send_response(200)
            self.end_headers()

        @override
        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_spans_reach_the_collector_with_who_sent_them(
    collector: tuple[str, "Queue[tuple[str, bytes]]"],
) -> None:
    address, got = collector
    with traces(address, ["warning", "mediation"], "worker"), spans.span("a step", SpanKind.INTERNAL):
        pass

    path, body = got.get(timeout=5)
    (sent,) = ExportTraceServiceRequest.FromString(body).resource_spans
    told = {one.key: one.value.string_value for one in sent.resource.attributes}
    assert path == "/v1/traces"
    assert (told["service.name"], told["labour.role"]) == ("labour-warning-warning-mediation", "worker")
    assert [span.name for span in sent.scope_spans[0].spans] == ["a step"]
    assert not spans.on()


def test_a_collector_that_does_not_answer_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "opentelemetry")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "4")
    monkeypatch.setattr(tracing, "_FLUSH_SECONDS", 0.2)
    known = threading.enumerate()
    with traces("http://127.0.0.1:9", ["warning"], "all"):
        with spans.span("a step", SpanKind.INTERNAL):
            pass
        stopping = time.monotonic()

    assert time.monotonic() - stopping < 1
    for thread in set(threading.enumerate()) - set(known):
        thread.join()


def test_without_a_collector_there_are_no_spans_and_no_words_about_them() -> None:
    with traces("", ["warning"], "all"):
        assert not spans.on()
        with spans.span("a step", SpanKind.SERVER), spans.together("many", SpanKind.INTERNAL, [SAMPLED]):
            assert (spans.traceparent(), spans.trace_id()) == ("", "")
        with spans.each(SpanKind.CONSUMER, [("a", SAMPLED), ("b", "")]) as known:
            assert list(known) == [SAMPLED, ""]


def test_a_collector_without_the_extra_is_a_refusal_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(_name: str) -> None:
        raise ModuleNotFoundError("No module named 'opentelemetry.sdk'", name="opentelemetry.sdk")

    monkeypatch.setattr(on_demand, "import_module", missing)

    with pytest.raises(TracingNotInstalled) as refused:
        traces("http://127.0.0.1:4318", ["warning"], "all")
    assert "附加项 tracing" in refused.value.message_zh
    assert "extra `tracing`" in refused.value.message_en


def test_what_is_done_for_many_stands_in_the_first_sampled_trace_and_links_to_the_others() -> None:
    with kept_spans() as kept, spans.together("many", SpanKind.INTERNAL, ["", UNSAMPLED, SAMPLED, SAMPLED]):
        pass

    many = kept.one("many")
    assert trace_of(many) == 0x0AF7651916CD43DD8448EB211C80319C
    assert links_of(many) == {0xA7AD6B7169203331}


def test_each_goes_on_in_its_own_trace_and_a_failure_is_every_one_s() -> None:
    with kept_spans() as kept:
        with (
            pytest.raises(ValueError, match="secret"),
            spans.each(SpanKind.CONSUMER, [("a", SAMPLED), ("b", "")]) as known,
        ):
            raise ValueError("a secret")
        alone = kept.one("b")
        assert list(known) == [traceparent_of(kept.one("a")), traceparent_of(alone)]

    assert trace_of(kept.one("a")) == 0x0AF7651916CD43DD8448EB211C80319C
    assert alone.parent is None
    assert links_of(kept.one("consumer batch")) == {id_of(alone)}
    assert all(not one.status.is_ok for one in kept.all())
    assert "secret" not in "".join(one.to_json() for one in kept.all())


def test_an_unsampled_caller_is_believed() -> None:
    with kept_spans() as kept, spans.span("a step", SpanKind.SERVER, parent=UNSAMPLED):
        assert spans.traceparent()[3:35] == UNSAMPLED[3:35]
        assert spans.traceparent().endswith("-00")

    assert kept.all() == ()
