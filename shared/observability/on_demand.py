"""Traces for those who have a collector: whoever names none neither needs nor loads what sends them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import cast

from shared.kernel.errors import DomainError, Kind


class TracingNotInstalled(DomainError):
    """A collector is named, and what sends traces to it is not installed."""

    kind = Kind.UNAVAILABLE
    code = "tracing_not_installed"
    message_zh = (
        "已设置 OTEL_EXPORTER_OTLP_ENDPOINT，但未安装链路追踪组件：请安装附加项 tracing，或取消该设置。"
    )
    message_en = (
        "OTEL_EXPORTER_OTLP_ENDPOINT is set, and what sends traces is not installed:"
        " install the extra `tracing`, or unset it."
    )


def traces(endpoint: str, services: Sequence[str], role: str) -> AbstractContextManager[None]:
    """Return a block within which spans go to the collector at `endpoint`; "" sends none.

    Apps and the ways between them are built inside of it: they look once whether there are spans to make. Raises
    TracingNotInstalled.
    """
    if not endpoint:
        return nullcontext()
    try:
        tracing = import_module("shared.observability.tracing")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "opentelemetry":
            raise
        raise TracingNotInstalled from error
    return cast("AbstractContextManager[None]", tracing.exported(endpoint, services, role))
