"""A replaced indicator holds from its day on: evidence keeps its answer, and nothing is taken too early."""

from datetime import timedelta
from typing import Any

import pytest

from services.warning.usecases.publish_indicators import Published, default_indicators, publish_indicators
from shared.auth.permissions import Role
from shared.kernel.errors import DomainError
from tests.support.district import USCC, District

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def _look_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.warning.usecases.indicator_registry.FRESH_SECONDS", 0.0)


def wage_arrears(**changes: Any) -> dict[str, Any]:
    entries = default_indicators()["indicators"]
    return {**next(entry for entry in entries if entry["id"] == "wage_arrears"), **changes}


async def register(district: District, effective_from: str, **changes: Any) -> Published:
    document = {"effective_from": effective_from, "indicators": [wage_arrears(**changes)]}
    async with district.system.db("warning").write() as tx:
        return await publish_indicators(tx, document)


async def a_red(district: District) -> str:
    """Raise a red by two signals of one month, and return the assessment that did it."""
    await district.send(occurred_on="2026-11-02", months=1, workers=25)
    await district.send(occurred_on="2026-11-03", months=3, workers=5)
    detail = await district.detail((await district.warnings())[0]["id"])
    assert detail["level"] == "red"
    told: str = detail["evidence"]["assessment_id"]
    return told


async def rechecked(district: District, assessment_id: str) -> dict[str, Any]:
    answer = await district.officer.post(f"/assessments/{assessment_id}/recheck")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize("member", ["effective_from", "validity_day"])
async def test_a_member_that_nobody_reads_is_refused(district: District, member: str) -> None:
    document = {"effective_from": "2026-11-19", "indicators": [wage_arrears() | {member: "2027-01-01"}]}
    with pytest.raises(DomainError) as refused:
        async with district.system.db("warning").write() as tx:
            await publish_indicators(tx, document)
    assert [one.field for one in refused.value.fields] == [f"indicators[0].{member}"]


@pytest.mark.parametrize("change", [{"validity_days": 1}, {"combine": "sum"}, {"protective": True}])
async def test_evidence_keeps_its_answer_when_its_indicator_is_replaced(
    district: District, change: dict[str, Any]
) -> None:
    assessment_id = await a_red(district)
    stored = await rechecked(district, assessment_id)
    district.system.clock.advance(timedelta(days=1))
    assert (await register(district, "2026-11-18", **change)).replaced == ("wage_arrears",)
    assert await rechecked(district, assessment_id) == stored
    assert stored["same"] is True


async def test_a_replacement_holds_from_its_day_and_the_former_version_until_then(district: District) -> None:
    await register(district, "2026-11-20", validity_days=10)
    await a_red(district)
    risk = await district.officer.get(f"/enterprises/{USCC}")
    assert risk.json()["risk_level"] == "red"
    district.system.clock.advance(timedelta(days=2))
    await district.system.settle()
    risk = await district.officer.get(f"/enterprises/{USCC}")
    assert risk.json()["risk_level"] == "none"


async def test_an_indicator_takes_no_signal_before_its_day(district: District) -> None:
    assert (await register(district, "2026-12-01", id="complaint_2")).added == ("complaint_2",)
    await register(district, "2026-12-01", id="complaint")
    assert (await district.send(period="2026-10", indicator="complaint"))["status"] == "accepted"
    both = frozenset({"complaint", "complaint_2"})
    token = district.system.token(Role.DEPARTMENT, source="hrss", indicators=both)
    district.department.headers["Authorization"] = f"Bearer {token}"
    refused = await district.send(period="2026-10", indicator="complaint_2", months=1)
    assert refused["problem"]["code"] == "indicator_not_yet_in_force"
    assert "2026-12-01" in refused["problem"]["title"]
    district.system.clock.advance(timedelta(days=13))
    assert (await district.send(period="2026-10", indicator="complaint_2", months=1))["status"] == "accepted"


async def test_what_holds_from_a_later_day_stays_and_what_has_not_begun_can_be_brought_forward(
    district: District,
) -> None:
    assert (await register(district, "2026-11-01", validity_days=30)).replaced == ("wage_arrears",)
    assert (await register(district, "2026-10-01", validity_days=40)).kept == ("wage_arrears",)
    assert (await register(district, "2026-11-18", validity_days=30)).kept == ("wage_arrears",)
    assert (await register(district, "2030-01-01", id="new_one")).added == ("new_one",)
    assert (await register(district, "2026-11-18", id="new_one")).replaced == ("new_one",)
    listed = (await district.officer.get("/indicators")).json()["items"]
    days = {one["id"]: one["effective_from"] for one in listed}
    assert (days["wage_arrears"], days["new_one"]) == ("2026-11-01", "2026-11-18")
    assert [one["id"] for one in listed][0 :: len(listed) - 1] == ["wage_arrears", "new_one"]
