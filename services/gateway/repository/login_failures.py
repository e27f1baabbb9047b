"""Failed logins in a row."""

from datetime import datetime

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from services.gateway.domain.throttle import Failures
from services.gateway.repository.tables import login_failures
from shared.db.tx import ReadTx, WriteTx


async def of(tx: ReadTx, account_key: str, address: str) -> Failures | None:
    """Return the failures of an account from an address."""
    row = await tx.row(
        select(login_failures).where(
            login_failures.c.account_key == account_key, login_failures.c.address == address
        )
    )
    return Failures(row.failures, row.last_failed_at, row.next_allowed_at) if row is not None else None


async def keep(tx: WriteTx, account_key: str, address: str, failures: Failures) -> None:
    """Store the failures as they now stand."""
    standing = {
        "failures": failures.count,
        "last_failed_at": failures.last_at,
        "next_allowed_at": failures.next_allowed_at,
    }
    statement = insert(login_failures).values(account_key=account_key, address=address, **standing)
    await tx.execute(
        statement.on_conflict_do_update(index_elements=["account_key", "address"], set_=standing)
    )


async def forget(tx: WriteTx, account_key: str, address: str) -> None:
    """Begin anew after a success."""
    await tx.execute(
        delete(login_failures).where(
            login_failures.c.account_key == account_key, login_failures.c.address == address
        )
    )


async def purge(tx: WriteTx, before: datetime, limit: int) -> int:
    """Remove failures older than an instant; at most `limit`."""
    pair = tuple_(login_failures.c.account_key, login_failures.c.address)
    old = (
        select(login_failures.c.account_key, login_failures.c.address)
        .where(login_failures.c.last_failed_at < before)
        .order_by(login_failures.c.last_failed_at)
        .limit(limit)
    )
    return await tx.execute(delete(login_failures).where(pair.in_(old)))
