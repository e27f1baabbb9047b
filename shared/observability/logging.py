"""Structured logs: one JSON object a line on standard error, with the correlation id and any trace's id."""

import logging
import sys

import structlog
from structlog.types import EventDict, WrappedLogger

from shared.observability.correlation import correlation_id
from shared.observability.spans import trace_id

# Without local variables: they hold passwords, tokens and people's data.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def _add_ids(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event.setdefault("correlation_id", correlation_id())
    known = trace_id()
    if known:
        event.setdefault("trace_id", known)
    return event


def configure(level: str = "INFO", *, stream: str | None = None) -> None:
    """Set up logging for this process; `stream` is a file's path, standard error when not given."""
    handler: logging.Handler = (
        logging.FileHandler(stream, encoding="utf-8") if stream else logging.StreamHandler(sys.stderr)
    )
    shared_processors: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_ids,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _TRACEBACKS,
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared_processors,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "kafka", "uvicorn.access", "alembic"):
        logging.getLogger(noisy).setLevel("WARNING")
    structlog.configure(
        processors=[*shared_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
