"""Turns what went wrong into a line that a person can act on; a traceback is for what nobody foresaw."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import typer
from sqlalchemy.exc import DBAPIError

from shared.kernel.errors import DomainError


@contextmanager
def explained() -> Iterator[None]:
    """End the command with status 1 and one line on standard error where a refusal or the machine stops it."""
    try:
        yield
    except DomainError as error:
        raise _end(_sentence(error)) from error
    except (ConnectionError, TimeoutError, asyncpg.PostgresConnectionError) as error:
        raise _end(_unreachable(error)) from error
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise _end(_unreachable(error)) from error
    except DBAPIError as error:
        if not error.connection_invalidated and not isinstance(error.orig, OSError):
            raise
        raise _end(_unreachable(error)) from error
    except OSError as error:
        where = f"{error.filename}：" if error.filename else ""
        raise _end(
            f"{where}{error.strerror or error}。/ {error.strerror or error}: {error.filename or ''}"
        ) from error


def _sentence(error: DomainError) -> str:
    fields = " ".join(f"{one.field}：{one.message_zh} / {one.message_en}" for one in error.fields)
    return fields or f"{error.message_zh} / {error.message_en}"


def _unreachable(error: BaseException) -> str:
    told = " ".join(str(error).split())[:200] or type(error).__name__
    return (
        f"无法连接数据库：请检查 DATABASE_URL 及数据库是否在运行（{told}）。"
        " / The database cannot be reached: check DATABASE_URL and whether the server runs."
    )


def _end(sentence: str) -> typer.Exit:
    typer.echo(" ".join(sentence.split()), err=True)
    return typer.Exit(1)
