"""What routes ask for: a read, or a write that commits before the answer leaves."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from shared.db.tx import Database, ReadTx, WriteTx


async def open_read(request: Request) -> AsyncIterator[ReadTx]:
    """Open a read for one request."""
    database: Database = request.app.state.db
    async with database.read() as tx:
        yield tx


async def open_write(request: Request) -> AsyncIterator[WriteTx]:
    """Open the request's transaction."""
    database: Database = request.app.state.db
    async with database.write() as tx:
        yield tx


# FastAPI runs the exit code of a dependency after the response was sent, unless its scope is the function:
# a client could otherwise read its own 201 and then get a 404.
Reading = Annotated[ReadTx, Depends(open_read, scope="function")]
Writing = Annotated[WriteTx, Depends(open_write, scope="function")]
