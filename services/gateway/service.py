"""The gateway: the only door. It knows who is calling, keeps the audit log, and passes on what it does not own."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from fastapi import FastAPI

from services.gateway.api import administration, auth, dashboard, intake, mobile, pages
from services.gateway.api.parts import Parts
from services.gateway.clients.warning import WarningService
from services.gateway.jobs.forget_old_logins import forget_old_logins_job
from services.gateway.repository.standing import Standing
from services.gateway.repository.tables import MAILBOXES, metadata
from services.gateway.settings import GatewaySettings
from services.gateway.usecases.check_session import SessionCheck
from services.gateway.usecases.log_in import LogIn
from services.gateway.usecases.password_hashing import Passwords
from services.gateway.usecases.send_signal import SendSignal
from shared.auth.tokens import TokenIssuer, read_key
from shared.kernel.errors import DomainError, Kind
from shared.runtime.spec import Context, Service, ServiceSpec
from shared.web.app import make_app

_TITLE: Final = "劳动争议预警 · 网关"


class SigningKeyMissing(DomainError):
    """The gateway cannot sign access tokens."""

    kind = Kind.UNAVAILABLE
    code = "signing_key_missing"
    message_zh = "未配置令牌签名密钥：请用 TOKEN_KEY_FILE 指定密钥文件。"
    message_en = "There is no key to sign access tokens: name its file in TOKEN_KEY_FILE."


def build(context: Context) -> Service:
    """Build the gateway with its settings from the environment. Raises SigningKeyMissing."""
    return assemble(context, GatewaySettings())


def assemble(context: Context, settings: GatewaySettings) -> Service:
    """Build the gateway. Raises SigningKeyMissing."""
    parts = _parts(context, settings)
    app = make_app(context.name, _TITLE, context.db, context.tokens)
    app.state.parts = parts
    app.state.session_check = parts.check_session
    app.router.lifespan_context = _lifespan(parts)
    _include(app)
    return Service(app, jobs=[forget_old_logins_job(context.db)])


def _parts(context: Context, settings: GatewaySettings) -> Parts:
    db, lifetimes = context.db, settings.lifetimes
    warning = WarningService(context.upstream("warning"))
    return Parts(
        db=db,
        clock=context.clock,
        issuer=_issuer(context, settings),
        lifetimes=lifetimes,
        log_in=LogIn(db, Passwords(), lifetimes),
        check_session=SessionCheck(Standing(db.engine.url), context.clock),
        warning=warning,
        send_signal=SendSignal(warning),
        spool_folder=settings.spool_folder,
    )


def _issuer(context: Context, settings: GatewaySettings) -> TokenIssuer:
    if context.settings.token_key_file is None:
        raise SigningKeyMissing
    try:
        key = read_key(context.settings.token_key_file)
    except FileNotFoundError as error:
        raise SigningKeyMissing from error
    return TokenIssuer(key, context.clock, settings.lifetimes.access)


def _lifespan(parts: Parts) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await parts.check_session.close()

    return lifespan


def _include(app: FastAPI) -> None:
    """Add the routes themselves, the busiest first: an included router is searched twice for every request."""
    for room in (intake, mobile, dashboard, auth, administration, pages):
        app.router.routes.extend(room.router.routes)


SPEC: Final = ServiceSpec(
    name="gateway",
    title_zh="网关",
    title_en="Gateway",
    metadata=metadata,
    mailboxes=MAILBOXES,
    build=build,
)
