"""The live history in the form that models learn from: nothing twice, nothing earlier than it was known."""

import asyncio
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.warning.ml.days import day_of
from services.warning.ml.histories.files import read_history
from services.warning.ml.on_demand import history_to_parquet
from services.warning.usecases.export_history import HistoryFormUnknown, export_history
from tests.support.district import TOWN, USCC, District, act

pytestmark = pytest.mark.asyncio

TODAY = date(2026, 11, 18)


async def exported(district: District, path: Path) -> list[tuple[Any, ...]]:
    """Return the events of the file that is written."""
    async with district.system.db("warning").read() as tx:
        written = await export_history(tx, path, history_to_parquet)
    history = read_history(path)
    assert len(history) == written
    assert (history.ids, history.divisions, history.ignored) == ((USCC,), (TOWN,), ())
    return [
        (history.kinds[kind], day_of(int(occurred)), day_of(int(known)), amount, workers)
        for kind, occurred, known, amount, workers in zip(
            history.kind, history.occurred_on, history.known_on, history.amount, history.workers, strict=True
        )
    ]


@pytest.mark.parametrize("form", ["csv", "csv.gz", "parquet"])
async def test_what_counts_is_written_once_from_when_it_was_known(
    district: District, tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"history.{form}"
    path.write_bytes(b"what was there before")
    await district.send(source_ref="R-1", period="2026-10", months=3, workers=41, amount_cny="812345.60")
    await district.send(source_ref="R-2", period="2026-09", months=0, workers=0, amount_cny="0")
    district.system.clock.advance(timedelta(days=1))
    told = {"period": "2026-10", "months": 3, "workers": 14, "amount_cny": "12345.60"}
    await district.send(source_ref="R-3", corrects="R-1", **told)
    (warning,) = await district.warnings()
    mine = district.coordinator(district.first)
    for who, step, fields in (
        (mine, "accept", {}),
        (mine, "visit", {"findings": "已到场"}),
        (mine, "outcome", {"outcome": "resolved", "evidence": "凭证已核"}),
        (district.officer, "close", {"reason_code": "true_resolved", "evidence": "工资已发放"}),
    ):
        assert (await act(who, warning["id"], step, **fields)).status_code == 201
    *signals, closed = await exported(district, path)
    tomorrow = TODAY + timedelta(days=1)
    assert signals == [("wage_arrears", date(2026, 10, 31), tomorrow, 12345.60, 14)]
    assert closed[:3] == ("true_resolved", tomorrow, tomorrow)
    assert await asyncio.to_thread(lambda: [*path.parent.glob(".history-*")]) == []


async def test_a_form_that_no_history_has_is_refused(district: District, tmp_path: Path) -> None:
    async with district.system.db("warning").read() as tx:
        with pytest.raises(HistoryFormUnknown):
            await export_history(tx, tmp_path / "history.xlsx", history_to_parquet)
