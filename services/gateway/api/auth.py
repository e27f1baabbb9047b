"""`/api/auth/v1`: logging in and out, and tokens for machines."""

from fastapi import APIRouter, Request, Response

from services.gateway.api.access import Anybody, LoggingIn
from services.gateway.api.bodies import ACTION_LIMIT, parsed, read_body, read_model
from services.gateway.api.client_credentials import (
    FORM,
    ClientInvalid,
    GrantTypeUnsupported,
    TokenRequestInvalid,
    read_credentials,
    refusal,
)
from services.gateway.api.describing import body
from services.gateway.api.parts import Parts, address_of, parts
from services.gateway.schemas.auth import ClientToken, ClientTokenForm, Login, Me, Refresh, Tokens
from services.gateway.usecases.issue_client_token import issue_client_token
from services.gateway.usecases.log_out import log_out, log_out_by_refresh_token
from services.gateway.usecases.opened_session import OpenedSession
from services.gateway.usecases.refresh_session import RefreshRefused, refresh_session
from shared.web.guard import GuardedRoute, authenticate

router = APIRouter(prefix="/api/auth/v1", route_class=GuardedRoute, tags=["登录 auth"])


@router.post("/login", summary="用户登录 / Log in with a password", openapi_extra=body(Login))
async def login(request: Request, _: LoggingIn) -> Tokens:
    here = parts(request)
    given = await read_model(request, Login)
    return _tokens(here, await here.log_in(given.username, given.password, address_of(request)))


@router.post(
    "/refresh",
    summary="换取新令牌（刷新令牌仅可使用一次） / Next pair of tokens",
    openapi_extra=body(Refresh),
)
async def refresh(request: Request, _: LoggingIn) -> Tokens:
    here = parts(request)
    given = await read_model(request, Refresh)
    async with here.db.write() as tx:
        opened = await refresh_session(tx, given.refresh_token, here.lifetimes, address_of(request))
    if opened is None:
        raise RefreshRefused
    return _tokens(here, opened)


@router.post(
    "/logout",
    status_code=204,
    summary="退出登录：按访问令牌，或按请求体中的刷新令牌 / Log out, by access token or by refresh token in the body",
    openapi_extra=body(Refresh, required=False),
)
async def logout(request: Request, _: LoggingIn) -> Response:
    here = parts(request)
    raw = await read_body(request, ACTION_LIMIT) if "content-type" in request.headers else b""
    if raw:
        given = parsed(raw, Refresh)
        async with here.db.write() as tx:
            await log_out_by_refresh_token(tx, given.refresh_token, address_of(request))
    else:
        who = await authenticate(request)
        async with here.db.write() as tx:
            await log_out(tx, who, address_of(request))
    return Response(status_code=204)


@router.post(
    "/token",
    response_model=ClientToken,
    summary="部门系统获取访问令牌（OAuth 2 client credentials） / Token for a department's machine",
    openapi_extra=body(ClientTokenForm, FORM),
)
async def token(request: Request, _: LoggingIn) -> ClientToken | Response:
    here = parts(request)
    try:
        shown = await read_credentials(request)
        async with here.db.write() as tx:
            who = await issue_client_token(tx, shown.client_id, shown.client_secret, address_of(request))
        if who is None:
            raise ClientInvalid
    except (TokenRequestInvalid, GrantTypeUnsupported, ClientInvalid) as error:
        return refusal(error)
    return ClientToken(access_token=here.issuer.issue(who), expires_in=_seconds(here))


@router.get("/me", summary="当前用户 / Who the token names")
async def me(who: Anybody) -> Me:
    return Me(
        account_id=who.account_id,
        username=who.username,
        role=who.role.value,
        division=who.division,
        source=who.source,
        indicators=sorted(who.indicators),
    )


def _tokens(here: Parts, opened: OpenedSession) -> Tokens:
    return Tokens(
        access_token=here.issuer.issue(opened.principal),
        expires_in=_seconds(here),
        refresh_token=opened.refresh_token,
    )


def _seconds(here: Parts) -> int:
    return int(here.issuer.lifetime.total_seconds())
