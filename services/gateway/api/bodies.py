"""Reads a request's body: the right type, never more than allowed, then one model."""

from collections.abc import Collection
from email.message import Message
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from services.gateway.clients.upstream import JSON
from shared.kernel.errors import DomainError, FieldProblem, Kind
from shared.web.errors import InvalidBody, invalid_body
from shared.web.json_bodies import REPEATED_KEY, repeated_key

ACTION_LIMIT = 64 * 1024
RULE_PACK_LIMIT = 1024 * 1024
BATCH_LIMIT = 4 * 1024 * 1024

# ASCII is UTF-8 too.
_UTF_8 = ("utf-8", "utf8", "us-ascii")

Model = TypeVar("Model", bound=BaseModel)


class BodyTooLarge(DomainError):
    """The body is larger than this address takes."""

    kind = Kind.TOO_LARGE
    code = "body_too_large"

    def __init__(self, limit: int) -> None:
        """Name the limit."""
        kib = limit // 1024
        zh, en = (
            f"请求体超过 {kib} KiB，请拆分后重发。",
            f"The body is larger than {kib} KiB: send it in parts.",
        )
        super().__init__(
            zh, en, fields=[FieldProblem("body", self.code, zh, en)], facts={"limit_bytes": limit}
        )


class WrongMediaType(DomainError):
    """The body's type is not one that this address reads."""

    kind = Kind.UNSUPPORTED_MEDIA
    code = "unsupported_media"

    def __init__(self, accepted: Collection[str]) -> None:
        """Name what is accepted."""
        listed = ", ".join(accepted)
        zh = f"请使用 Content-Type: {listed}，编码为 UTF-8，且不压缩。"
        en = f"Send Content-Type: {listed}, in UTF-8, without compression."
        super().__init__(zh, en, fields=[FieldProblem("Content-Type", self.code, zh, en)])


class BodyCutOff(DomainError):
    """The connection was lost before the body's end; nobody reads this answer."""

    kind = Kind.MALFORMED
    code = "body_cut_off"


def check_media_type(request: Request, accepted: Collection[str]) -> None:
    """Raise WrongMediaType unless the body has an accepted type and no encoding."""
    told = request.headers.get("content-type", "")
    media_type, _, parameters = told.partition(";")
    encoded = request.headers.get("content-encoding", "identity") != "identity"
    if media_type.strip().lower() not in accepted or encoded or (parameters and not _is_utf_8(told)):
        raise WrongMediaType(accepted)


def _is_utf_8(content_type: str) -> bool:
    told = Message()
    told["content-type"] = content_type
    return told.get_content_charset("utf-8") in _UTF_8


async def read_body(request: Request, limit: int, accepted: Collection[str] = (JSON,)) -> bytes:
    """Return the whole body. Raises WrongMediaType or BodyTooLarge."""
    check_media_type(request, accepted)
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise BodyTooLarge(limit)
            chunks.append(chunk)
    except ClientDisconnect:
        raise BodyCutOff from None
    return b"".join(chunks)


def parsed(raw: bytes, model: type[Model]) -> Model:
    """Return the body as a model. Raises InvalidBody."""
    twice = repeated_key(raw)
    if twice is not None:
        raise InvalidBody(fields=[FieldProblem(twice, *REPEATED_KEY)])
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise invalid_body(error) from None


async def read_model(request: Request, model: type[Model]) -> Model:
    """Return a small JSON body as a model. Raises InvalidBody and what read_body raises."""
    return parsed(await read_body(request, ACTION_LIMIT), model)
