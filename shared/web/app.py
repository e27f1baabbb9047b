"""Makes a service's app: errors as problems, request context, health."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import text

from shared.auth.tokens import TokenVerifier
from shared.db.tx import Database
from shared.observability import spans
from shared.web import errors
from shared.web.guard import GuardedRoute, Public
from shared.web.middleware import RequestContext
from shared.web.server_spans import ServerSpans

Anyone = Annotated[None, Depends(Public("liveness, readiness and metrics are for the platform"))]

health = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@health.get("/healthz")
async def alive(_: Anyone) -> dict[str, str]:
    """Answer while the process serves."""
    return {"status": "ok"}


def make_app(
    name: str, title: str, db: Database, tokens: TokenVerifier, *, for_strangers: bool = False
) -> FastAPI:
    """Return an app without routes of its own but health; importing it has no effect.

    for_strangers: others than our own services call it.
    """
    app = FastAPI(
        title=title,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        separate_input_output_schemas=False,
        # An address that is not ours gets a problem: a redirect has no body, and no signature covers its target.
        redirect_slashes=False,
        # Metrics and logs are our own; FastAPI would ask on every request whether it should add its spans.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.db = db
    app.state.tokens = tokens
    errors.install(app)
    add_routes(app, health)
    app.add_middleware(RequestContext, service=name, answer_to=errors.unexpected)
    if spans.on():
        app.add_middleware(ServerSpans, service=name, for_strangers=for_strangers)
    return app


def add_routes(app: FastAPI, *routers: APIRouter) -> None:
    """Add the routes themselves, the busiest first: an included router is searched twice for every request."""
    for router in routers:
        app.router.routes.extend(router.routes)


async def database_answers(db: Database) -> str | None:
    """Ready check: None when the database answers."""
    async with db.read() as tx:
        await tx.value(text("SELECT 1"))
    return None


def ready_response(findings: Mapping[str, str | None]) -> JSONResponse:
    """Return 200 when every check is None, else 503 with what is missing."""
    missing = {name: reason for name, reason in findings.items() if reason is not None}
    body = {
        "status": "unavailable" if missing else "ok",
        "checks": {n: findings[n] or "ok" for n in findings},
    }
    return JSONResponse(body, 503 if missing else 200)
