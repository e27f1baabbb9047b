"""Made-up enterprises with codes that stand the check, and files of them."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from stdnum.cn import uscc


def a_uscc(number: int, *, kind: str = "91") -> str:
    """Return a sound code; the same number gives the same code."""
    body = f"{kind}310112MA{number:07d}"
    code: str = body + uscc.calc_check_digit(body)
    return code


def a_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """Write a CSV in UTF-8 and return its path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path
