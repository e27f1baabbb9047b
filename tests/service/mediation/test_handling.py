"""What a mediator does with a case."""

import asyncio
from datetime import date, timedelta
from uuid import uuid4

import pytest

from shared.auth.permissions import Role
from shared.events.mediation import (
    MediationCaseAccepted,
    MediationCaseClosed,
    MediationCaseExtended,
    MediationCaseReleased,
    MediationClockBreached,
    MediationSessionRecorded,
)
from shared.events.warning import CalendarDay, CalendarNoticeTaken
from tests.support.network import Network, step
from tests.support.told import told

pytestmark = pytest.mark.asyncio


async def test_a_case_is_accepted_mediated_extended_and_ends_in_an_agreement(network: Network) -> None:
    case_id = await network.accepted()
    mine = network.mediator("t1")
    answers = [
        await step(mine, case_id, "sessions", record="双方到场，分歧在加班费"),
        await step(mine, case_id, "extend", due_on="2026-12-18", evidence="双方签字同意"),
        await step(
            mine,
            case_id,
            "close",
            outcome="agreement",
            evidence="协议书三份",
            amount_cny="81000",
            due_on="2026-12-01",
        ),
    ]
    assert [answer.status_code for answer in answers] == [201] * 3, [answer.text for answer in answers]
    assert answers[-1].json() | {"id": case_id} == answers[-1].json()
    detail = (await network.officer.get(f"/cases/{case_id}")).json()
    assert (detail["state"], detail["outcome"], detail["agreed_cny"]) == ("closed", "agreement", "81000.00")
    assert [one["action"] for one in detail["history"]] == [
        "open",
        "accept",
        "record_session",
        "extend",
        "agreement",
    ]
    assert {clock["kind"]: clock["standing"] for clock in detail["clocks"]} == dict.fromkeys(
        ("right_to_arbitrate", "accept", "close"), "met"
    )
    closed = (await told(network.system, MediationCaseClosed))[0]
    assert (closed["outcome"], closed["amount_cny"], closed["due_on"]) == ("agreement", "81000", "2026-12-01")
    assert closed["mediator_id"] == str(network.people["t1"])
    assert (await told(network.system, MediationSessionRecorded))[0]["session"] == 1
    assert (await told(network.system, MediationCaseExtended))[0]["due_at"] == "2026-12-18T15:59:59Z"
    assert await network.cases("t1") == []


async def test_a_repeat_is_answered_and_other_content_is_refused(network: Network) -> None:
    case_id = (await network.case(await network.hand_over()))["id"]
    mine, action = network.mediator("t1"), {"action_id": str(uuid4())}
    answers = [await mine.post(f"/cases/{case_id}/accept", json=action) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[1].json()["repeated"]
    other = await mine.post(f"/cases/{case_id}/take-over", json=action | {"reason": "换人"})
    assert other.status_code == 409
    assert len(await told(network.system, MediationCaseAccepted)) == 1


@pytest.mark.parametrize("outcome", ["failed", "withdrawn"])
async def test_a_case_that_nobody_accepted_may_end_without_mediation(network: Network, outcome: str) -> None:
    case_id = (await network.case(await network.hand_over()))["id"]
    answer = await step(network.mediator("t1"), case_id, "close", outcome=outcome, evidence="企业不同意调解")
    assert (answer.status_code, answer.json()["state"]) == (201, "closed")
    closed = (await told(network.system, MediationCaseClosed))[0]
    assert (closed["outcome"], closed["deemed"], closed["amount_cny"]) == (outcome, False, None)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("sessions", {"record": "到场"}),
        ("extend", {"due_on": "2026-12-30", "evidence": "同意"}),
        ("close", {"outcome": "agreement", "evidence": "协议", "amount_cny": "1", "due_on": "2026-12-01"}),
        ("take-over", {"reason": "换人"}),
        ("transfer/accept", {}),
        ("transfer/return", {"reason": "不收"}),
    ],
)
async def test_an_illegal_step_is_a_conflict(network: Network, name: str, fields: dict[str, str]) -> None:
    case_id = (await network.case(await network.hand_over()))["id"]
    answer = await step(network.mediator("t1"), case_id, name, **fields)
    assert answer.status_code == 409, answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": "agreement", "evidence": "协议"},
        {"outcome": "agreement", "evidence": "协议", "amount_cny": "5"},
        {"outcome": "agreement", "evidence": "协议", "amount_cny": "5", "due_on": "2026-11-17"},
        {"outcome": "agreement", "evidence": "协议", "amount_cny": "5", "due_on": "2126-12-17"},
        {"outcome": "agreement", "evidence": "协议", "amount_cny": "0", "due_on": "2026-12-17"},
        {"outcome": "agreement", "evidence": "协议", "amount_cny": "-5", "due_on": "2026-12-17"},
        {"outcome": "failed", "evidence": "不成", "amount_cny": "5"},
        {"outcome": "failed"},
        {"outcome": "solved", "evidence": "协议"},
    ],
)
async def test_an_outcome_brings_what_belongs_to_it(network: Network, fields: dict[str, str]) -> None:
    case_id = await network.accepted()
    answer = await step(network.mediator("t1"), case_id, "close", **fields)
    assert answer.status_code == 422, answer.text


async def test_who_may_act(network: Network) -> None:
    case_id = await network.accepted()
    fields = {"record": "双方到场"}
    assert (await step(network.officer, case_id, "sessions", **fields)).status_code == 403
    assert (await step(network.mediator("t2"), case_id, "sessions", **fields)).status_code == 404
    colleague = await step(network.mediator("t1b"), case_id, "sessions", **fields)
    assert (colleague.status_code, colleague.json()["code"]) == (409, "mediation.not_its_mediator")
    assert (await step(network.mediator("t1b"), case_id, "take-over", reason="t1 休假")).status_code == 201
    assert (await step(network.mediator("t1b"), case_id, "sessions", **fields)).status_code == 201
    assert (await step(network.mediator("t1"), case_id, "sessions", **fields)).status_code == 409


async def test_of_two_who_accept_at_once_one_has_it(network: Network) -> None:
    case_id = (await network.case(await network.hand_over()))["id"]
    answers = await asyncio.gather(*(step(network.mediator(n), case_id, "accept") for n in ("t1", "t1b")))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(await told(network.system, MediationCaseAccepted)) == 1


@pytest.mark.parametrize("hours", [-1, 24])
async def test_a_session_lies_between_acceptance_and_now(network: Network, hours: int) -> None:
    case_id = await network.accepted()
    held_at = (network.system.clock.now() + timedelta(hours=hours)).isoformat()
    answer = await step(network.mediator("t1"), case_id, "sessions", record="到场", held_at=held_at)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "held_at")


async def test_an_extension_goes_beyond_the_date_that_holds(network: Network) -> None:
    case_id = await network.accepted()
    answer = await step(network.mediator("t1"), case_id, "extend", due_on="2026-12-03", evidence="同意")
    assert answer.status_code == 422


async def test_an_extension_adds_at_most_the_period_again_and_can_be_put_right(network: Network) -> None:
    """The period ends on 3 December; one agreement adds 15 days at most, and a slip is corrected to an earlier day."""
    case_id = await network.accepted()

    async def extend(due_on: str) -> int:
        answer = await step(network.mediator("t1"), case_id, "extend", due_on=due_on, evidence="同意")
        if answer.status_code == 422:
            assert answer.json()["errors"][0]["field"] == "due_on"
        return answer.status_code

    days = ["2126-12-18", "2026-12-19", "2026-12-18", "2027-01-02", "2026-12-10", "2026-12-10", "2026-12-02"]
    assert [await extend(day) for day in days] == [422, 422, 201, 201, 201, 422, 422]
    detail = (await network.officer.get(f"/cases/{case_id}")).json()
    held = {clock["kind"]: clock["due_at"] for clock in detail["clocks"]}
    assert held["close"] == "2026-12-10T23:59:59+08:00"
    network.system.clock.advance(timedelta(days=18))
    assert [await extend(day) for day in ["2026-12-05", "2026-12-06"]] == [422, 201]


async def test_a_breach_is_told_once_to_mediators_and_officers(network: Network) -> None:
    await network.hand_over()
    network.system.clock.advance(timedelta(days=6))
    for _ in range(2):
        await network.system.settle()
    (breach,) = await told(network.system, MediationClockBreached)
    assert breach["rule_id"] == "med.accept"
    assert [one["role"] for one in breach["told"]] == [
        "mediator",
        "mediator",
        "town_officer",
        "district_officer",
    ]
    case = (await network.cases("t1"))[0]
    clocks = (await network.officer.get(f"/cases/{case['id']}")).json()["clocks"]
    assert {clock["kind"]: clock["standing"] for clock in clocks} == {
        "accept": "breached",
        "right_to_arbitrate": "due",
    }


async def test_when_the_period_ends_the_law_counts_it_as_failed(network: Network) -> None:
    case_id = await network.accepted()
    network.system.clock.advance(timedelta(days=16))
    await network.system.settle()
    detail = (await network.officer.get(f"/cases/{case_id}")).json()
    assert (detail["state"], detail["outcome"], detail["deemed"]) == ("closed", "failed", True)
    assert "视为调解不成" in detail["reason"]
    (closed,) = await told(network.system, MediationCaseClosed)
    assert (closed["deemed"], closed["mediator_id"]) == (True, str(network.people["t1"]))


async def test_an_extended_case_stays_open_until_the_day_agreed(network: Network) -> None:
    case_id = await network.accepted()
    await step(network.mediator("t1"), case_id, "extend", due_on="2026-12-18", evidence="双方签字同意")
    states = []
    for days in (16, 16):
        network.system.clock.advance(timedelta(days=days))
        await network.system.settle()
        states.append((await network.officer.get(f"/cases/{case_id}")).json()["state"])
    assert states == ["accepted", "closed"]


async def settle_2027(network: Network, days: tuple[CalendarDay, ...] = ()) -> None:
    await network.system.tell(CalendarNoticeTaken(source="国办发明电〔2026〕7号", year=2027, days=days))


async def due_of(network: Network, case_id: str, kind: str = "close") -> tuple[str, bool]:
    clocks = (await network.officer.get(f"/cases/{case_id}")).json()["clocks"]
    return next((one["due_at"], one["provisional"]) for one in clocks if one["kind"] == kind)


async def test_a_provisional_date_is_settled_by_the_calendar_notice(network: Network) -> None:
    network.system.clock.advance(timedelta(days=35))  # 2026-12-23
    case_id = await network.accepted()
    assert await due_of(network, case_id) == ("2027-01-07T23:59:59+08:00", True)
    off = tuple(CalendarDay(day=date(2027, 1, day), working=False) for day in (7, 8))
    await settle_2027(network, off)
    assert await due_of(network, case_id) == ("2027-01-11T23:59:59+08:00", False)
    assert (await network.cases("t1"))[0]["due_at"] == "2027-01-11T23:59:59+08:00"


async def test_a_notice_in_parts_settles_with_the_last_of_them(network: Network) -> None:
    network.system.clock.advance(timedelta(days=35))  # 2026-12-23
    case_id = await network.accepted()
    off = [CalendarDay(day=date(2027, 1, day), working=False) for day in (7, 8, 11)]
    await network.system.tell(CalendarNoticeTaken(source="国办甲号", year=None, days=tuple(off[:2])))
    assert await due_of(network, case_id) == ("2027-01-11T23:59:59+08:00", True)
    await network.system.tell(CalendarNoticeTaken(source="市府乙号", year=2027, days=tuple(off[2:])))
    assert await due_of(network, case_id) == ("2027-01-12T23:59:59+08:00", False)


async def test_no_case_fails_on_a_provisional_date_until_the_notice_settles_it(network: Network) -> None:
    network.system.clock.advance(timedelta(days=35))
    case_id = await network.accepted()
    network.system.clock.advance(timedelta(days=30))
    await network.system.settle()
    assert (await network.officer.get(f"/cases/{case_id}")).json()["state"] == "accepted"
    await settle_2027(network)
    detail = (await network.officer.get(f"/cases/{case_id}")).json()
    assert (detail["state"], detail["deemed"]) == ("closed", True)
    assert [one["rule_id"] for one in await told(network.system, MediationClockBreached)].count(
        "med.close"
    ) == 1


async def test_the_cases_of_a_disabled_mediator_go_back_to_the_organisation(network: Network) -> None:
    case_id = await network.accepted()
    due = await due_of(network, case_id)
    await network.employ("t1", enabled=False)
    (case,) = await network.cases("t1b")
    assert (case["state"], case["mediator"]) == ("accepted", None)
    (released,) = await told(network.system, MediationCaseReleased)
    assert [one["account_id"] for one in released["told"]] == [str(network.people["t1b"])]
    assert (await step(network.mediator("t1b"), case_id, "take-over", reason="接办")).status_code == 201
    detail = (await network.officer.get(f"/cases/{case_id}")).json()
    assert detail["mediator"] == "t1b"
    assert [one["action"] for one in detail["history"]][-2:] == ["release", "take_over"]
    assert await due_of(network, case_id) == due


async def test_every_step_needs_a_mediator(network: Network) -> None:
    case_id = await network.accepted()
    for role in (Role.TOWN_OFFICER, Role.INSPECTOR, Role.AUDITOR, Role.GRID_COORDINATOR):
        for name in ("accept", "sessions", "extend", "close", "transfer", "transfer/accept", "take-over"):
            assert (await step(network.reader(role), case_id, name)).status_code == 403
