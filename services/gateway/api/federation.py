"""`/api/federation/v1`: the door of partner institutions (友好仲裁院), whose messages are signed."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from services.gateway.api.access import SigningPartner
from services.gateway.api.bodies import parsed
from services.gateway.api.describing import body
from services.gateway.api.partner_signature import SignedRoute, UnroutedPath
from services.gateway.api.parts import parts
from services.gateway.usecases import receive_assistance
from services.gateway.usecases.exchange_messages import SignedAnswer
from shared.contracts.federation import AssistanceRequest, AssistanceStanding, AssistanceStatus, Receipt
from shared.kernel.errors import NotFound

_PREFIX: Final = "/api/federation/v1"

router = APIRouter(prefix=_PREFIX, route_class=SignedRoute, tags=["友好仲裁院 federation"])
unrouted = APIRouter(prefix=_PREFIX, route_class=UnroutedPath, include_in_schema=False)

# Text, not UUID: the framework's own refusal of a path would be neither signed nor recorded.
MessageId = Annotated[str, Path(description="协助事项编号 / the message_id of the request")]


@router.post(
    "/assistance-requests",
    status_code=201,
    response_model=Receipt,
    responses={200: {"model": Receipt, "description": "此前已收到，回执相同 / Taken before, same receipt"}},
    summary="请求协助：送达、调查取证、在线调解 / Ask for service of documents, evidence or online mediation",
    openapi_extra=body(AssistanceRequest),
)
async def receive_request(request: Request, message: SigningPartner) -> Response:
    here = parts(request)
    told = parsed(message.body, AssistanceRequest)
    async with here.db.write() as tx:
        answer = await receive_assistance.receive_request(tx, here.federation.identity, message, told)
    return _response(answer)


@router.get(
    "/assistance-requests/{message_id}",
    response_model=AssistanceStanding,
    summary="本方所发事项的状态 / Where a request of one's own stands",
)
async def read_standing(request: Request, message: SigningPartner, message_id: MessageId) -> Response:
    here = parts(request)
    async with here.db.write() as tx:
        answer = await receive_assistance.read_standing(tx, here.federation.identity, message, message_id)
    return _response(answer)


@router.post(
    "/assistance-requests/{message_id}/status",
    status_code=201,
    response_model=Receipt,
    responses={200: {"model": Receipt, "description": "此前已收到，回执相同 / Taken before, same receipt"}},
    summary="回复决定：受理或不予协助 / The decision on a request that we sent",
    openapi_extra=body(AssistanceStatus),
)
async def receive_status(request: Request, message: SigningPartner, message_id: MessageId) -> Response:
    here = parts(request)
    told = parsed(message.body, AssistanceStatus)
    async with here.db.write() as tx:
        answer = await receive_assistance.receive_status(
            tx, here.federation.identity, message, message_id, told
        )
    return _response(answer)


@unrouted.get("")
@unrouted.get("/{rest:path}")
async def refuse_unrouted(_: SigningPartner) -> None:
    raise NotFound


def _response(answer: SignedAnswer) -> Response:
    return Response(answer.body, answer.status, headers=answer.headers)
