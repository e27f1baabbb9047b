"""Who may call a route is declared at the route, or the route does not import."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from typing_extensions import override

from shared.auth.permissions import Permission
from shared.auth.principal import Principal
from shared.auth.tokens import TokenVerifier, Unauthenticated
from shared.kernel.errors import Forbidden

SessionCheck = Callable[[Principal], Awaitable[None]]
"""Raises Unauthenticated when the caller's session has ended."""

_BEARER = "bearer "


class UnguardedRoute(TypeError):
    """A route declares neither a permission nor that it is public."""


class Public:
    """Marks a route that anybody may call; the reason is for its reader."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason

    async def __call__(self) -> None:
        """Let the call through."""


class Require:
    """Lets a caller through whose role holds one of the permissions, and gives the route its principal."""

    def __init__(self, *permissions: Permission) -> None:
        """Keep the permissions; one of them is enough."""
        self.permissions = permissions

    async def __call__(self, request: Request) -> Principal:
        """Return the caller. Raises Unauthenticated (401) or Forbidden (403)."""
        principal = await authenticate(request)
        if not any(principal.may(permission) for permission in self.permissions):
            raise Forbidden
        return principal


async def authenticate(request: Request) -> Principal:
    """Return who calls, whatever they may do. Raises Unauthenticated."""
    values = request.headers.getlist("authorization")
    if len(values) != 1 or not values[0].lower().startswith(_BEARER):
        raise Unauthenticated
    verifier: TokenVerifier = request.app.state.tokens
    principal = verifier.verify(values[0][len(_BEARER) :].strip())
    check: SessionCheck | None = getattr(request.app.state, "session_check", None)
    if check is not None:
        await check(principal)
    return principal


class GuardedRoute(APIRoute):
    """A route that refuses to exist without a declared caller."""

    @override
    def __init__(self, path: str, endpoint: Callable[..., Any], **kwargs: Any) -> None:
        super().__init__(path, endpoint, **kwargs)
        if self.guard is None:
            message = f"{path}: declare the caller with Require(...) or Public(...)"
            raise UnguardedRoute(message)

    @property
    def guard(self) -> Require | Public | None:
        """Return what guards this route."""
        return next((call for call in _calls(self.dependant) if isinstance(call, Require | Public)), None)


def _calls(dependant: Dependant) -> Iterator[Any]:
    for child in dependant.dependencies:
        yield child.call
        yield from _calls(child)
