"""Who may call a route is declared at the route, or the route does not import."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from typing_extensions import override

from shared.auth.permissions import Permission
from shared.auth.principal import Principal
from shared.auth.tokens import TokenVerifier, Unauthenticated
from shared.kernel.errors import DomainError, FieldProblem, Forbidden
from shared.web.json_bodies import StrictRequest, shown_path

SessionCheck = Callable[[Principal], Awaitable[None]]
"""Raises Unauthenticated when the caller's session has ended."""

_BEARER = "bearer "


class UnguardedRoute(TypeError):
    """A route declares neither a permission nor that it is public."""


class Guard(ABC):
    """Lets a caller through to a route, or raises; a service may have a kind of its own beside these two."""

    @abstractmethod
    async def __call__(self, request: Request) -> object:
        """Return what the route is told of the caller."""


class Public(Guard):
    """Marks a route that anybody may call; the reason is for its reader."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason

    @override
    async def __call__(self, request: Request) -> None:
        """Let the call through."""


class Require(Guard):
    """Lets a caller through whose role holds one of the permissions, and gives the route its principal."""

    def __init__(self, *permissions: Permission) -> None:
        """Keep the permissions; one of them is enough."""
        self.permissions = permissions

    @override
    async def __call__(self, request: Request) -> Principal:
        """Return the caller. Raises Unauthenticated (401) or Forbidden (403)."""
        principal = await authenticate(request)
        self.admit(principal)
        return principal

    def admit(self, principal: Principal) -> None:
        """Let the caller pass. Raises Forbidden (403)."""
        if not any(principal.may(permission) for permission in self.permissions):
            raise Forbidden


async def authenticate(request: Request) -> Principal:
    """Return who calls, whatever they may do. Raises Unauthenticated."""
    values = request.headers.getlist("authorization")
    if len(values) != 1:
        raise Unauthenticated
    principal = bearer(request.app.state.tokens, values[0])
    check: SessionCheck | None = getattr(request.app.state, "session_check", None)
    if check is not None:
        await check(principal)
    return principal


def bearer(tokens: TokenVerifier, authorization: str) -> Principal:
    """Return whom an Authorization header names. Raises Unauthenticated."""
    if not authorization.lower().startswith(_BEARER):
        raise Unauthenticated
    return tokens.verify(authorization[len(_BEARER) :].strip())


class NulInAddress(DomainError):
    """A parameter holds NUL, which no text has and no database takes."""

    code = "nul_in_address"
    message_zh = "参数中有 NUL 字符（%00），请删除。"
    message_en = "A parameter holds a NUL character (%00): remove it."


class GuardedRoute(APIRoute):
    """A route that refuses to exist without a declared caller, and reads addresses and JSON strictly."""

    @override
    def __init__(self, path: str, endpoint: Callable[..., Any], **kwargs: Any) -> None:
        super().__init__(path, endpoint, **kwargs)
        if self.guard is None:
            message = f"{path}: declare the caller with Require(...) or Public(...)"
            raise UnguardedRoute(message)

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler; here rather than in each parameter's type, so that no parameter is forgotten."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            self.check_address(request)
            try:
                return await handle(StrictRequest(request.scope, request.receive))
            except HTTPException as error:
                # FastAPI makes a bare 400 of whatever reading a body raises.
                if isinstance(error.__cause__, DomainError):
                    raise error.__cause__ from None
                raise

        return handle_strictly

    def check_address(self, request: Request) -> None:
        """Refuse what no address may hold, before the caller is known. Raises NulInAddress."""
        _refuse_nul(request)

    @property
    def guard(self) -> Guard | None:
        """Return what guards this route."""
        return next((call for call in _calls(self.dependant) if isinstance(call, Guard)), None)


def _refuse_nul(request: Request) -> None:
    """Raise NulInAddress. NUL has one spelling in an address, so that hardly any is looked at closely."""
    if b"%00" not in request.scope["query_string"] and "\x00" not in request.scope["path"]:
        return
    given = [*request.path_params.items(), *request.query_params.multi_items()]
    names = [name for name, value in given if "\x00" in f"{name}{value}"]
    if names:
        told = (NulInAddress.code, NulInAddress.message_zh, NulInAddress.message_en)
        raise NulInAddress(fields=[FieldProblem(shown_path(name), *told) for name in dict.fromkeys(names)])


def _calls(dependant: Dependant) -> Iterator[Any]:
    for child in dependant.dependencies:
        yield child.call
        yield from _calls(child)
