"""A district's past is loaded whole, with the instants of then, and nothing of it is assessed or warned of."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.warning.schemas.csv_files import FileUnusable
from services.warning.schemas.history_files import read_history, rows_in
from services.warning.usecases.indicator_registry import IndicatorRegistry
from services.warning.usecases.load_history import load_history
from tests.support.district import District
from tests.support.enterprises import a_table, a_uscc

pytestmark = pytest.mark.asyncio

FIRST, SECOND = a_uscc(1), a_uscc(2)


def a_line(ref: str, uscc: str = FIRST, **changes: Any) -> str:
    signal = {
        "source": "hrss",
        "source_ref": ref,
        "uscc": uscc,
        "indicator": "wage_arrears",
        "period": "2026-03",
        "months": 3,
        "workers": 41,
        "received_at": "2026-04-02T09:30:00+08:00",
    }
    return json.dumps(signal | changes) + "\n"


@pytest.fixture
def past(tmp_path: Path) -> Path:
    folder = tmp_path / "history"
    folder.mkdir()
    a_table(
        folder / "enterprises.csv",
        ("uscc", "name", "workplace_division", "headcount", "sole_trader"),
        [
            (FIRST, "上海甲有限公司", "310112101", "60", "false"),
            (SECOND, "上海乙有限公司", "310112102", "9", "false"),
            ("无", "上海丙有限公司", "310112102", "9", "false"),
        ],
    )
    lines = [
        a_line("A-1"),
        a_line("A-1"),
        a_line("T-1", source="tax", indicator="tax_arrears", workers=None),
        a_line("A-2", months=0, workers=0, corrects="A-1", received_at="2026-04-20T10:00:00+08:00"),
        a_line("A-3", a_uscc(3)),
        a_line("A-4", months=-1),
        a_line("A-5", received_at="yesterday"),
        a_line("A-6").replace("{", '{"months": 1, ', 1),
    ]
    (folder / "signals.ndjson").write_text("".join(lines), encoding="utf-8")
    a_table(
        folder / "outcomes.csv",
        ("uscc", "kind", "occurred_on", "recorded_at"),
        [
            (FIRST, "dispute", "2026-05-01", "2026-05-04T09:00:00+08:00"),
            (FIRST, "dispute", "2026-05-01", "2026-05-04T09:00:00+08:00"),
            (a_uscc(9), "dispute", "2026-05-01", "2026-05-04T09:00:00+08:00"),
            (FIRST, "dispute", "2026-05-32", "2026-05-04T09:00:00+08:00"),
        ],
    )
    a_table(
        folder / "warnings.csv",
        ("uscc", "level", "raised_at", "closed_at", "reason_code"),
        [
            (FIRST, "red", "2026-04-02T10:00:00+08:00", "2026-05-20T10:00:00+08:00", "true_incident"),
            (SECOND, "purple", "2026-04-02T10:00:00+08:00", "2026-05-20T10:00:00+08:00", "true_incident"),
        ],
    )
    return folder


async def load(
    district: District, folder: Path, steps: list[tuple[str, int]] | None = None
) -> dict[str, Any]:
    async with district.system.db("warning").write() as tx:
        indicators = await IndicatorRegistry().current(tx)
        told = (
            (lambda part, done: steps.append((part, done)))
            if steps is not None
            else (lambda _part, _done: None)
        )
        loaded = await load_history(tx, read_history(folder), indicators, told)
    return {part: {name: n for name, n in counts.items() if n} for part, counts in loaded.parts.items()}


async def test_every_part_is_loaded_and_counted(district: District, past: Path) -> None:
    assert await load(district, past) == {
        "enterprises": {"created": 2, "refused": 1},
        "signals": {"accepted": 3, "duplicate": 1, "held": 1, "refused": 3},
        "outcomes": {"stored": 1, "duplicate": 1, "refused": 2},
        "warnings": {"stored": 1, "refused": 1},
    }


async def test_loading_it_again_changes_nothing(district: District, past: Path) -> None:
    await load(district, past)
    assert await load(district, past) == {
        "enterprises": {"unchanged": 2, "refused": 1},
        "signals": {"duplicate": 5, "refused": 3},
        "outcomes": {"duplicate": 2, "refused": 2},
        "warnings": {"duplicate": 1, "refused": 1},
    }


async def test_nothing_of_the_past_is_assessed_or_open(district: District, past: Path) -> None:
    await load(district, past)
    async with district.system.db("warning").read() as tx:
        assert await tx.value(text("SELECT count(*) FROM warning.assessment_queue")) == 0
    await district.system.settle()
    assert {one["state"] for one in await district.warnings()} <= {"closed"}


async def test_signals_keep_the_instant_of_then_and_the_time_line_shows_all(
    district: District, past: Path
) -> None:
    await load(district, past)
    shown = (await district.officer.get(f"/enterprises/{FIRST}")).json()["timeline"]
    assert [(entry["kind"], entry["at"][:16]) for entry in shown] == [
        ("warning", "2026-05-20T10:00"),
        ("signal", "2026-04-20T10:00"),
        ("warning", "2026-04-02T10:00"),
        ("signal", "2026-04-02T09:30"),
        ("signal", "2026-04-02T09:30"),
    ]


async def test_progress_is_told_part_by_part(district: District, past: Path) -> None:
    steps: list[tuple[str, int]] = []
    await load(district, past, steps)
    assert steps == [("enterprises", 3), ("signals", 8), ("outcomes", 4), ("warnings", 2)]
    assert rows_in(past) == {"enterprises": 4, "signals": 8, "outcomes": 5, "warnings": 3}


@pytest.mark.parametrize("name", ["enterprises.csv", "signals.ndjson", "outcomes.csv", "warnings.csv"])
async def test_a_missing_file_is_named_before_anything_is_loaded(past: Path, name: str) -> None:
    (past / name).unlink()
    with pytest.raises(FileUnusable, match=name):
        read_history(past)
