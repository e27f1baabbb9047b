"""A client goes on with its refresh token; each token is good once."""

from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.domain.sessions import Lifetimes, Refresh, judge_refresh
from services.gateway.repository import accounts, audit, sessions
from services.gateway.usecases.opened_session import OpenedSession, digest, give_refresh_token
from shared.db.tx import WriteTx
from shared.kernel.errors import DomainError, Kind


class RefreshRefused(DomainError):
    """The refresh token is unknown, spent or too old, or its session is over."""

    kind = Kind.UNAUTHENTICATED
    code = "refresh_refused"
    message_zh = "登录已失效，请重新登录。"
    message_en = "The session is over: log in again."


async def refresh_session(
    tx: WriteTx, token: str, lifetimes: Lifetimes, address: str
) -> OpenedSession | None:
    """Return the session's next tokens; None when refused.

    It does not raise: that the session of a copied token ends must be committed.
    """
    sha256 = digest(token)
    presented = await sessions.refresh_token_for_use(tx, sha256)
    verdict = judge_refresh(presented, tx.now)
    account = await accounts.by_id(tx, presented.session.account_id) if presented is not None else None
    if presented is None or account is None or verdict is Refresh.REFUSE:
        return None
    if verdict is Refresh.END_SESSION:
        await sessions.end(tx, presented.session.id)
        reused = AuditEntry(
            Deed.REFRESH,
            "reused",
            account.username,
            account.id,
            account.role,
            str(presented.session.id),
            address,
        )
        await audit.append(tx, reused)
        return None
    await sessions.mark_used(tx, sha256, presented.session.id)
    return await give_refresh_token(tx, account, presented.session, lifetimes)
