"""What a coordinator passes on, what comes back, what is learned from it, and how far everything has come."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from services.warning.repository.outcomes import all_known
from services.warning.usecases.export_labels import export_labels
from shared.auth.permissions import Role
from shared.events.inspection import InspectionCaseClosed
from shared.events.mediation import MediationCaseClosed
from shared.kernel.clock import shanghai_day
from shared.kernel.ids import new_id
from tests.support.district import TOWN, USCC, District, act

pytestmark = pytest.mark.asyncio

OTHER_TOWN = "310112102"


async def visited(district: District, months: int = 3) -> str:
    """Return the id of a warning whose coordinator was on site."""
    await district.send(period="2026-10", amount_cny="412600.00", months=months, workers=24)
    warning_id = str((await district.warnings())[0]["id"])
    mine = district.coordinator(district.first)
    for step, fields in (("accept", {}), ("visit", {"findings": "已到场核实"})):
        assert (await act(mine, warning_id, step, **fields)).status_code == 201
    return warning_id


async def passed_on(district: District, step: str = "hand-over") -> str:
    warning_id = await visited(district)
    answer = await act(
        district.coordinator(district.first),
        warning_id,
        step,
        note="双方愿意调解",
        workers=24,
        amount_cny="412600.00",
    )
    assert answer.status_code == 201, answer.text
    await district.system.settle()
    return warning_id


def case_of(warning_id: str, district: District) -> dict[str, Any]:
    return {
        "case_id": new_id(),
        "warning_id": warning_id,
        "uscc": USCC,
        "division": TOWN,
        "state": "closed",
        "version": 5,
        "at": district.system.clock.now(),
    }


def mediated(district: District, warning_id: str, outcome: str = "agreement") -> MediationCaseClosed:
    agreed = outcome == "agreement"
    return MediationCaseClosed.model_validate(
        case_of(warning_id, district)
        | {
            "organisation_id": new_id(),
            "outcome": outcome,
            "deemed": False,
            "mediator_id": new_id(),
            "amount_cny": Decimal("400000.00") if agreed else None,
            "due_on": date(2026, 12, 31) if agreed else None,
            "reason": "双方签字" if agreed else "一方不同意",
        }
    )


def inspected(district: District, warning_id: str, outcome: str) -> InspectionCaseClosed:
    return InspectionCaseClosed.model_validate(
        case_of(warning_id, district) | {"outcome": outcome, "amount_cny": None, "reason": "已复查"}
    )


async def outbox(district: District, event_type: str) -> list[dict[str, Any]]:
    async with district.system.db("warning").read() as tx:
        rows = await tx.rows(
            text("SELECT body::json -> 'data' AS data FROM warning.outbox WHERE type = :type ORDER BY seq"),
            {"type": event_type},
        )
    return [row.data for row in rows]


async def test_a_hand_over_tells_mediation_what_it_is_about_and_stays_with_its_coordinator(
    district: District,
) -> None:
    warning_id = await passed_on(district)
    (told,) = await outbox(district, "warning.warning.handed_over.v1")
    assert (told["warning_id"], told["workers"], told["amount_cny"]) == (warning_id, 24, "412600.00")
    assert (told["enterprise_name"], told["headcount"]) == ("上海某某电子有限公司", 120)
    assert [w["state"] for w in await district.worklist(district.first)] == ["handed_over"]
    kinds = {clock["kind"]: clock["standing"] for clock in (await district.detail(warning_id))["clocks"]}
    assert (kinds["visit"], kinds["plan"]) == ("met", "met")


@pytest.mark.parametrize("step", ["hand-over", "refer"])
async def test_only_what_was_visited_is_passed_on(district: District, step: str) -> None:
    await district.send(period="2026-10", months=3, workers=24)
    warning_id = (await district.warnings())[0]["id"]
    answer = await act(district.coordinator(district.first), warning_id, step, note="双方愿意调解")
    assert (answer.status_code, answer.json()["state"]) == (409, "assigned")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"amount_cny": 5}, "amount_cny"),
        ({"amount_cny": "-1"}, "amount_cny"),
        ({"workers": -1}, "workers"),
        ({"note": ""}, "note"),
    ],
)
async def test_a_bad_hand_over_names_its_field(
    district: District, fields: dict[str, Any], field: str
) -> None:
    warning_id = await visited(district)
    answer = await act(
        district.coordinator(district.first), warning_id, "hand-over", **({"note": "双方愿意调解"} | fields)
    )
    assert answer.status_code == 422
    assert [problem["field"] for problem in answer.json()["errors"]] == [field]


async def test_an_agreement_resolves_lowers_and_lets_another_officer_close(district: District) -> None:
    warning_id = await passed_on(district)
    await district.system.tell(mediated(district, warning_id))
    detail = await district.detail(warning_id)
    assert (detail["state"], detail["level"]) == ("resolved", "orange")
    assert [entry["action"] for entry in detail["history"]][-3:] == ["hand_over", "resolve", "downgrade"]
    closed = await act(
        district.officer, warning_id, "close", reason_code="true_resolved", evidence="协议已履行"
    )
    assert closed.status_code == 201
    assert await labels(district) == [
        (warning_id, "true_resolved", True, "red", ["wage_arrears_months", "wage_arrears_workers"])
    ]


async def labels(district: District) -> list[tuple[str, str, bool | None, str, list[str]]]:
    async with district.system.db("warning").read() as tx:
        rows = await tx.rows(text("SELECT * FROM warning.labels ORDER BY seq"))
    assert all(row.signal_seqs and row.pack_version and row.enterprise_facts for row in rows)
    return [
        (str(row.warning_id), row.reason_code, row.risk_was_real, row.peak_level, row.rule_ids)
        for row in rows
    ]


async def test_a_label_holds_what_was_known_when_the_warning_was_raised(district: District) -> None:
    await district.send(period="2026-10", months=1, workers=5)
    warning_id = str((await district.warnings())[0]["id"])
    district.system.clock.advance(timedelta(hours=1))
    await district.send(indicator="social_insurance_arrears", period="2026-10", months=2, workers=5)
    district.system.clock.advance(timedelta(hours=1))
    await district.send(occurred_on="2026-11-18", months=3, workers=40)
    mine = district.coordinator(district.first)
    for step, told in (("accept", {}), ("visit", {"findings": "已到场核实"})):
        assert (await act(mine, warning_id, step, **told)).status_code == 201
    await act(mine, warning_id, "outcome", outcome="resolved", evidence="银行凭证已核")
    closed = await act(district.officer, warning_id, "close", reason_code="true_resolved", evidence="凭证")
    assert closed.status_code == 201, closed.text
    async with district.system.db("warning").read() as tx:
        (row,) = await tx.rows(text("SELECT * FROM warning.labels"))
    assert (row.rule_ids, len(row.signal_seqs), row.peak_level) == (["wage_arrears_months"], 1, "red")


async def test_a_paused_warning_that_comes_back_stands_still(district: District) -> None:
    warning_id = await passed_on(district)
    assert (await act(district.officer, warning_id, "pause", reason="企业停电")).status_code == 201
    await district.system.tell(mediated(district, warning_id, "failed"))
    plan = next(one for one in (await district.detail(warning_id))["clocks"] if one["kind"] == "plan")
    assert plan["standing"] == "paused"
    assert (await act(district.officer, warning_id, "resume")).status_code == 201
    plan = next(one for one in (await district.detail(warning_id))["clocks"] if one["kind"] == "plan")
    assert plan["standing"] == "due"


async def test_a_moved_warning_at_mediation_is_owned_in_its_new_town(district: District) -> None:
    warning_id = await passed_on(district)
    await district.register(workplace_division="310112102", grid_cell=None)
    await district.system.settle()
    assert await district.worklist(district.first) == []
    detail = await district.detail(warning_id)
    assert (detail["state"], detail["division"]) == ("handed_over", "310112102")
    (moved,) = await outbox(district, "warning.warning.moved.v1")
    assert (moved["from_division"], moved["division"]) == (TOWN, "310112102")


async def test_labels_are_exported_and_an_incident_teaches_the_model(district: District) -> None:
    warning_id = await visited(district)
    mine = district.coordinator(district.first)
    await act(mine, warning_id, "outcome", outcome="resolved", evidence="已发生集体讨薪")
    await act(district.officer, warning_id, "close", reason_code="true_incident", evidence="出警记录")
    written = StringIO()
    async with district.system.db("warning").read() as tx:
        assert await export_labels(tx, csv.writer(written)) == 1
        assert len(await all_known(tx)) == 1
    (row,) = csv.DictReader(StringIO(written.getvalue()))
    assert (row["uscc"], row["risk_was_real"], row["peak_level"]) == (USCC, "true", "red")
    assert row["as_of"] == str(shanghai_day(district.system.clock.now()))


@pytest.mark.parametrize("outcome", ["failed", "withdrawn"])
async def test_what_fails_comes_back_with_a_new_clock(district: District, outcome: str) -> None:
    warning_id = await passed_on(district)
    await district.system.tell(mediated(district, warning_id, outcome))
    detail = await district.detail(warning_id)
    plan = next(clock for clock in detail["clocks"] if clock["kind"] == "plan")
    assert (detail["state"], detail["level"], plan["standing"]) == ("visited", "red", "due")
    (told,) = await outbox(district, "warning.warning.returned.v1")
    assert (told["by"], told["cause"], told["assignee_id"]) == ("mediation", outcome, str(district.first))


async def test_what_fails_after_its_coordinator_left_goes_to_somebody_who_works(district: District) -> None:
    warning_id = await passed_on(district)
    await district.employ(district.first, "c1", (f"{TOWN}-G01",), enabled=False)
    await district.system.tell(mediated(district, warning_id, "failed"))
    assert [(w["id"], w["state"]) for w in await district.worklist(district.second)] == [
        (warning_id, "assigned")
    ]


async def test_a_result_that_comes_twice_or_for_nothing_that_waits_changes_nothing(
    district: District,
) -> None:
    warning_id = await passed_on(district)
    await district.system.tell(mediated(district, warning_id))
    before = await district.detail(warning_id)
    await district.system.tell(mediated(district, warning_id, "failed"))
    await district.system.tell(inspected(district, warning_id, "not_rectified"))
    assert await district.detail(warning_id) == before


@pytest.mark.parametrize(
    ("outcome", "state"),
    [("rectified", "resolved"), ("no_violation", "false_alarm"), ("not_rectified", "visited")],
)
async def test_what_the_inspectorate_found_decides(district: District, outcome: str, state: str) -> None:
    warning_id = await passed_on(district, "refer")
    await district.system.tell(inspected(district, warning_id, outcome))
    assert (await district.detail(warning_id))["state"] == state


async def test_an_officer_gives_a_wanting_outcome_back(district: District) -> None:
    warning_id = await visited(district)
    mine = district.coordinator(district.first)
    too_early = await act(district.officer, warning_id, "return", reason="还没有结果")
    assert (too_early.status_code, too_early.json()["state"]) == (409, "visited")
    assert (
        await act(mine, warning_id, "outcome", outcome="resolved", evidence="口头承诺")
    ).status_code == 201
    assert (await act(mine, warning_id, "return", reason="自己退回")).status_code == 403
    assert (await act(district.officer, warning_id, "return", reason="须有银行凭证")).status_code == 201
    assert (await district.worklist(district.first))[0]["state"] == "visited"
    assert await labels(district) == []


async def test_the_time_line_tells_of_the_case_without_asking_mediation(district: District) -> None:
    warning_id = await passed_on(district)
    await district.system.tell(mediated(district, warning_id))
    seen = (await district.officer.get(f"/enterprises/{USCC}")).json()["timeline"]
    (entry,) = [one for one in seen if one["kind"] == "mediation" and one["facts"].get("outcome")]
    assert (entry["title"], entry["facts"]["amount_cny"]) == ("调解：结案（达成协议）", "400000.00")


async def funnel(client: httpx.AsyncClient, **asked: str) -> dict[str, Any]:
    answer = await client.get("/funnel", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_funnel_counts_how_far_warnings_came(district: District) -> None:
    warning_id = await passed_on(district)
    await district.system.tell(mediated(district, warning_id))
    await act(district.officer, warning_id, "close", reason_code="true_resolved", evidence="协议已履行")
    seen = await funnel(district.officer)
    (town,) = [one for one in seen["towns"] if one["division"] == TOWN]
    expected = {"signals": 1, "warnings": 1, "visited": 1, "handed_over": 1, "mediated": 1, "closed": 1}
    assert seen["total"] == expected | {"referred": 0, "inspected": 0}
    assert {name: town[name] for name in expected} == expected


async def test_the_funnel_shows_a_town_officer_their_town_alone(district: District) -> None:
    await passed_on(district)
    other = district.system.client("warning", district.system.token(Role.TOWN_OFFICER, "310112102"))
    seen = await funnel(other)
    assert ([town["division"] for town in seen["towns"]], seen["total"]["warnings"]) == (["310112102"], 0)
    assert (await other.get("/funnel", params={"division": TOWN})).status_code == 404


async def test_an_impossible_period_is_refused(district: District) -> None:
    answer = await district.officer.get("/funnel", params={"since": "2026-10-02", "until": "2026-10-01"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "since")


async def test_a_repeat_of_a_hand_over_has_no_second_effect(district: District) -> None:
    warning_id = await visited(district)
    mine = district.coordinator(district.first)
    action = {"action_id": str(uuid4()), "note": "双方愿意调解"}
    answers = [await mine.post(f"/warnings/{warning_id}/hand-over", json=action) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert len(await outbox(district, "warning.warning.handed_over.v1")) == 1


async def test_who_got_it_with_a_moved_enterprise_accepts_what_mediation_gives_back(
    district: District,
) -> None:
    newcomer = new_id()
    await district.employ(newcomer, "c3", (f"{OTHER_TOWN}-G01",), division=OTHER_TOWN)
    warning_id = await passed_on(district)
    await district.register(workplace_division=OTHER_TOWN, grid_cell=f"{OTHER_TOWN}-G01")
    await district.system.settle()
    assert [one["state"] for one in await district.worklist(newcomer)] == ["handed_over"]

    await district.system.tell(mediated(district, warning_id, "failed"))

    detail = await district.detail(warning_id)
    clocks = {clock["kind"]: clock["standing"] for clock in detail["clocks"]}
    assert (detail["state"], clocks["accept"], clocks["plan"]) == ("assigned", "due", "due")
    assert [one["id"] for one in await district.worklist(newcomer)] == [warning_id]
