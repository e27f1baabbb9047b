"""Turns what went wrong into a line that a person can act on; a traceback is for what nobody foresaw."""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOENT
from socket import gaierror

import asyncpg
import typer
from sqlalchemy.exc import DBAPIError

from shared.bus.port import BusUnavailable
from shared.db.engine import is_unreachable
from shared.kernel.errors import DomainError

_UNREACHABLE = (
    ConnectionError,
    TimeoutError,
    gaierror,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)


@contextmanager
def explained() -> Iterator[None]:
    """End the command with status 1 and one line on standard error where a refusal or the machine stops it."""
    try:
        yield
    except Exception as error:
        told = _explanation(error)
        if told is None:
            raise
        raise _end(told) from error


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the single errors of a task group, a refusal before all others; of one that is alone, itself."""
    if not isinstance(error, BaseExceptionGroup):
        yield error
        return
    found = [cause for one in error.exceptions for cause in causes(one)]
    yield from sorted(found, key=lambda cause: not isinstance(cause, DomainError))


def _explanation(error: Exception) -> str | None:
    return next((told for cause in causes(error) if (told := _told(cause)) is not None), None)


def _told(error: BaseException) -> str | None:
    if isinstance(error, DomainError):
        return _sentence(error)
    if isinstance(error, BusUnavailable):
        return (
            f"Kafka 无法使用：请检查 KAFKA_BOOTSTRAP_SERVERS 及其登录设置（{error}）。"
            f" / Kafka cannot be used: check KAFKA_BOOTSTRAP_SERVERS and how to log in there."
        )
    if isinstance(error, _UNREACHABLE):
        return _unreachable(error)
    if isinstance(error, DBAPIError):
        # SQLAlchemy hands on what the driver met when it connected.
        lost = is_unreachable(error) or isinstance(error.orig and error.orig.__cause__, _UNREACHABLE)
        return _unreachable(error.orig or error) if lost else None
    if isinstance(error, OSError):
        # A socket that is not there comes without a name; a file always has one.
        no_socket = error.errno == ENOENT and error.filename is None
        return _unreachable(error) if no_socket else _unusable(error)
    return None


def _sentence(error: DomainError) -> str:
    fields = " ".join(f"{one.field}：{one.message_zh} / {one.message_en}" for one in error.fields)
    return fields or f"{error.message_zh} / {error.message_en}"


def _unusable(error: OSError) -> str:
    told = error.strerror or str(error)
    where = f" {error.filename}" if error.filename else ""
    return f"无法读写{where}：{told}。 / Cannot read or write{where}: {told}."


def _unreachable(error: BaseException) -> str:
    told = " ".join(str(error).split())[:200] or type(error).__name__
    return (
        f"无法连接数据库：请检查 DATABASE_URL 及数据库是否在运行（{told}）。"
        " / The database cannot be reached: check DATABASE_URL and whether the server runs."
    )


def _end(sentence: str) -> typer.Exit:
    typer.echo(" ".join(sentence.split()), err=True)
    return typer.Exit(1)
