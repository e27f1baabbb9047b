"""Logs are one JSON object a line, with the correlation id, and without anybody's secrets."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from opentelemetry.trace import SpanKind

from shared.observability import correlation, spans
from shared.observability.logging import configure
from tests.support.spans import kept_spans


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """Log to a file for one test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    path = tmp_path / "log.jsonl"
    configure(stream=str(path))
    yield path
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def log_in(password: str) -> None:
    raise RuntimeError("no such account" if password else "no password")


def test_our_own_and_the_libraries_lines_carry_the_id_of_the_work_under_way(log_file: Path) -> None:
    correlation.begin("case-2026-11-18")
    structlog.get_logger("services").info("预警已派发", warning_id="w1")
    logging.getLogger("uvicorn.error").warning("port taken")

    ours, theirs = entries(log_file)
    assert (ours["event"], ours["warning_id"], ours["level"]) == ("预警已派发", "w1", "info")
    assert (theirs["event"], theirs["level"]) == ("port taken", "warning")
    assert ours["correlation_id"] == theirs["correlation_id"] == "case-2026-11-18"


def test_a_traceback_shows_where_it_happened_and_no_local_variable(log_file: Path) -> None:
    try:
        log_in("corner-lantern-42")
    except RuntimeError as error:
        structlog.get_logger("services").error("unexpected error", exc_info=error)
        logging.getLogger("uvicorn.error").exception("unexpected error")

    assert [entry["exception"][0]["frames"][-1]["name"] for entry in entries(log_file)] == [
        "log_in",
        "log_in",
    ]
    assert "corner-lantern-42" not in log_file.read_text("utf-8")


def test_a_line_tells_the_trace_in_which_it_was_written_and_none_where_there_is_none(log_file: Path) -> None:
    known = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with kept_spans(), spans.span("a step", SpanKind.SERVER, parent=known):
        logging.getLogger("tests").warning("inside")
    logging.getLogger("tests").warning("outside")

    inside, outside = entries(log_file)
    assert inside["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert "trace_id" not in outside
