"""Writes the labels of closed warnings as rows, for whoever trains or judges a model."""

from typing import Any, Protocol

from services.warning.repository import labels
from shared.db.tx import ReadTx
from shared.kernel.clock import SHANGHAI

HEADER = (
    "uscc",
    "warning_id",
    "raised_at",
    "closed_at",
    "peak_level",
    "reason_code",
    "risk_was_real",
    "as_of",
    "rule_ids",
    "score",
    "signals",
    "pack_version",
    "model_version",
)
_TRUTH = {True: "true", False: "false", None: ""}


class Rows(Protocol):
    """A writer of rows, such as csv.writer returns."""

    def writerow(self, row: Any, /) -> Any: ...


async def export_labels(tx: ReadTx, rows: Rows) -> int:
    """Write a header and all labels, oldest first; return how many there were. Times are Shanghai's."""
    rows.writerow(HEADER)
    written = 0
    async for page in labels.read_all(tx):
        for row in page:
            shown = dict(row._mapping) | {
                "raised_at": row.raised_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
                "closed_at": row.closed_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
                "risk_was_real": _TRUTH[row.risk_was_real],
                "rule_ids": " ".join(row.rule_ids),
            }
            rows.writerow([shown[name] for name in HEADER])
        written += len(page)
    return written
