"""Signals in files: our own table, one signal a row; `detail` holds JSON."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.warning.schemas.csv_files import Layout, layout_of, read_table
from services.warning.schemas.signals import SignalIn, SignalUnreadable, unreadable
from services.warning.usecases.store_signals import Told
from shared.kernel.errors import FieldProblem
from shared.web.json_bodies import REPEATED_KEY, repeated_key

OWN = Layout(
    "信号 / signals",
    frozenset({"uscc", "indicator"}),
    frozenset(
        {"source_ref", "period", "occurred_on", "amount_cny", "months", "workers", "detail", "corrects"}
    ),
)
_WHOLE = ("months", "workers")
_LONGEST_FIGURE = 9


def read_signals(path: Path, source: str) -> Iterator[tuple[int, str, Told]]:
    """Return row number, code as written, and the row's signal or why it is none. Raises FileUnusable at once."""
    layout_of(path, (OWN,))
    return _rows(path, source)


def _rows(path: Path, source: str) -> Iterator[tuple[int, str, Told]]:
    for row in read_table(path):
        if row.fault is not None:
            yield row.number, "", SignalUnreadable(fields=[row.fault])
        else:
            yield row.number, row.cells["uscc"].strip(), _signal(row.cells, source)


def _signal(cells: Mapping[str, str], source: str) -> Told:
    given: dict[str, Any] = {name: value.strip() for name, value in cells.items() if value.strip()}
    for name in _WHOLE:
        if name in given and given[name].isdecimal() and len(given[name]) <= _LONGEST_FIGURE:
            given[name] = int(given[name])
    try:
        if "detail" in given:
            twice = repeated_key(given["detail"])
            if twice is not None:
                return _unreadable(f"detail.{twice}", *REPEATED_KEY)
            given["detail"] = json.loads(given["detail"])
        return SignalIn.model_validate_json(json.dumps(given | {"source": source})).content()
    except ValidationError as error:
        return unreadable(error)
    except (ValueError, RecursionError):
        return _unreadable("detail", "json_invalid", "须为 JSON 对象。", "This must be a JSON object.")


def _unreadable(field: str, code: str, message_zh: str, message_en: str) -> SignalUnreadable:
    return SignalUnreadable(fields=[FieldProblem(field, code, message_zh, message_en)])
