"""Makes engines; nothing connects at import time."""

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def async_url(url: str) -> str:
    """Return `url` for asyncpg, whichever PostgreSQL spelling it came in."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def make_engine(
    url: str, *, application: str, pool_size: int = 8, statement_timeout_ms: int = 60_000
) -> AsyncEngine:
    """Return an engine for `url`; `application` is how the connections show in pg_stat_activity."""
    return create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        connect_args={
            "server_settings": {
                "application_name": application,
                "statement_timeout": str(statement_timeout_ms),
                "idle_in_transaction_session_timeout": "60000",
                "timezone": "UTC",
                "jit": "off",
            },
            "timeout": 5,
        },
    )
