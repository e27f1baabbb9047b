"""What an outcome has judged is no reason any more: what is told afterwards reopens, as far as it goes itself."""

from datetime import timedelta
from typing import Any

import pytest

from shared.auth.permissions import Role
from tests.support.district import USCC, District, act

pytestmark = pytest.mark.asyncio

GRAVE = {"source_ref": "R-1", "period": "2026-10", "months": 3, "workers": 5}
SLIGHT = {"period": "2026-10", "months": 0, "workers": 1}


async def by_street(district: District, **fields: Any) -> None:
    """Let another department tell of the enterprise."""
    told = frozenset({"wage_arrears", "complaint"})
    token = district.system.token(Role.DEPARTMENT, source="street", indicators=told)
    signal = {"source": "street", "uscc": USCC, "indicator": "wage_arrears"} | fields
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await district.system.client("warning", token).post("/signals", json=signal, headers=headers)
    assert answer.json()["results"][0]["status"] == "accepted", answer.text
    await district.system.settle()


async def judge(district: District, warning_id: str, outcome: str, last: str = "close") -> None:
    """Let the coordinator accept, visit and report, and an officer close."""
    mine = district.coordinator(district.first)
    reason = "false_alarm" if outcome == "false_alarm" else "true_resolved"
    steps: dict[str, tuple[Any, dict[str, str]]] = {
        "accept": (mine, {}),
        "visit": (mine, {"findings": "已到场核实"}),
        "outcome": (mine, {"outcome": outcome, "evidence": "凭证已核"}),
        "close": (district.officer, {"reason_code": reason, "evidence": "凭证已核"}),
    }
    for name, (who, told) in steps.items():
        assert (await act(who, warning_id, name, **told)).status_code == 201
        if name == last:
            break
    await district.system.settle()
    district.system.clock.advance(timedelta(hours=1))


async def judged_red(district: District, outcome: str = "false_alarm", last: str = "close") -> str:
    await district.send(**GRAVE)
    warning_id = str((await district.warnings())[0]["id"])
    assert (await district.detail(warning_id))["level"] == "red"
    await judge(district, warning_id, outcome, last)
    return warning_id


async def standing(district: District, warning_id: str) -> tuple[str, str]:
    detail = await district.detail(warning_id)
    return detail["state"], detail["level"]


async def next_night(district: District) -> None:
    """Let everybody be assessed again, as every night."""
    district.system.clock.advance(timedelta(days=1))
    await district.system.settle()


@pytest.mark.parametrize("outcome", ["false_alarm", "resolved"])
@pytest.mark.parametrize("last", ["outcome", "close"])
@pytest.mark.parametrize("teller", ["another", "the same"])
async def test_a_slight_report_brings_nothing_back(
    district: District, outcome: str, last: str, teller: str
) -> None:
    warning_id = await judged_red(district, outcome, last)
    before = await standing(district, warning_id)
    if teller == "another":
        await by_street(district, **SLIGHT)
    else:
        await district.send(period="2026-10", months=1, workers=1)
    assert await standing(district, warning_id) == before
    await next_night(district)
    assert await standing(district, warning_id) == before


@pytest.mark.parametrize("last", ["outcome", "close"])
async def test_what_another_tells_brings_it_back_at_the_level_of_what_is_told(
    district: District, last: str
) -> None:
    warning_id = await judged_red(district, last=last)
    await by_street(district, period="2026-10", months=1, workers=1)
    state = "assigned" if last == "close" else "accepted"
    for _ in range(2):
        detail = await district.detail(warning_id)
        assert (detail["state"], detail["level"], detail["double_red"]) == (state, "orange", False)
        assert detail["escalated_to"] is None
        await next_night(district)
    detail = await district.detail(warning_id)
    reasons = [one["text"] for one in detail["reasons"]]
    assert reasons[0] == "拖欠工资 1 个月（预警线 1 个月）"
    assert "此前已核处：拖欠工资 3 个月（预警线 2 个月）" in reasons


@pytest.mark.parametrize("outcome", ["resolved", "false_alarm"])
async def test_as_grave_a_report_of_another_is_as_grave(district: District, outcome: str) -> None:
    warning_id = await judged_red(district, outcome)
    await by_street(district, period="2026-10", months=2, workers=1)
    detail = await district.detail(warning_id)
    assert (detail["state"], detail["level"], detail["double_red"]) == ("assigned", "red", True)
    recheck = await district.officer.post(f"/assessments/{detail['evidence']['assessment_id']}/recheck")
    assert recheck.json()["same"], recheck.text


async def test_a_month_more_is_news_though_the_report_alone_proves_none(district: District) -> None:
    warning_id = await judged_red(district)
    district.system.clock.advance(timedelta(days=1))
    await district.send(period="2026-11", workers=5)
    assert await standing(district, warning_id) == ("assigned", "red")


@pytest.mark.parametrize(("workers", "expected"), [(5, []), (12, ["orange"]), (30, ["red"])])
async def test_a_repeated_report_says_what_in_it_is_worse(
    district: District, workers: int, expected: list[str]
) -> None:
    await judged_red(district)
    await district.send(period="2026-10", months=3, workers=workers)
    assert [one["level"] for one in await district.warnings() if one["state"] != "closed"] == expected


async def test_one_complaint_more_makes_it_one_more(district: District) -> None:
    for day in ("2026-11-10", "2026-11-11", "2026-11-12"):
        await district.send(indicator="complaint", occurred_on=day)
    warning_id = str((await district.warnings())[0]["id"])
    await judge(district, warning_id, "false_alarm")
    await next_night(district)
    assert (await district.detail(warning_id))["state"] == "closed"
    await district.send(indicator="complaint", occurred_on="2026-11-15")
    for _ in range(2):
        assert await standing(district, warning_id) == ("assigned", "red")
        reasons = (await district.detail(warning_id))["reasons"]
        assert reasons[0]["text"].startswith("三十日内投诉举报 4 件")
        await next_night(district)


async def test_what_was_judged_twice_stays_judged_when_the_second_outcome_is_wanting(
    district: District,
) -> None:
    warning_id = await judged_red(district)
    await by_street(district, period="2026-10", months=1, workers=1)
    await judge(district, warning_id, "resolved", "outcome")
    assert (await act(district.officer, warning_id, "return", reason="材料不全")).status_code == 201
    await district.system.settle()
    assert await standing(district, warning_id) == ("visited", "orange")
