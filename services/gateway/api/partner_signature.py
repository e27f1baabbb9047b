"""The guard of the partners' door: who signs is let through, before anything of the message is parsed."""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, Final

from fastapi import Request, Response
from typing_extensions import override

from services.gateway.api.bodies import ACTION_LIMIT, read_body
from services.gateway.api.parts import address_of, parts
from services.gateway.usecases.exchange_messages import record_refusal, signed_answer
from services.gateway.usecases.verify_message import Arrived, Verified, check_active, verify_message
from shared.kernel.errors import DomainError, Kind
from shared.web.errors import PROBLEM_TYPE, problem_response
from shared.web.guard import Guard, GuardedRoute

SCHEME: Final = "message-signature"
_CHALLENGE: Final = 'Signature tag="labour-federation"'


class PartnerSignature(Guard):
    """Lets a message through that a partner signed, and gives the route the proven message."""

    PROFILE: ClassVar[str] = (
        "RFC 9421, Ed25519：覆盖 @method、@target-uri、content-digest；参数 created、expires、nonce、keyid、"
        "tag=labour-federation；created 与本院时钟相差不超过 300 秒；nonce 仅可使用一次。 / "
        "Covers @method, @target-uri, content-digest; states created, expires, nonce, keyid, tag=labour-federation; "
        "created within 300 s of our clock; each nonce once. "
        'Responses cover @status, content-digest and "signature";req;key="…".'
    )

    @override
    async def __call__(self, request: Request) -> Verified:
        """Return the message. Raises a MessageRefused, BodyTooLarge or WrongMediaType."""
        here = parts(request)
        body = await read_body(request, ACTION_LIMIT) if _has_body(request) else b""
        arrived = Arrived(request.method, _target(request), request.headers.items(), body)
        async with here.db.read() as tx:
            message = await verify_message(tx, arrived)
        request.state.message = message
        check_active(message.partner)
        return message


class SignedRoute(GuardedRoute):
    """A route whose refusals are kept in the audit log, and signed for a proven partner."""

    @override
    def check_address(self, request: Request) -> None:
        """Let it pass: the signature is judged before anything else, and ids in paths are read after it."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except DomainError as refusal:
                if refusal.kind is Kind.UNAVAILABLE:
                    raise
                return await _refuse(request, refusal)

        return answered


class UnroutedPath(SignedRoute):
    """Stands behind a door's routes and takes whatever method: what no route takes is refused as all else is."""

    @override
    def __init__(self, path: str, endpoint: Callable[..., Any], **kwargs: Any) -> None:
        super().__init__(path, endpoint, **kwargs)
        # None named is all of them, also those that nobody has heard of.
        self.methods = set()


async def _refuse(request: Request, refusal: DomainError) -> Response:
    here = parts(request)
    message: Verified | None = getattr(request.state, "message", None)
    async with here.db.write() as tx:
        await record_refusal(tx, message, refusal.code, _asked_path(request), address_of(request))
        now = tx.now
    response = problem_response(refusal)
    if refusal.kind is Kind.UNAUTHENTICATED:
        response.headers["www-authenticate"] = _CHALLENGE
    if message is not None:
        answer = signed_answer(
            here.federation.identity, message, response.status_code, bytes(response.body), now, PROBLEM_TYPE
        )
        response.headers.update(answer.headers)
    return response


def _has_body(request: Request) -> bool:
    """Say whether the body counts: an operation's always, of a method that no operation has where there is one."""
    return request.method == "POST" or (request.method != "GET" and "content-type" in request.headers)


def _target(request: Request) -> str:
    """Return our own address with the path and query as they were asked for."""
    query: bytes = request.scope["query_string"]
    path = _asked_path(request) + ("?" + query.decode("latin-1") if query else "")
    return parts(request).federation.identity.descriptor.base_url + path


def _asked_path(request: Request) -> str:
    """Return the path as it was asked for: decoded, it may hold what the audit log cannot (%00)."""
    raw: bytes = request.scope["raw_path"]
    return raw.partition(b"?")[0].decode("latin-1")
