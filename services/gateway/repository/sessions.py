"""Sessions and their refresh tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from services.gateway.domain.sessions import RefreshToken, Session
from services.gateway.repository.tables import accounts, refresh_tokens, sessions
from shared.db.tx import WriteTx


async def open_session(tx: WriteTx, session: Session) -> None:
    """Store a new session."""
    row = {
        "id": session.id,
        "account_id": session.account_id,
        "created_at": tx.now,
        "last_used_at": tx.now,
        "expires_at": session.expires_at,
    }
    await tx.execute(insert(sessions).values(row))


async def add_refresh_token(tx: WriteTx, sha256: str, session_id: UUID, expires_at: datetime) -> None:
    """Store the next link of a session's chain."""
    row = {"sha256": sha256, "session_id": session_id, "issued_at": tx.now, "expires_at": expires_at}
    await tx.execute(insert(refresh_tokens).values(row))


async def refresh_token_for_use(tx: WriteTx, sha256: str) -> RefreshToken | None:
    """Return the token with this digest and its session, both locked until the transaction ends."""
    row = await tx.row(
        select(refresh_tokens.c.expires_at, refresh_tokens.c.used_at, accounts.c.enabled)
        .add_columns(
            sessions.c.id,
            sessions.c.account_id,
            sessions.c.expires_at.label("session_until"),
            sessions.c.ended_at,
        )
        .join(sessions, sessions.c.id == refresh_tokens.c.session_id)
        .join(accounts, accounts.c.id == sessions.c.account_id)
        .where(refresh_tokens.c.sha256 == sha256)
        .with_for_update(of=[refresh_tokens, sessions])
    )
    if row is None:
        return None
    session = Session(row.id, row.account_id, row.session_until, row.ended_at)
    return RefreshToken(session, row.enabled, row.expires_at, row.used_at)


async def mark_used(tx: WriteTx, sha256: str, session_id: UUID) -> None:
    """Spend a refresh token."""
    await tx.execute(update(refresh_tokens).where(refresh_tokens.c.sha256 == sha256).values(used_at=tx.now))
    await tx.execute(update(sessions).where(sessions.c.id == session_id).values(last_used_at=tx.now))


async def end(tx: WriteTx, session_id: UUID) -> bool:
    """End a session; False when it had ended before or never was."""
    open_one = (sessions.c.id == session_id) & sessions.c.ended_at.is_(None)
    return await tx.execute(update(sessions).where(open_one).values(ended_at=tx.now)) > 0


async def end_all_of(tx: WriteTx, account_id: UUID) -> int:
    """End every session of an account; return how many."""
    open_ones = (sessions.c.account_id == account_id) & sessions.c.ended_at.is_(None)
    return await tx.execute(update(sessions).where(open_ones).values(ended_at=tx.now))


async def purge(tx: WriteTx, before: datetime, limit: int) -> int:
    """Remove sessions, with their tokens, that ran out before an instant; at most `limit`."""
    oldest = (
        select(sessions.c.id)
        .where(sessions.c.expires_at < before)
        .order_by(sessions.c.expires_at)
        .limit(limit)
    )
    return await tx.execute(delete(sessions).where(sessions.c.id.in_(oldest)))
