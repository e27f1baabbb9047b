"""Until when what has to happen: breaches are told once, extensions take two, calendars move dates."""

import asyncio
from datetime import date, timedelta

import pytest

from shared.events.warning import CalendarDay
from tests.support.inspectorate import NO_VIOLATION, Inspectorate, act, done

pytestmark = pytest.mark.asyncio


async def test_every_clock_tells_its_article_and_its_trace_in_both_languages(
    inspectorate: Inspectorate,
) -> None:
    case_id = await inspectorate.an_ordered_case()
    clocks = {clock["kind"]: clock for clock in (await inspectorate.detail(case_id))["clocks"]}
    assert list(clocks) == ["insp.accept", "insp.investigate", "insp.decide", "insp.order"]
    assert "第十八条" in clocks["insp.accept"]["article"]
    assert "第十七条" in clocks["insp.investigate"]["article"]
    assert clocks["insp.accept"]["due_at"] == "2026-11-25T23:59:59+08:00"
    assert all(clock["trace"] and clock["trace_en"] for clock in clocks.values())
    assert clocks["insp.investigate"]["provisional"] is True
    assert "尚未公布" in clocks["insp.investigate"]["trace"]


async def test_a_breach_is_told_once_however_many_watch(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_case()
    inspectorate.system.clock.advance(timedelta(days=8))
    jobs = inspectorate.system.host.hosted["inspection"].jobs
    await asyncio.gather(*(job.run() for job in jobs for _ in range(3)))
    await inspectorate.system.settle()
    (told,) = await inspectorate.told("inspection.case.clock_breached.v1")
    assert (told["case_id"], told["rule_id"]) == (case_id, "insp.accept")
    assert [one["role"] for one in told["told"]] == ["inspector", "district_officer"]
    assert (await inspectorate.clock_of(case_id, "insp.accept"))["standing"] == "breached"


async def test_a_breach_of_a_filed_case_tells_its_officers(inspectorate: Inspectorate) -> None:
    await inspectorate.a_filed_case()
    inspectorate.system.clock.advance(timedelta(days=100))
    await inspectorate.system.settle()
    (told,) = await inspectorate.told("inspection.case.clock_breached.v1")
    accounts = [one["account_id"] for one in told["told"]]
    assert (told["rule_id"], accounts) == ("insp.investigate", [*inspectorate.pair(), None])


async def test_a_clock_that_was_met_in_time_does_not_breach(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_filed_case()
    await done(inspectorate.first, case_id, "finding", **NO_VIOLATION)
    await done(inspectorate.first, case_id, "close", outcome="no_violation", reason="无违法")
    inspectorate.system.clock.advance(timedelta(days=200))
    await inspectorate.system.settle()
    assert await inspectorate.told("inspection.case.clock_breached.v1") == []


async def test_an_extension_takes_an_officer_who_asks_and_a_second_person_who_grants(
    inspectorate: Inspectorate,
) -> None:
    case_id = await inspectorate.a_filed_case()
    before = (await inspectorate.clock_of(case_id, "insp.investigate"))["due_at"]
    grant = {"approved": True, "reason": "案情复杂，同意"}
    assert (await act(inspectorate.officer, case_id, "decide-extension", **grant)).status_code == 409
    await done(inspectorate.first, case_id, "extend", reason="涉及多家分包单位")
    assert (await inspectorate.clock_of(case_id, "insp.investigate"))["due_at"] == before
    for inspector in (inspectorate.first, inspectorate.second):
        assert (await act(inspector, case_id, "decide-extension", **grant)).status_code == 403
    (asked,) = await inspectorate.told("inspection.case.extension_requested.v1")
    assert [one["role"] for one in asked["told"]] == ["district_officer"]
    granted = await done(inspectorate.officer, case_id, "decide-extension", **grant)
    clock = await inspectorate.clock_of(case_id, "insp.investigate")
    assert clock["due_at"] == granted["due_at"] > before
    assert "延长30个工作日" in clock["trace"]
    assert (await act(inspectorate.first, case_id, "extend", reason="再次延长")).status_code == 409
    assert (await act(inspectorate.officer, case_id, "decide-extension", **grant)).status_code == 409


async def test_a_refused_extension_moves_nothing_and_may_be_asked_for_again(
    inspectorate: Inspectorate,
) -> None:
    case_id = await inspectorate.a_filed_case()
    before = (await inspectorate.clock_of(case_id, "insp.investigate"))["due_at"]
    await done(inspectorate.first, case_id, "extend", reason="人手不足")
    await done(inspectorate.officer, case_id, "decide-extension", approved=False, reason="理由不充分")
    detail = await inspectorate.detail(case_id)
    assert (detail["extension"], detail["due_at"]) == ("refused", before)
    await done(inspectorate.second, case_id, "extend", reason="案情复杂，涉及多地")


async def test_an_extension_that_comes_too_late_is_refused(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_filed_case()
    await done(inspectorate.first, case_id, "extend", reason="案情复杂")
    inspectorate.system.clock.advance(timedelta(days=100))
    late = await act(inspectorate.officer, case_id, "decide-extension", approved=True, reason="同意延长调查")
    assert (late.status_code, late.json()["code"]) == (409, "inspection.extension_too_late")
    assert late.json()["state"] == "filed"


async def test_a_notice_on_working_days_moves_provisional_dates(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_filed_case()
    await done(inspectorate.first, case_id, "extend", reason="案情复杂")
    await done(inspectorate.officer, case_id, "decide-extension", approved=True, reason="同意延长")
    before = await inspectorate.clock_of(case_id, "insp.investigate")
    assert before["provisional"] is True
    off = [CalendarDay(day=date(2027, 1, day), working=False) for day in (4, 5)]
    await inspectorate.publish_year(2027, *off)
    after = await inspectorate.clock_of(case_id, "insp.investigate")
    assert (after["provisional"], after["due_at"] > before["due_at"]) == (False, True)
    assert "尚未公布" not in after["trace"]
    assert "延长30个工作日" in after["trace"], "the extension is still in it"
    detail = await inspectorate.detail(case_id)
    assert detail["due_at"] == after["due_at"]
    assert detail["history"][-1]["action"] == "recount"
    fresh = await inspectorate.a_filed_case()
    assert (await inspectorate.clock_of(fresh, "insp.investigate"))["provisional"] is False


async def test_a_notice_takes_back_a_breach_on_a_date_that_lies_ahead(inspectorate: Inspectorate) -> None:
    inspectorate.system.clock.advance(timedelta(days=41))  # 2026-12-29
    case_id = await inspectorate.a_case()
    assert (await inspectorate.clock_of(case_id, "insp.accept"))["due_at"] == "2027-01-06T23:59:59+08:00"
    inspectorate.system.clock.advance(timedelta(days=9))
    await inspectorate.system.settle()
    assert (await inspectorate.clock_of(case_id, "insp.accept"))["standing"] == "breached"
    off = [CalendarDay(day=date(2027, 1, day), working=False) for day in (4, 5, 6)]
    await inspectorate.publish_year(2027, *off)
    after = await inspectorate.clock_of(case_id, "insp.accept")
    assert (after["due_at"], after["provisional"]) == ("2027-01-11T23:59:59+08:00", False)
    assert after["standing"] != "breached"


async def test_a_notice_leaves_met_clocks_and_ordered_days_alone(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.an_ordered_case(due_on="2027-01-06")
    before = await inspectorate.detail(case_id)
    await inspectorate.publish_year(2027, CalendarDay(day=date(2027, 1, 6), working=False))
    after = await inspectorate.detail(case_id)
    assert (after["version"], after["clocks"]) == (before["version"], before["clocks"])
