"""A referred warning becomes a case, and goes its way to one of its three ends."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.kernel.ids import new_id
from tests.support.inspectorate import NO_VIOLATION, ORDER, VIOLATION, Inspectorate, act, done

pytestmark = pytest.mark.asyncio


async def test_a_referral_opens_one_case_though_its_event_comes_twice(inspectorate: Inspectorate) -> None:
    await inspectorate.refer()
    again = text("UPDATE warning.outbox SET published_at = NULL WHERE type = 'warning.warning.referred.v1'")
    async with inspectorate.system.db("warning").write() as tx:
        assert await tx.execute(again) == 1
    await inspectorate.system.settle()
    (case,) = await inspectorate.cases()
    assert (case["state"], case["division"], case["officer_ids"]) == ("received", "310112101", [])
    (opened,) = await inspectorate.told("inspection.case.opened.v1")
    assert opened["told"] == [{"role": "inspector", "division": "310112", "account_id": None}]


async def test_a_referral_that_was_emitted_twice_opens_one_case_and_a_later_one_another(
    inspectorate: Inspectorate,
) -> None:
    warning_id = await inspectorate.refer(version=7)
    await inspectorate.refer(warning_id, version=7)
    assert len(await inspectorate.cases()) == 1
    await inspectorate.refer(warning_id, version=12)
    assert {case["warning_id"] for case in await inspectorate.cases()} == {str(warning_id)}
    assert len(await inspectorate.cases()) == 2


async def test_many_referrals_at_once_open_a_case_each(inspectorate: Inspectorate) -> None:
    await asyncio.gather(*(inspectorate.refer(uscc=f"E{number}") for number in range(5)))
    assert len(await inspectorate.cases()) == 5


async def test_ordered_and_rectified(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_case()
    filed = await done(inspectorate.third, case_id, "assign", officer_ids=inspectorate.pair())
    assert (filed["state"], filed["due_at"][:10]) == ("filed", "2027-02-17")
    await done(inspectorate.first, case_id, "finding", **VIOLATION)
    ordered = await done(inspectorate.second, case_id, "order", **ORDER)
    assert (ordered["state"], ordered["due_at"]) == ("ordered", "2026-11-25T23:59:59+08:00")
    await done(inspectorate.first, case_id, "rectification", evidence="银行转账凭证41份")
    closed = await done(inspectorate.first, case_id, "close", outcome="rectified", reason="已全额支付")
    assert (closed["state"], closed["due_at"]) == ("closed", None)
    detail = await inspectorate.detail(case_id)
    steps = [step["action"] for step in detail["history"]]
    assert steps == ["receive", "file", "find", "order", "rectify", "close"]
    assert {clock["kind"]: clock["standing"] for clock in detail["clocks"]} == {
        "insp.accept": "met",
        "insp.investigate": "met",
        "insp.decide": "met",
        "insp.order": "met",
    }
    assert detail["order"]["evidence"] == "银行转账凭证41份"
    (told,) = await inspectorate.told("inspection.case.closed.v1")
    assert (told["outcome"], told["amount_cny"], told["state"]) == ("rectified", "812345.60", "closed")


async def test_no_violation_is_closed_without_an_order(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_filed_case()
    await done(inspectorate.first, case_id, "finding", **NO_VIOLATION)
    assert (await act(inspectorate.first, case_id, "order", **ORDER)).status_code == 409
    await done(inspectorate.second, case_id, "close", outcome="no_violation", reason="未发现违法行为")
    (told,) = await inspectorate.told("inspection.case.closed.v1")
    assert (told["outcome"], told["amount_cny"]) == ("no_violation", None)


async def test_an_order_that_is_not_met_ends_as_not_rectified_after_its_date(
    inspectorate: Inspectorate,
) -> None:
    case_id = await inspectorate.an_ordered_case()
    end = {"outcome": "not_rectified", "reason": "逾期未支付，移送行政处罚"}
    early = await act(inspectorate.first, case_id, "close", **end)
    assert (early.status_code, early.json()["state"]) == (409, "ordered")
    inspectorate.system.clock.advance(timedelta(days=8))
    await done(inspectorate.first, case_id, "close", **end)
    breaches = await inspectorate.told("inspection.case.clock_breached.v1")
    assert [one["rule_id"] for one in breaches] == ["insp.order"], "told though no watch came by"
    assert (await inspectorate.clock_of(case_id, "insp.order"))["standing"] == "breached"
    (told,) = await inspectorate.told("inspection.case.closed.v1")
    assert told["outcome"] == "not_rectified"


async def test_rectified_after_the_date_is_rectified_but_the_breach_stays(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.an_ordered_case()
    inspectorate.system.clock.advance(timedelta(days=10))
    await inspectorate.system.settle()
    await done(inspectorate.first, case_id, "rectification", evidence="迟付凭证")
    wrong = await act(inspectorate.first, case_id, "close", outcome="not_rectified", reason="逾期")
    assert wrong.status_code == 409
    await done(inspectorate.first, case_id, "close", outcome="rectified", reason="已支付")
    clock = await inspectorate.clock_of(case_id, "insp.order")
    assert clock["standing"] == "met"
    assert clock["breached_at"] == "2026-11-25T23:59:59+08:00"
    (told,) = await inspectorate.told("inspection.case.rectified.v1")
    assert told["in_time"] is False


async def test_a_repeat_is_answered_and_other_content_is_refused(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_case()
    action = {"action_id": str(uuid4()), "officer_ids": inspectorate.pair()}
    answers = [await inspectorate.first.post(f"/cases/{case_id}/assign", json=action) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[1].json() == answers[0].json() | {"repeated": True}
    other = action | {"officer_ids": inspectorate.pair(0, 2)}
    assert (await inspectorate.first.post(f"/cases/{case_id}/assign", json=other)).status_code == 409
    assert len(await inspectorate.told("inspection.case.officers_assigned.v1")) == 1


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("finding", VIOLATION),
        ("order", ORDER),
        ("rectification", {"evidence": "凭证"}),
        ("extend", {"reason": "案情复杂"}),
        ("close", {"outcome": "no_violation", "reason": "无违法"}),
    ],
)
async def test_a_step_before_its_time_is_a_conflict_that_tells_the_state(
    inspectorate: Inspectorate, step: str, fields: dict[str, str]
) -> None:
    case_id = await inspectorate.a_case()
    answer = await act(inspectorate.first, case_id, step, **fields)
    assert (answer.status_code, answer.json()["state"]) == (409, "received")
    assert (await inspectorate.detail(case_id))["version"] == 1


async def test_two_inspectors_who_act_at_once_leave_one_finding(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_filed_case()
    answers = await asyncio.gather(
        act(inspectorate.first, case_id, "finding", **VIOLATION),
        act(inspectorate.second, case_id, "finding", **NO_VIOLATION),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(await inspectorate.told("inspection.case.finding_recorded.v1")) == 1
    assert next(a for a in answers if a.status_code == 409).json()["state"] == "found"


async def test_one_action_sent_twice_at_once_is_done_once(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_case()
    action = {"action_id": str(uuid4()), "officer_ids": inspectorate.pair()}
    answers = await asyncio.gather(
        *(inspectorate.first.post(f"/cases/{case_id}/assign", json=action) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 201]
    assert (await inspectorate.detail(case_id))["version"] == 2


@pytest.mark.parametrize("visited_on", ["2026-11-17", "2026-11-19", "1999-01-01"])
async def test_a_visit_lies_between_the_filing_and_today(inspectorate: Inspectorate, visited_on: str) -> None:
    case_id = await inspectorate.a_filed_case()
    answer = await act(inspectorate.first, case_id, "finding", **VIOLATION | {"visited_on": visited_on})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "visited_on"


@pytest.mark.parametrize(
    "change",
    [
        {"due_on": "2026-11-18"},
        {"due_on": "2025-01-01"},
        {"due_on": "2027-02-17"},
        {"due_on": "2126-11-25"},
        {"amount_cny": "0"},
        {"amount_cny": "1.005"},
        {"amount_cny": 12.5},
        {"amount_cny": "NaN"},
        {"amount_cny": "1e5"},
        {"amount_cny": "４１２６００"},
        {"article": " "},
    ],
)
async def test_an_order_that_says_nothing_sound_is_refused(
    inspectorate: Inspectorate, change: dict[str, object]
) -> None:
    case_id = await inspectorate.a_filed_case()
    await done(inspectorate.first, case_id, "finding", **VIOLATION)
    assert (await act(inspectorate.first, case_id, "order", **ORDER | change)).status_code == 422
    assert (await inspectorate.detail(case_id))["state"] == "found"


async def test_an_unknown_case_is_not_found(inspectorate: Inspectorate) -> None:
    assert (await inspectorate.officer.get(f"/cases/{new_id()}")).status_code == 404
