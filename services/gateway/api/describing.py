"""Describes in the OpenAPI what a route reads by itself: bodies that are forwarded raw, queries, headers."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.types import DecoratedCallable
from pydantic import BaseModel

from services.gateway.clients.warning import JSON, NDJSON
from shared.contracts.warning import ActionDone

REFERENCE = "#/components/schemas/{model}"
DESCRIBED: dict[str, type[BaseModel]] = {}
"""Models that are named in a description, by name; the documents add their schemas."""

_QUERIES: dict[str, tuple[dict[str, Any], str]] = {
    "limit": ({"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "每页条数 / items per page"),
    "cursor": ({"type": "string"}, "上一页的 next_cursor / next_cursor of the page before"),
    "uscc": ({"type": "string"}, "统一社会信用代码 / unified social credit code"),
    "level": ({"type": "string", "enum": ["orange", "red"]}, "预警等级 / level"),
    "state": ({"type": "string"}, "预警状态 / state"),
    "division": ({"type": "string", "pattern": r"^\d{6}(\d{3}(\d{3})?)?$"}, "区划代码 / division's code"),
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
    """Return the decorator of a step on a warning.

    Every step carries an action_id that the client made: 201 the first time, 200 for the same content again,
    409 for other content or a step that the warning's state does not allow.
    """
    return router.post(
        f"/warnings/{{warning_id}}/{name}",
        status_code=201,
        response_model=ActionDone,
        responses={200: {"model": ActionDone, "description": "此前已完成 / Done before"}},
        summary=summary,
        openapi_extra=body(model),
    )


def ndjson_body(model: type[BaseModel]) -> dict[str, Any]:
    """Return openapi_extra for a stream with one such object a line."""
    return body(model, NDJSON)
