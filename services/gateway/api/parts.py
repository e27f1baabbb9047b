"""What the routes work with; the service puts it on the app."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request

from services.gateway.clients.upstream import Upstream
from services.gateway.clients.warning import WarningService
from services.gateway.domain.sessions import Lifetimes
from services.gateway.federation.identity import Identity
from services.gateway.federation.post import PartnerPost
from services.gateway.usecases.check_session import SessionCheck
from services.gateway.usecases.log_in import LogIn
from services.gateway.usecases.notification_streams import NotificationStreams
from services.gateway.usecases.send_signal import SendSignal
from shared.auth.tokens import TokenIssuer
from shared.db.tx import Database
from shared.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class Federation:
    """What the exchange with other institutions works with."""

    identity: Identity
    post: PartnerPost


@dataclass(frozen=True, slots=True)
class Parts:
    """The gateway's parts."""

    db: Database
    clock: Clock
    issuer: TokenIssuer
    lifetimes: Lifetimes
    log_in: LogIn
    check_session: SessionCheck
    warning: WarningService
    services: Mapping[str, Upstream]
    send_signal: SendSignal
    spool_folder: Path | None
    streams: NotificationStreams
    federation: Federation


def parts(request: Request) -> Parts:
    """Return the parts of the app that got the request."""
    found: Parts = request.app.state.parts
    return found


def address_of(request: Request) -> str:
    """Return the caller's address: the peer's, unless that is an edge of ours (`TRUSTED_PROXIES`)."""
    return request.client.host if request.client is not None else "unknown"


def authorization_of(request: Request) -> str:
    """Return the header that the guard has checked."""
    return request.headers["authorization"]
