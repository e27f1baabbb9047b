"""Spans go to the collector that is named, and to nobody where none is."""

import logging
import threading
import time

import pytest
from opentelemetry.trace import SpanKind

from shared.observability import on_demand, spans, tracing
from shared.observability.on_demand import TracingNotInstalled, traces
from tests.support.collector import a_collector
from tests.support.spans import id_of, kept_spans, links_of, trace_of, traceparent_of

INTERNAL = SpanKind.INTERNAL
SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = "00-1af7651916cd43dd8448eb211c80319c-a7ad6b7169203331-00"


def test_spans_reach_the_collector_with_who_sent_them() -> None:
    with a_collector() as collector:
        with traces(collector.address, ["warning", "mediation"], "worker"), spans.span("a step", INTERNAL):
            pass
        sent = collector.next()

    assert sent.path == "/v1/traces"
    assert sent.resource["service.name"] == "labour-warning-warning-mediation"
    assert sent.resource["labour.role"] == "worker"
    assert sent.spans == ["a step"]
    assert not spans.on()


def test_a_collector_that_does_not_answer_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "opentelemetry")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "2")
    monkeypatch.setattr(tracing, "_FLUSH_SECONDS", 0.2)
    known = threading.enumerate()
    with traces("http://127.0.0.1:9", ["warning"], "all"):
        with spans.span("a step", INTERNAL):
            pass
        stopping = time.monotonic()

    assert time.monotonic() - stopping < 1
    for thread in set(threading.enumerate()) - set(known):
        thread.join()


def test_without_a_collector_there_are_no_spans_and_no_words_about_them() -> None:
    with traces("", ["warning"], "all"):
        assert not spans.on()
        with spans.span("a step", SpanKind.SERVER), spans.together("many", INTERNAL, [SAMPLED]):
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
    with kept_spans() as kept, spans.together("many", INTERNAL, ["", UNSAMPLED, SAMPLED, SAMPLED]):
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
