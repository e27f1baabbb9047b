"""Whoever has a warning sees what its enterprise's signals say now, and hears when they say worse."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.district import District, act

pytestmark = pytest.mark.asyncio


async def the_warning(district: District) -> Any:
    (found,) = await district.warnings()
    return await district.detail(found["id"])


async def told(district: District) -> list[Any]:
    """Return what the events of further evidence tell."""
    kind = "warning.warning.evidence_added.v1"
    async with district.system.db("warning").read() as tx:
        found = text(
            "SELECT body::jsonb -> 'data' AS data FROM warning.outbox WHERE type = :kind ORDER BY seq"
        )
        return [row.data for row in await tx.rows(found, {"kind": kind})]


async def test_figures_that_grew_are_shown_and_told(district: District) -> None:
    await district.send(source_ref="R-1", period="2026-09", months=3, workers=35)
    before = await the_warning(district)
    await district.send(source_ref="R-2", period="2026-10", months=9, workers=99, amount_cny="9000000.00")
    after = await the_warning(district)
    assert after["level"] == before["level"] == "red"
    assert any("9" in one["text"] for one in after["reasons"])
    assert after["reasons"] != before["reasons"]
    assert {*before["evidence"]["signal_ids"]} < {*after["evidence"]["signal_ids"]}
    assert (after["history"][-1]["action"], after["version"] > before["version"]) == ("add_evidence", True)
    assert [(one["assignee_id"], one["rule_ids"]) for one in await told(district)] == [
        (str(district.first), after["history"][-1]["note"].split(", "))
    ]


async def test_signals_that_tell_nothing_worse_are_shown_and_not_told(district: District) -> None:
    await district.send(source_ref="R-1", period="2026-10", months=3, workers=35)
    before = await the_warning(district)
    await district.send(source_ref="R-2", period="2026-10", months=3, workers=35)
    after = await the_warning(district)
    assert len(after["evidence"]["signal_ids"]) == 2
    assert after["history"] == before["history"]
    assert await told(district) == []


async def test_what_was_paid_since_is_shown_before_what_the_warning_rests_on(district: District) -> None:
    await district.send(period="2026-10", months=3, workers=41)
    before = await the_warning(district)
    await district.send(period="2026-11", months=0, workers=0, amount_cny="0")
    after = await the_warning(district)
    first, *rest = after["reasons"]
    assert (first["source"], rest) == ("later", before["reasons"])
    assert after["evidence"] == before["evidence"]


async def test_the_evidence_of_an_outcome_stays(district: District) -> None:
    await district.send(source_ref="R-1", period="2026-10", months=3, workers=35)
    before = await the_warning(district)
    mine = district.coordinator(district.first)
    for step, fields in (
        ("accept", {}),
        ("visit", {"findings": "已到场"}),
        ("outcome", {"outcome": "resolved", "evidence": "凭证已核"}),
    ):
        assert (await act(mine, before["id"], step, **fields)).status_code == 201
    district.system.clock.advance(timedelta(hours=1))
    await district.send(source_ref="R-2", period="2026-10", months=3, workers=35)
    assert (await the_warning(district))["evidence"] == before["evidence"]
