"""Many rows of one table in one statement."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Table, any_, bindparam, literal, update

from shared.db.tx import WriteTx


def among(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Say that the column is one of these values.

    One parameter however many they are: SQLAlchemy's `in_` writes one for each, and so a statement of its own for
    every number of them, which the server and both statement caches would keep.
    """
    return column == any_(literal(list(values), ARRAY(column.type)))


async def update_rows(
    tx: WriteTx, table: Table, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write the columns `names` of the rows, each found by its `id`; the caller has locked them."""
    if not rows:
        return
    # A parameter may not be called as the column that it sets.
    values = {name: bindparam(f"b_{name}", type_=table.c[name].type) for name in names}
    statement = update(table).where(table.c.id == bindparam("b_id")).values(values)
    await tx.execute(statement, [{f"b_{name}": row[name] for name in ("id", *names)} for row in rows])
