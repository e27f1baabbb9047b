"""Routes of signals: a batch of lines in, a result for each out; how far a stream got; the registry."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response

from services.warning.api.access import SIGNAL_SENDER, AnyReader, SignalSender
from services.warning.schemas.indicators import IndicatorList, indicator_list
from services.warning.schemas.signals import (
    MOST_BODY_BYTES,
    read_lines,
    read_parts,
    read_signal,
    results_json,
)
from services.warning.usecases.indicator_registry import IndicatorRegistry
from services.warning.usecases.read_stream import read_stream
from services.warning.usecases.record_signals import StreamPosition, record_signals
from services.warning.usecases.signal_drafts import Sender
from services.warning.usecases.store_signals import Told
from shared.auth.principal import Principal
from shared.auth.tokens import TokenVerifier
from shared.contracts.warning import SignalResults, StreamProgress
from shared.kernel.errors import DomainError, Kind
from shared.web.dependencies import Reading, Writing
from shared.web.guard import GuardedRoute, bearer

NDJSON = "application/x-ndjson"
JSON = "application/json"

router = APIRouter(route_class=GuardedRoute, tags=["signals"])


class NotNdjson(DomainError):
    """The body is of another type than lines of JSON."""

    kind = Kind.UNSUPPORTED_MEDIA
    code = "not_ndjson"
    message_zh = f"内容类型须为 {NDJSON}，每行一条信号。"
    message_en = f"The content type is {NDJSON}: one signal a line."


class BodyTooLarge(DomainError):
    """The body is larger than a thousand signals can be."""

    kind = Kind.TOO_LARGE
    code = "too_large"
    message_zh = "请求体过大，请分批报送。"
    message_en = "The body is too large: send it in parts."


async def read_body(request: Request) -> bytes:
    """Return the body, never more of it than a batch may have."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != NDJSON:
        raise NotNdjson
    parts = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BODY_BYTES:
            raise BodyTooLarge
        parts.append(part)
    return b"".join(parts)


async def stream_position(
    who: SignalSender,
    stream_id: Annotated[UUID | None, Header(description="流编号（UUID）/ the stream's id")] = None,
    first_line: Annotated[
        int, Header(ge=0, le=2**53, description="此前已发送的行数 / lines sent before")
    ] = 0,
) -> StreamPosition | None:
    """Return where the batch stands in its stream."""
    return None if stream_id is None else StreamPosition(stream_id, first_line, who.source or "")


async def registry(request: Request) -> IndicatorRegistry:
    """Return this process's indicator registry."""
    found: IndicatorRegistry = request.app.state.indicators
    return found


Body = Annotated[bytes, Depends(read_body)]
Position = Annotated[StreamPosition | None, Depends(stream_position)]
Registry = Annotated[IndicatorRegistry, Depends(registry)]


_NDJSON_BODY = {"requestBody": {"required": True, "content": {NDJSON: {"schema": {"type": "string"}}}}}


@router.post("/signals", response_model=SignalResults, openapi_extra=_NDJSON_BODY)
async def record(who: SignalSender, body: Body, position: Position, known: Registry, tx: Writing) -> Response:
    """接收一批信号，每行一条，逐条给出结果 / take a batch of signals, one a line, with a result for each."""
    told = read_lines(body)
    senders = [sender_of(who)] * len(told)
    outcomes = await record_signals(tx, senders, told, await known.current(tx), position)
    return Response(results_json(outcomes), media_type=JSON)


@router.post("/signals:together", response_model=SignalResults, openapi_extra=_NDJSON_BODY)
async def record_together(
    request: Request, _: SignalSender, body: Body, known: Registry, tx: Writing
) -> Response:
    """接收多个部门的信号，各用自己的令牌 / take signals of several departments, each part under its own token."""
    told: list[Told] = []
    senders: list[Sender] = []
    for authorization, lines in read_parts(body):
        sender, signals = _part(request.app.state.tokens, authorization, lines)
        told += signals
        senders += [sender] * len(signals)
    outcomes = await record_signals(tx, senders, told, await known.current(tx))
    return Response(results_json(outcomes), media_type=JSON)


def _part(tokens: TokenVerifier, authorization: str, lines: Sequence[bytes]) -> tuple[Sender, list[Told]]:
    """Return a sender with its signals; who may not send is refused, and nobody else with it."""
    try:
        who = bearer(tokens, authorization)
        SIGNAL_SENDER.admit(who)
    except DomainError as refusal:
        return Sender(""), [refusal] * len(lines)
    return sender_of(who), [read_signal(line) for line in lines]


@router.get("/streams/{stream_id}")
async def progress(who: SignalSender, tx: Reading, stream_id: UUID) -> StreamProgress:
    """本部门的一个流已存储的行数 / how many lines of one's own stream are stored."""
    return StreamProgress(lines_stored=await read_stream(tx, stream_id, who.source or ""))


@router.get("/indicators")
async def indicators(_who: AnyReader, tx: Reading, known: Registry) -> IndicatorList:
    """指标目录 / the indicator registry."""
    return indicator_list((await known.current(tx)).values())


def sender_of(who: Principal) -> Sender:
    """Return under which source the caller reports, and what; nothing where the token names no source."""
    return Sender(who.source or "", who.indicators)
