"""Turns refusals into problem+json (RFC 9457). HTTP statuses are decided here and nowhere else.

A problem names what is wrong and what to do, in Chinese with English beside. It never holds internals: an
unexpected error becomes a bare 500 with the correlation id under which the log has the rest.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails, to_json
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from shared.db.engine import is_unreachable
from shared.kernel.errors import DomainError, FieldProblem, Kind
from shared.observability.correlation import correlation_id
from shared.web.validation_messages import message_of

PROBLEM_TYPE = "application/problem+json"

STATUS: Mapping[Kind, int] = {
    Kind.MALFORMED: 400,
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED_MEDIA: 415,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}

_HTTP: Mapping[int, tuple[str, str, str]] = {
    400: ("bad_request", "请求格式有误。", "The request is malformed."),
    401: ("unauthenticated", "请先登录。", "Log in first."),
    403: ("forbidden", "无权访问。", "You may not do this."),
    404: ("not_found", "没有这个地址或记录。", "No such address or record."),
    405: ("method_not_allowed", "该地址不支持此方法。", "This address does not take that method."),
    413: ("too_large", "请求体过大。", "The body is too large."),
    415: ("unsupported_media", "不支持的内容类型。", "The content type is not supported."),
}

log = structlog.get_logger(__name__)


class ProblemField(BaseModel):
    """One field of a problem."""

    field: str
    code: str
    message: str
    message_en: str


class Problem(BaseModel):
    """RFC 9457 problem details, with the fields at fault and both languages."""

    type: str
    title: str
    title_en: str
    status: int
    code: str
    detail: str
    errors: list[ProblemField] = Field(default_factory=list)
    correlation_id: str


MEMBERS = frozenset(Problem.model_fields) | {"instance"}
"""What a problem's members mean to every client (RFC 9457); no fact has such a name."""


def problem_of(error: DomainError) -> dict[str, Any]:
    """Return the problem document for a refusal; its facts stand beside the standard members, never in their place."""
    return {
        "type": f"/problems/{error.code}",
        "title": error.message_zh,
        "title_en": error.message_en,
        "status": STATUS[error.kind],
        "code": error.code,
        "detail": _detail(error.message_zh, error.message_en, error.fields),
        "errors": [_field(problem) for problem in error.fields],
        "correlation_id": correlation_id(),
        **{name: fact for name, fact in error.facts.items() if name not in MEMBERS},
    }


def _detail(zh: str, en: str, fields: Sequence[FieldProblem]) -> str:
    if fields:
        return " ".join(f"{f.field}: {f.message_zh} {f.message_en}" for f in fields)
    return f"{zh} {en}"


def _field(problem: FieldProblem) -> dict[str, str]:
    return ProblemField(
        field=problem.field, code=problem.code, message=problem.message_zh, message_en=problem.message_en
    ).model_dump()


def problem_response(error: DomainError) -> Response:
    """Return the HTTP answer for a refusal."""
    headers = {}
    if error.kind is Kind.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    return _respond(STATUS[error.kind], problem_of(error), headers)


def _respond(status: int, document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(to_json(document), status, headers=dict(headers or {}), media_type=PROBLEM_TYPE)


class InvalidBody(DomainError):
    """The body or a parameter does not fit its model."""

    code = "invalid_body"
    message_zh = "提交的内容有误，请按字段提示修改。"
    message_en = "What was sent does not fit: see the fields."


class Unavailable(DomainError):
    """A part that the answer needs cannot be reached at the moment."""

    kind = Kind.UNAVAILABLE
    code = "unavailable"
    message_zh = "系统暂时不可用，请稍后重试。"
    message_en = "The system is unavailable at the moment: try again shortly."


def field_problems(errors: Sequence[ErrorDetails] | Sequence[Any], *, skip: int = 0) -> list[FieldProblem]:
    """Return pydantic's findings as fields with messages; never what was sent."""
    return [_field_problem(error, skip) for error in errors]


def _field_problem(error: Any, skip: int) -> FieldProblem:
    kind = str(error["type"])
    path = ".".join(str(part) for part in error["loc"][skip:])
    return FieldProblem(path or "body", kind, *message_of(error))


def invalid_body(error: ValidationError) -> InvalidBody:
    """Return the refusal for a model that did not fit."""
    return InvalidBody(fields=field_problems(error.errors(include_input=False, include_url=False)))


def install(app: FastAPI) -> None:
    """Make `app` answer every error as a problem; `unexpected` ones reach RequestContext."""

    @app.exception_handler(DomainError)
    async def _refused(_request: Request, error: DomainError) -> Response:
        return problem_response(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> Response:
        return problem_response(InvalidBody(fields=field_problems(error.errors(), skip=1)))

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> Response:
        code, zh, en = _HTTP.get(
            error.status_code, ("error", "请求无法处理。", "The request cannot be processed.")
        )
        return _respond(error.status_code, _plain(error.status_code, code, zh, en), error.headers)

    @app.exception_handler(DBAPIError)
    async def _database(_request: Request, error: DBAPIError) -> Response:
        if is_unreachable(error):
            log.warning("database unreachable", error=repr(error.orig))
            return problem_response(Unavailable(retry_after_seconds=1))
        return unexpected(error)

    @app.exception_handler(PoolTimeout)
    @app.exception_handler(OSError)
    async def _unreachable(_request: Request, error: Exception) -> Response:
        log.warning("dependency unreachable", error=repr(error))
        return problem_response(Unavailable(retry_after_seconds=1))


def not_http() -> bytes:
    """Return the body of the answer to what is no HTTP request that the server can read."""
    zh = "这不是有效的 HTTP 请求：请检查方法、地址和请求头。"
    en = "This is no valid HTTP request: check its method, its address and its headers."
    return to_json(_plain(400, "not_http", zh, en))


def _plain(status: int, code: str, zh: str, en: str) -> dict[str, Any]:
    return {
        "type": f"/problems/{code}",
        "title": zh,
        "title_en": en,
        "status": status,
        "code": code,
        "detail": f"{zh} {en}",
        "errors": [],
        "correlation_id": correlation_id(),
    }


def unexpected(error: Exception) -> Response:
    """Return the bare answer for a bug; the log has the rest."""
    log.error("unexpected error", exc_info=error)
    document = {
        "type": "/problems/internal",
        "title": "系统内部错误，已记录。",
        "title_en": "An internal error; it has been recorded.",
        "status": 500,
        "code": "internal",
        "detail": "请稍后重试；如仍出现，请提供 correlation_id。 Try again; if it stays, give the correlation_id.",
        "errors": [],
        "correlation_id": correlation_id(),
    }
    return _respond(500, document)
