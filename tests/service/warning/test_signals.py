"""A batch of signals: accepted, duplicate, held, refused; corrections; streams; who may send what."""

import json
from collections.abc import Mapping
from itertools import permutations
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from shared.auth.permissions import Role
from tests.support.district import USCC, District
from tests.support.enterprises import a_uscc

pytestmark = pytest.mark.asyncio

NDJSON = {"Content-Type": "application/x-ndjson"}
Result = dict[str, Any]


def a_signal(**changes: object) -> dict[str, object]:
    """Return a signal of wage arrears; a change to None leaves the field out."""
    signal: dict[str, object] = {
        "source": "hrss",
        "source_ref": uuid4().hex,
        "uscc": USCC,
        "indicator": "wage_arrears",
        "period": "2026-10",
        "amount_cny": "1000.00",
        "months": 1,
        "workers": 5,
    }
    return {name: value for name, value in (signal | changes).items() if value is not None}


async def post(
    district: District, *signals: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> httpx.Response:
    body = "\n".join(json.dumps(signal, ensure_ascii=False) for signal in signals)
    return await district.department.post("/signals", content=body, headers=NDJSON | dict(headers or {}))


async def send(district: District, *signals: Mapping[str, object]) -> list[Result]:
    answer = await post(district, *signals)
    assert answer.status_code == 200, answer.text
    results: list[Result] = answer.json()["results"]
    assert [result["index"] for result in results] == list(range(len(signals)))
    return results


def statuses(results: list[Result]) -> list[str]:
    return [result["status"] for result in results]


def problem(result: Result) -> tuple[int, str, list[str]]:
    found = result["problem"]
    return found["status"], found["code"], [error["field"] for error in found["errors"]]


async def count(district: District, condition: str = "true") -> int:
    async with district.system.db("warning").read() as tx:
        return int(await tx.value(text(f"SELECT count(*) FROM warning.signals WHERE {condition}")))  # noqa: S608 -- a test's


async def test_the_same_again_is_a_duplicate_with_the_same_id(district: District) -> None:
    signal = a_signal(source_ref="A-1", amount_cny="1000.00")
    (first,) = await send(district, signal)
    (again,) = await send(district, signal | {"amount_cny": "1000", "uscc": USCC.lower()})
    assert (first["status"], again["status"]) == ("accepted", "duplicate")
    assert first["signal_id"] == again["signal_id"]


CONFLICTS: list[tuple[str, dict[str, object]]] = [
    ("workers", {"workers": 6}),
    ("workers", {"workers": None}),
    ("amount_cny", {"amount_cny": "1000.01"}),
    ("period", {"period": "2026-09"}),
    ("uscc", {"uscc": a_uscc(1)}),
    ("indicator", {"indicator": "social_insurance_arrears"}),
    ("detail.principal_unreachable", {"detail": {"principal_unreachable": True}}),
]


async def test_other_content_is_a_conflict_that_names_the_field(district: District) -> None:
    (first,) = await send(district, a_signal(source_ref="A-1"))
    others = await send(district, *(a_signal(source_ref="A-1", **changes) for _, changes in CONFLICTS))
    assert [problem(other) for other in others] == [
        (409, "signal_conflict", [field]) for field, _ in CONFLICTS
    ]
    assert {other["problem"]["signal_id"] for other in others} == {first["signal_id"]}
    assert await count(district) == 1


async def test_without_a_reference_enterprise_indicator_and_time_identify(district: District) -> None:
    signal = a_signal(source_ref=None)
    same, other, other_month = signal, signal | {"months": 2}, signal | {"period": "2026-09"}
    results = await send(district, signal, same, other, other_month)
    assert statuses(results) == ["accepted", "duplicate", "refused", "accepted"]
    assert problem(results[2]) == (409, "signal_conflict", ["months"])


async def test_of_two_in_one_batch_the_first_is_taken_and_the_second_compared_with_it(
    district: District,
) -> None:
    first = a_signal(source_ref="A-1")
    results = await send(district, first, first, first | {"workers": 9})
    assert statuses(results) == ["accepted", "duplicate", "refused"]
    assert results[0]["signal_id"] == results[1]["signal_id"]
    assert problem(results[2]) == (409, "signal_conflict", ["workers"])


async def test_a_fault_refuses_its_own_item_alone(district: District) -> None:
    results = await send(district, a_signal(), a_signal(workers=-1), a_signal())
    assert statuses(results) == ["accepted", "refused", "accepted"]
    assert problem(results[1]) == (422, "signal_refused", ["workers"])


async def test_null_means_absent(district: District) -> None:
    signal = a_signal(source_ref="A-1") | {"corrects": None, "occurred_on": None, "detail": None}
    again = a_signal(source_ref="A-1")
    assert statuses(await send(district, signal, again)) == ["accepted", "duplicate"]


async def test_unknown_enterprise_is_held_and_an_unsound_code_refused(district: District) -> None:
    uscc = a_uscc(3)
    held, again, refused = await send(
        district,
        a_signal(source_ref="A-1", uscc=uscc),
        a_signal(source_ref="A-1", uscc=uscc),
        a_signal(uscc="12345"),
    )
    assert (held["status"], again["status"]) == ("held", "duplicate")
    assert problem(refused) == (422, "signal_refused", ["uscc"])
    assert refused["problem"]["errors"][0]["code"] == "wrong_length"


async def test_a_department_sends_its_own_source_and_indicators_only(district: District) -> None:
    results = await send(
        district,
        a_signal(source="tax"),
        a_signal(indicator="tax_arrears", workers=None),
        a_signal(indicator="no_such_indicator"),
    )
    assert [problem(result)[:2] for result in results] == [
        (403, "foreign_source"),
        (403, "foreign_indicator"),
        (422, "signal.indicator_unknown"),
    ]


async def test_officials_may_not_send_signals(district: District) -> None:
    officer = district.system.client("warning", district.system.token(Role.DISTRICT_OFFICER))
    answer = await officer.post("/signals", content=json.dumps(a_signal()), headers=NDJSON)
    assert answer.status_code == 403


async def test_a_correction_supersedes_and_its_enterprise_is_assessed_again(district: District) -> None:
    await district.send(source_ref="A-1", period="2026-10", months=3, workers=41)
    assert (await district.warnings())[0]["level"] == "red"
    result = await district.send(source_ref="A-2", corrects="A-1", period="2026-10", months=0, workers=0)
    assert result["status"] == "accepted"
    shown = (await district.officer.get(f"/enterprises/{USCC}")).json()
    assert shown["risk_level"] == "none"


async def test_a_signal_without_a_number_is_corrected_as_its_conflict_says(district: District) -> None:
    facts = {"period": "2026-10", "workers": 41}
    other = a_uscc(4)
    await district.register(other)
    stored = await district.send(source_ref=None, months=3, **facts)
    assert (await district.warnings())[0]["level"] == "red"
    (refused,) = await send(district, a_signal(source_ref=None, amount_cny=None, months=2, **facts))
    assert refused["problem"]["corrects"] == stored["signal_id"]
    assert stored["signal_id"] in refused["problem"]["errors"][0]["message"]
    correction = {"source_ref": "A-1", "corrects": refused["problem"]["corrects"]}
    assert (await district.send(**correction, uscc=other, months=3, **facts))["status"] == "accepted"
    shown = [(await district.officer.get(f"/enterprises/{uscc}")).json() for uscc in (USCC, other)]
    assert [one["risk_level"] for one in shown] == ["none", "red"]
    assert [e["facts"]["superseded"] for e in shown[0]["timeline"] if e["kind"] == "signal"] == [True]


async def test_only_its_own_source_corrects_a_signal_without_a_number(district: District) -> None:
    stored = await district.send(source_ref=None, period="2026-10", months=3, workers=41)
    token = district.system.token(Role.DEPARTMENT, source="tax", indicators=frozenset({"wage_arrears"}))
    foreign = a_signal(source="tax", corrects=stored["signal_id"], months=0, workers=0)
    answer = await district.system.client("warning", token).post(
        "/signals", content=json.dumps(foreign), headers=NDJSON
    )
    await district.system.settle()
    assert statuses(answer.json()["results"]) == ["accepted"]
    assert (await district.officer.get(f"/enterprises/{USCC}")).json()["risk_level"] == "red"


async def test_the_id_of_a_signal_without_a_number_is_known_in_whatever_case(district: District) -> None:
    stored = await district.send(source_ref=None, period="2026-10", months=3, workers=41)
    fields = {"period": "2026-10", "months": 0, "workers": 0}
    correction = {"source_ref": "A-1", "corrects": stored["signal_id"].upper(), **fields}
    assert (await district.send(**correction))["status"] == "accepted"
    assert (await district.officer.get(f"/enterprises/{USCC}")).json()["risk_level"] == "none"
    again = [correction, correction | {"corrects": stored["signal_id"]}]
    assert [(await district.send(**one))["status"] for one in again] == ["duplicate", "duplicate"]


async def test_a_signal_with_a_number_is_not_corrected_under_its_id(district: District) -> None:
    (stored,) = await send(district, a_signal(source_ref="A-1", months=3))
    for name in (stored["signal_id"], stored["signal_id"].upper()):
        (refused,) = await send(district, a_signal(source_ref="A-2", corrects=name, months=0))
        assert problem(refused) == (422, "signal_refused", ["corrects"])
        assert refused["problem"]["correct_instead"] == "A-1"
        assert "A-1" in refused["problem"]["errors"][0]["message"]
    (other,) = await send(district, a_signal(source_ref="A-2", corrects="A-1", months=0))
    assert other["status"] == "accepted"


async def test_a_number_that_looks_like_an_id_is_taken_as_it_is_written(district: District) -> None:
    number = str(uuid4()).upper()
    await district.send(source_ref=number, period="2026-10", months=3, workers=41)
    await district.send(source_ref="A-2", corrects=number, period="2026-10", months=0, workers=0)
    assert (await district.officer.get(f"/enterprises/{USCC}")).json()["risk_level"] == "none"


async def test_an_id_that_the_department_uses_as_a_number_is_its_number(district: District) -> None:
    (stored,) = await send(district, a_signal(source_ref="A-1"))
    number = stored["signal_id"].upper()
    results = await send(
        district, a_signal(source_ref="A-2", corrects=number), a_signal(source_ref=number, months=3)
    )
    assert statuses(results) == ["accepted", "accepted"]
    assert await count(district, f"corrects = '{number}'") == 1


async def test_correcting_to_another_enterprise_assesses_the_former_one(district: District) -> None:
    await district.send(source_ref="A-1", period="2026-10", months=3, workers=41)
    other = a_uscc(4)
    await district.register(other)
    await district.send(source_ref="A-2", corrects="A-1", uscc=other, period="2026-10", months=3, workers=41)
    levels = [
        (await district.officer.get(f"/enterprises/{uscc}")).json()["risk_level"] for uscc in (USCC, other)
    ]
    assert levels == ["none", "red"]


async def test_a_correction_may_come_before_what_it_corrects(district: District) -> None:
    await send(district, a_signal(source_ref="A-2", corrects="A-1", months=0, workers=0))
    await send(district, a_signal(source_ref="A-1", months=3))
    shown = (await district.officer.get(f"/enterprises/{USCC}")).json()["timeline"]
    assert {e["facts"]["source_ref"]: e["facts"]["superseded"] for e in shown} == {"A-1": True, "A-2": False}


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_of_two_corrections_of_one_signal_the_graver_holds_in_any_order(
    district: District, order: tuple[int, ...]
) -> None:
    told = [
        {"source_ref": "A-1", "months": 3},
        {"source_ref": "A-2", "corrects": "A-1", "months": 0},
        {"source_ref": "A-3", "corrects": "A-1", "months": 1},
    ]
    for place in order:
        assert (await district.send(period="2026-10", workers=5, **told[place]))["status"] == "accepted"
    assert (await district.officer.get(f"/enterprises/{USCC}")).json()["risk_level"] == "orange"
    taken_back = {"source_ref": "A-4", "corrects": "A-3", "months": 0}
    await district.send(period="2026-10", workers=0, **taken_back)
    assert (await district.officer.get(f"/enterprises/{USCC}")).json()["risk_level"] == "watch"


async def test_a_repeated_correction_is_a_duplicate(district: District) -> None:
    correction = a_signal(source_ref="A-2", corrects="A-1")
    assert statuses(await send(district, correction, correction)) == ["accepted", "duplicate"]
    assert statuses(await send(district, correction)) == ["duplicate"]


async def test_a_refused_correction_claims_nothing(district: District) -> None:
    await send(district, a_signal(source_ref="A-2"))
    results = await send(
        district, a_signal(source_ref="A-2", corrects="A-1"), a_signal(source_ref="A-3", corrects="A-1")
    )
    assert statuses(results) == ["refused", "accepted"]
    assert problem(results[0]) == (409, "signal_conflict", ["corrects"])


async def test_a_correction_needs_a_reference_of_its_own(district: District) -> None:
    results = await send(
        district, a_signal(source_ref="A-1", corrects="A-1"), a_signal(source_ref=None, corrects="A-1")
    )
    codes = [[error["code"] for error in result["problem"]["errors"]] for result in results]
    assert codes == [["corrects_itself"], ["required"]]


async def test_corrections_cannot_form_a_circle(district: District) -> None:
    await send(
        district, a_signal(source_ref="A-2", corrects="A-1"), a_signal(source_ref="A-3", corrects="A-2")
    )
    (stored,) = await send(district, a_signal(source_ref="A-1", corrects="A-3"))
    assert [error["code"] for error in stored["problem"]["errors"]] == ["correction_circle"]
    (other,) = await send(district, a_signal(source_ref="A-4", corrects="A-2"))
    assert other["status"] == "accepted"
    results = await send(
        district, a_signal(source_ref="B-1", corrects="B-2"), a_signal(source_ref="B-2", corrects="B-1")
    )
    assert statuses(results) == ["accepted", "refused"]


async def test_one_departments_references_are_not_anothers(district: District) -> None:
    await send(district, a_signal(source_ref="A-1"))
    token = district.system.token(Role.DEPARTMENT, source="street", indicators=frozenset({"wage_arrears"}))
    street = district.system.client("warning", token)
    body = json.dumps(a_signal(source="street", source_ref="A-1", workers=77))
    answer = await street.post("/signals", content=body, headers=NDJSON)
    assert answer.json()["results"][0]["status"] == "accepted"


async def test_a_stream_knows_how_many_lines_are_stored(district: District) -> None:
    stream = str(uuid4())
    for first_line in (0, 2, 0):
        headers = {"Stream-Id": stream, "First-Line": str(first_line)}
        await post(district, a_signal(), a_signal(months=-1), headers=headers)
    answer = await district.department.get(f"/streams/{stream}")
    assert (answer.status_code, answer.json()) == (200, {"lines_stored": 4})


async def test_another_departments_stream_does_not_exist(district: District) -> None:
    stream = str(uuid4())
    await post(district, a_signal(), headers={"Stream-Id": stream})
    other = district.system.client("warning", district.system.token(Role.DEPARTMENT, source="tax"))
    assert (await other.get(f"/streams/{stream}")).status_code == 404


async def test_the_registry_lists_the_plans_four_indicators(district: District) -> None:
    answer = await district.department.get("/indicators")
    listed = [one["id"] for one in answer.json()["items"]]
    assert listed[:4] == [
        "wage_arrears",
        "social_insurance_arrears",
        "rent_arrears",
        "labour_relations_change",
    ]
