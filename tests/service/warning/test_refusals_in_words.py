"""A refused request says in Chinese what to do, whatever it got wrong."""

from typing import Any

import pytest

from tests.support.district import District, act

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"level": "watch"}, "须为以下之一：orange、red。"),
        ({"state": "open"}, "须为以下之一：raised、assigned、"),
        ({"division": "3101"}, "须为区划代码：区 6 位、街镇 9 位或村居 12 位数字"),
        ({"limit": "0"}, "不得小于 1。"),
        ({"limit": "201"}, "不得大于 200。"),
        ({"limit": "many"}, "须为整数。"),
    ],
)
async def test_a_filter_that_does_not_fit(district: District, query: dict[str, str], told: str) -> None:
    answer = await district.officer.get("/warnings", params=query)
    assert answer.status_code == 422
    assert [error["message"].startswith(told) for error in answer.json()["errors"]] == [True], answer.text


@pytest.mark.parametrize(
    ("step", "fields", "told"),
    [
        ("reject", {"reason": "忙"}, "至少须有 2 个字符。"),
        ("visit", {"findings": ""}, "至少须有 2 个字符。"),
        ("visit", {"findings": "已到场", "visited_at": "昨天"}, "须为带时区的时间"),
        ("visit", {"findings": "已到场", "visited_at": "2026-11-18T09:00:00"}, "缺少时区"),
        ("outcome", {"outcome": "done", "evidence": "凭证"}, "须为以下之一："),
    ],
)
async def test_a_step_that_does_not_fit(
    district: District, step: str, fields: dict[str, Any], told: str
) -> None:
    await district.send(period="2026-10", months=1, workers=5)
    warning_id = (await district.warnings())[0]["id"]
    answer = await act(district.coordinator(district.first), warning_id, step, **fields)
    assert answer.status_code == 422
    assert [error["message"].startswith(told) for error in answer.json()["errors"]] == [True], answer.text


async def test_a_refusal_without_a_title_of_its_own_has_its_fields_sentence(district: District) -> None:
    await district.send(period="2026-10", months=1, workers=5)
    warning_id = (await district.warnings())[0]["id"]
    mine = district.coordinator(district.first)
    await act(mine, warning_id, "accept")
    early = await act(mine, warning_id, "visit", findings="已到场", visited_at="2020-01-01T09:00:00+08:00")
    assert early.json()["code"] == "warning.visit_time_impossible"
    nobody = await act(district.officer, warning_id, "assign", assignee_id=warning_id, reason="调岗")
    assert nobody.json()["code"] == "warning.assignee_unknown"
    for answer in (early.json(), nobody.json()):
        assert answer["title"] == answer["errors"][0]["message"]
        assert answer["title_en"] == answer["errors"][0]["message_en"]
