"""What routes ask for: a read, a write that commits before the answer leaves, a page of a list."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Query, Request

from shared.db.tx import Database, ReadTx, WriteTx
from shared.kernel.paging import DEFAULT_LIMIT, MAX_LIMIT, Page, page_of


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


async def read_page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Page:
    """Return the page that the query asks for."""
    return page_of(limit, cursor)


Paging = Annotated[Page, Depends(read_page)]
