"""Describes in the OpenAPI what a route reads by itself: bodies that are forwarded raw, queries, headers."""

from collections.abc import Callable
from typing import Any, get_args

from fastapi import APIRouter
from fastapi.types import DecoratedCallable
from pydantic import BaseModel

from services.gateway.clients.upstream import JSON
from services.gateway.clients.warning import NDJSON
from shared.contracts.base import CaseDone
from shared.contracts.warning import ActionDone, TimelineKind

REFERENCE = "#/components/schemas/{model}"
DESCRIBED: dict[str, type[BaseModel]] = {}
"""Models that are named in a description, by name; the documents add their schemas."""

_QUERIES: dict[str, tuple[dict[str, Any], str]] = {
    "limit": ({"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "每页条数 / items per page"),
    "cursor": ({"type": "string"}, "上一页的 next_cursor / next_cursor of the page before"),
    "uscc": ({"type": "string"}, "统一社会信用代码 / unified social credit code"),
    "level": ({"type": "string", "enum": ["orange", "red"]}, "预警等级 / level"),
    "kind": (
        {"type": "string", "enum": list(get_args(TimelineKind))},
        "只看一类 / one kind only",
    ),
    "state": ({"type": "string"}, "状态 / state"),
    "mine": ({"type": "boolean", "default": False}, "只看本人办理的 / only what the caller handles"),
    "division": ({"type": "string", "pattern": r"^\d{6}(\d{3}(\d{3})?)?$"}, "区划代码 / division's code"),
    "since": (
        {"type": "string", "format": "date"},
        "起始日（上海），默认近30天 / first day in Shanghai; by default 30 days",
    ),
    "until": (
        {"type": "string", "format": "date"},
        "截止日，含当日，默认今天 / last day, included; by default today",
    ),
    "q": ({"type": "string"}, "代码或名称片段，简繁皆可 / a code, or part of a name in either script"),
}


def queries(*names: str) -> dict[str, Any]:
    """Return openapi_extra for query parameters that are forwarded as they are."""
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": _QUERIES[name][0],
                "description": _QUERIES[name][1],
            }
            for name in names
        ]
    }


def body(model: type[BaseModel], media_type: str = JSON, *, required: bool = True) -> dict[str, Any]:
    """Return openapi_extra for a body of this model."""
    DESCRIBED[model.__name__] = model
    schema = {"$ref": REFERENCE.format(model=model.__name__)}
    return {"requestBody": {"required": required, "content": {media_type: {"schema": schema}}}}


def action(
    router: APIRouter, name: str, model: type[BaseModel], summary: str
) -> Callable[[DecoratedCallable], DecoratedCallable]:
    """Return the decorator of a step on a warning."""
    return _step(router, f"/warnings/{{warning_id}}/{name}", model, ActionDone, summary)


def case_action(
    router: APIRouter, name: str, model: type[BaseModel], summary: str
) -> Callable[[DecoratedCallable], DecoratedCallable]:
    """Return the decorator of a step on a case."""
    return _step(router, f"/cases/{{case_id}}/{name}", model, CaseDone, summary)


def _step(
    router: APIRouter, path: str, model: type[BaseModel], done: type[BaseModel], summary: str
) -> Callable[[DecoratedCallable], DecoratedCallable]:
    """Return the decorator of a step.

    Every step carries an action_id that the client made: 201 the first time, 200 for the same content again,
    409 for other content or a step that the state does not allow.
    """
    return router.post(
        path,
        status_code=201,
        response_model=done,
        responses={200: {"model": done, "description": "此前已完成 / Done before"}},
        summary=summary,
        openapi_extra=body(model),
    )


def ndjson_body(model: type[BaseModel]) -> dict[str, Any]:
    """Return openapi_extra for a stream with one such object a line."""
    return body(model, NDJSON)
