"""`/api/intake/v1`: the departments' door."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from pydantic_core import from_json

from services.gateway.api.access import SignalSender
from services.gateway.api.bodies import ACTION_LIMIT, BATCH_LIMIT, check_media_type, read_body
from services.gateway.api.describing import body, ndjson_body
from services.gateway.api.forwarding import forward, passed_on
from services.gateway.api.parts import Parts, authorization_of, parts
from services.gateway.api.signal_bodies import batch_lines, one_line
from services.gateway.api.stream_response import SignalStreamResponse
from services.gateway.clients.upstream import JSON
from services.gateway.clients.warning import NDJSON
from services.gateway.schemas.signals import SignalBatch, SignalIn
from services.gateway.usecases.stream_rights import StreamRights
from shared.contracts.warning import SignalReceipt, SignalResult, SignalResults, StreamProgress
from shared.kernel.ids import new_id
from shared.web.errors import Unavailable
from shared.web.guard import GuardedRoute

router = APIRouter(prefix="/api/intake/v1", route_class=GuardedRoute, tags=["数据接入 intake"])

_OK = 200
_NOT_FOUND = 404
_NDJSON_TYPES = (NDJSON, "application/ndjson", "application/jsonl")


@router.post(
    "/signals",
    status_code=201,
    response_model=SignalReceipt,
    responses={
        200: {"model": SignalReceipt, "description": "重复 / Duplicate: the same content was taken before"},
        202: {"model": SignalReceipt, "description": "暂存 / Held: the enterprise is not registered yet"},
    },
    summary="报送一条信号 / Send one signal",
    description=(
        "同一来源对同一月份的两条报告相互矛盾时，以较重者为准，与到达先后无关；要撤回或调低数字，"
        "请用新的 `source_ref` 并在 `corrects` 中填写原 `source_ref`；同一信号有两条更正的，同样以较重者为准。\n\n"
        "Of two reports of one source about one month that contradict each other the graver holds, in whatever order"
        " they come; to take a figure back, send a new `source_ref` with the former one in `corrects`."
        " Of two corrections of one signal, too, the graver holds."
    ),
    openapi_extra=body(SignalIn),
)
async def send_signal(request: Request, _: SignalSender) -> Response:
    line = one_line(await read_body(request, ACTION_LIMIT))
    return passed_on(await parts(request).send_signal(authorization_of(request), line))


@router.post(
    "/signals:batch",
    response_model=SignalResults,
    summary="批量报送，最多 1,000 条，逐条给出结果 / Send up to 1,000 signals, with a result for each",
    openapi_extra=body(SignalBatch),
)
async def send_batch(request: Request, _: SignalSender) -> Response:
    lines = batch_lines(await read_body(request, BATCH_LIMIT))
    if not lines:
        return Response(b'{"results":[]}', media_type=JSON)
    return passed_on(await parts(request).warning.send_signals(b"\n".join(lines), authorization_of(request)))


@router.post(
    "/signals:stream",
    response_class=Response,
    responses={200: {"content": {NDJSON: {"schema": SignalResult.model_json_schema()}}}},
    summary="流式报送（NDJSON），不限条数 / Stream signals, one JSON object a line, without end",
    description=(
        "每行一条信号，按顺序逐行返回结果；空行不计。`index` 从 0 起，与 `lines_stored` 同样只计非空行。"
        "连接中断后，用同一个 `Stream-Id` 查询已存行数，从下一行继续发送，并在 `First-Line` 中注明。"
        "若处理中断，最后一行是问题说明，其 `index` 为首个未处理的行。\n\n"
        "A result for each line, in order; blank lines are not counted. After a lost connection ask how many lines are"
        " stored and go on after them under the same `Stream-Id`, saying so in `First-Line` (without it the stream"
        " goes on where it stood). If it has to stop, the last line is a problem with the `index` of the first line"
        " that was not handled."
    ),
    openapi_extra=ndjson_body(SignalIn),
)
async def send_stream(
    request: Request,
    who: SignalSender,
    stream_id: Annotated[UUID | None, Header(description="客户端生成的 UUID / made by the client")] = None,
    first_line: Annotated[
        int | None, Header(ge=0, le=2**53, description="本次首行的序号 / index of the first line")
    ] = None,
) -> Response:
    check_media_type(request, _NDJSON_TYPES)
    here = parts(request)
    if first_line is None:
        first_line = 0 if stream_id is None else await _stored(here, stream_id, authorization_of(request))
    rights = StreamRights(who, here.check_session, here.issuer, here.clock)
    return SignalStreamResponse(here.warning, stream_id or new_id(), first_line, rights, here.spool_folder)


@router.get(
    "/streams/{stream_id}",
    response_model=StreamProgress,
    summary="流已安全存储的行数 / How many lines of a stream are safely stored",
)
async def read_stream(request: Request, stream_id: UUID, _: SignalSender) -> Response:
    return await forward(request, f"/streams/{stream_id}")


async def _stored(here: Parts, stream_id: UUID, authorization: str) -> int:
    """Return where a stream stands; a new one at its beginning."""
    answer = await here.warning.call("GET", f"/streams/{stream_id}", authorization)
    if answer.status not in {_OK, _NOT_FOUND}:
        raise Unavailable(retry_after_seconds=1)
    return int(from_json(answer.content)["lines_stored"]) if answer.status == _OK else 0
