"""Builds the gateway of its parts."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from services.gateway.api import (
    administration,
    auth,
    dashboard,
    federation,
    federation_desk,
    inspection,
    intake,
    mediation,
    mobile,
    notifications,
    organisations,
    pages,
)
from services.gateway.api.parts import Federation, Parts
from services.gateway.clients.upstream import Upstream
from services.gateway.clients.warning import WarningService
from services.gateway.consumers.notifying import notifying_handlers
from services.gateway.domain.partners import checked_address
from services.gateway.federation.identity import Identity, identity_from
from services.gateway.federation.post import PartnerPost, make_client
from services.gateway.federation.standing_name import StandingName, keep_name, kept_name
from services.gateway.jobs.forget_old_logins import forget_old_logins_job
from services.gateway.jobs.forget_old_notifications import forget_old_notifications_job
from services.gateway.jobs.send_outgoing import forget_nonces_job, send_outgoing_job
from services.gateway.jobs.tell_streams import end_streams_job, tell_streams_job
from services.gateway.repository.standing import Standing
from services.gateway.settings import GatewaySettings
from services.gateway.usecases.check_session import SessionCheck
from services.gateway.usecases.log_in import LogIn
from services.gateway.usecases.notification_streams import NotificationStreams
from services.gateway.usecases.password_hashing import Passwords
from services.gateway.usecases.send_outgoing import SendOutgoing
from services.gateway.usecases.send_signal import SendSignal
from shared.auth.tokens import TokenIssuer, read_key
from shared.kernel.errors import DomainError, Kind
from shared.runtime.service import Context, Service
from shared.runtime.settings import CommonSettings
from shared.web.app import add_routes, make_app

_TITLE: Final = "劳动争议预警 · 网关"
_NAME: Final = "闵行区劳动人事争议仲裁院"
_CASE_SERVICES: Final = ("mediation", "inspection")


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
    app = make_app(context.name, _TITLE, context.db, context.tokens, for_strangers=True)
    app.state.parts = parts
    app.state.session_check = parts.check_session
    app.router.lifespan_context = _lifespan(parts)
    _include(app)
    send = SendOutgoing(context.db, parts.federation.post, settings.patience)
    return Service(
        app,
        handlers=notifying_handlers(),
        jobs=[
            forget_old_logins_job(context.db),
            forget_old_notifications_job(context.db, settings.notification_age),
            send_outgoing_job(send),
            forget_nonces_job(context.db),
            tell_streams_job(parts.streams),
            end_streams_job(parts.streams),
        ],
        on_stop=(parts.streams.shut,),
    )


def _parts(context: Context, settings: GatewaySettings) -> Parts:
    db, lifetimes = context.db, settings.lifetimes
    warning = WarningService("warning", context.upstream("warning"))
    others = {name: Upstream(name, context.upstream(name)) for name in _CASE_SERVICES}
    return Parts(
        db=db,
        clock=context.clock,
        issuer=_issuer(context, settings),
        lifetimes=lifetimes,
        log_in=LogIn(db, Passwords(), lifetimes),
        check_session=SessionCheck(Standing(db.engine.url), context.clock),
        warning=warning,
        services={"warning": warning, **others},
        send_signal=SendSignal(warning),
        spool_folder=settings.spool_folder,
        streams=NotificationStreams(db, settings.streams_per_account),
        federation=_federation(context, settings),
    )


def _federation(context: Context, settings: GatewaySettings) -> Federation:
    identity = own_identity(context.settings, settings)
    descriptor = identity.descriptor
    keep_name(
        federation_key_file(context.settings, settings), StandingName(descriptor.name, descriptor.base_url)
    )
    return Federation(identity, PartnerPost(identity, context.clock, make_client()))


def own_identity(common: CommonSettings, settings: GatewaySettings) -> Identity:
    """Return who we are to partners: as the environment says, else as we were so far, else by default.

    Raises SigningKeyMissing, KeyFileUnusable or DescriptorInvalid.
    """
    keys = federation_key_file(common, settings)
    kept = kept_name(keys) or StandingName(_NAME, f"http://{common.host}:{common.port}")
    base_url = settings.federation_base_url or kept.base_url
    return identity_from(keys, settings.federation_name or kept.name, checked_address(base_url))


def federation_key_file(common: CommonSettings, settings: GatewaySettings) -> Path:
    """Return where our own federation keys are: beside the token key unless set. Raises SigningKeyMissing."""
    if settings.federation_key_file is not None:
        return settings.federation_key_file
    if common.token_key_file is None:
        raise SigningKeyMissing
    return common.token_key_file.with_name("federation-keys.json")


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
        await parts.federation.post.close()

    return lifespan


def _include(app: FastAPI) -> None:
    rooms = (
        intake,
        mobile,
        mediation,
        inspection,
        notifications,
        dashboard,
        auth,
        administration,
        organisations,
        federation,
        federation_desk,
        pages,
    )
    # The last one takes everything below the partners' door that nobody before it took.
    add_routes(app, *(room.router for room in rooms), federation.unrouted)
