"""Makes engines; nothing connects at import time."""

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# The server is stopping, crashed, starting up, or full; or somebody held a lock for longer than a statement may wait
# (PostgreSQL appendix A). 08 is "connection exception".
_NOT_NOW = ("57P01", "57P02", "57P03", "53300", "57014", "55P03", "40P01")
_CONNECTION_CLASS = "08"
# A client that is cut off is dropped by the server after idle + count * interval seconds, and its advisory locks with
# it. Longer than a publish may take (KafkaSettings.publish_timeout_seconds): a relay that lost its lock in the middle
# of a publish has given it up before another one begins.
_KEEPALIVE = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    # While an answer is on its way there are no keepalives, only retransmissions, for a quarter of an hour.
    "tcp_user_timeout": "20000",
}
POOL_SIZE = 12
"""Of these a service's relay and each job that one process alone may run hold one for as long as they live."""


def async_url(url: str) -> str:
    """Return `url` for asyncpg, whichever PostgreSQL spelling it came in."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def make_engine(
    url: str, *, application: str, pool_size: int = POOL_SIZE, statement_timeout_ms: int = 60_000
) -> AsyncEngine:
    """Return an engine for `url`; `application` is how the connections show in pg_stat_activity."""
    return create_async_engine(
        async_url(url),
        pool_size=pool_size,
        # A connection beyond the pool would be made and closed again for a single query, which costs more than
        # any query; the newest goes out first, so that there are no more of them than the work needs.
        max_overflow=0,
        pool_use_lifo=True,
        pool_timeout=10,
        # An error's text goes to logs and dead letters: the statement belongs there, people's data does not.
        hide_parameters=True,
        connect_args={
            "server_settings": {
                "application_name": application,
                "statement_timeout": str(statement_timeout_ms),
                "idle_in_transaction_session_timeout": "60000",
                "timezone": "UTC",
                "jit": "off",
                **_KEEPALIVE,
            },
            "timeout": 5,
        },
    )


def is_unreachable(error: BaseException) -> bool:
    """Tell whether `error` says that the database cannot be worked with at the moment, and nothing else.

    asyncpg raises plain OSError when it cannot connect; a pool that gives no connection in time is full of
    work that does not come back.
    """
    if isinstance(error, OSError | PoolTimeout):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _is_lost(error.orig)
    return _is_lost(error)


def _is_lost(error: BaseException | None) -> bool:
    """Tell whether the driver's own error says so; on a closed connection it has no code, only words."""
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error)
    state = str(getattr(error, "sqlstate", None) or "")
    return state in _NOT_NOW or state.startswith(_CONNECTION_CLASS)
