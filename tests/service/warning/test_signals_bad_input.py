"""Whatever is sent: a problem that names the field and says what to do, nothing half-stored, never a 500."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.district import USCC, District

pytestmark = pytest.mark.asyncio

NDJSON = {"Content-Type": "application/x-ndjson"}
GOOD = {
    "source": "hrss",
    "source_ref": "good",
    "uscc": USCC,
    "indicator": "wage_arrears",
    "period": "2026-10",
    "months": 1,
}


def a_line(**changes: Any) -> bytes:
    signal = GOOD | {"source_ref": "bad"} | changes
    return json.dumps({name: value for name, value in signal.items() if value is not ...}).encode()


def a_raw_line(field: str, raw: str) -> bytes:
    """Return a line whose field is written just so, for what JSON libraries will not write."""
    return a_line(**{field: "@@"}).replace(b'"@@"', raw.encode())


async def stored(district: District) -> int:
    async with district.system.db("warning").read() as tx:
        return int(await tx.value(text("SELECT count(*) FROM warning.signals")))


FAULTY: list[tuple[bytes, str]] = [
    (a_line(indicator="no_such"), "indicator"),
    (a_line(amount_cny="-1"), "amount_cny"),
    (a_line(amount_cny="1.005"), "amount_cny"),
    (a_line(amount_cny="NaN"), "amount_cny"),
    (a_line(amount_cny="1e5"), "amount_cny"),
    (a_line(amount_cny="１２"), "amount_cny"),
    (a_line(amount_cny=12.5), "amount_cny"),
    (a_line(amount_cny="9" * 15), "amount_cny"),
    (a_line(amount_cny="9" * 14), "amount_cny"),
    (a_line(amount_cny="9" * 10_000), "amount_cny"),
    (a_line(period="2026-12"), "period"),
    (a_line(period="2026-13"), "period"),
    (a_line(period="1999-12"), "period"),
    (a_line(period=202610), "period"),
    (a_line(period=...), "period"),
    (a_line(occurred_on="2026-10-05"), "period"),
    (a_line(period=..., occurred_on="2026-11-19"), "occurred_on"),
    (a_line(period=..., occurred_on="2026-02-30"), "occurred_on"),
    (a_line(period=..., occurred_on="2026-10-05T00:00:00"), "occurred_on"),
    (a_line(period=..., occurred_on=20261005), "occurred_on"),
    (a_line(uscc="913101121333045180"), "uscc"),
    (a_line(uscc="310112000012345"), "uscc"),
    (a_line(uscc="9.13101E+17"), "uscc"),
    (a_line(uscc=""), "uscc"),
    (a_line(uscc="\x00" * 5), "uscc"),
    (a_line(uscc="9" * 65), "uscc"),
    (a_line(uscc=...), "uscc"),
    (a_line(uscc=None), "uscc"),
    (a_line(months="3"), "months"),
    (a_line(months=True), "months"),
    (a_line(months=1.0), "months"),
    (a_line(months=-1), "months"),
    (a_line(months=601), "months"),
    (a_line(workers=1_000_001), "workers"),
    (a_line(workers=2**63), "workers"),
    (a_line(source_ref=""), "source_ref"),
    (a_line(source_ref="a\x00b"), "source_ref"),
    (a_line(source_ref="x" * 201), "source_ref"),
    (a_line(source_ref=7), "source_ref"),
    (a_line(extra_field=1), "extra_field"),
    (a_line(signal_id="mine"), "signal_id"),
    (a_line(detail={"unknown": 1}), "detail.unknown"),
    (a_line(detail={"principal_unreachable": 1}), "detail.principal_unreachable"),
    (a_line(detail={"principal_unreachable": "true"}), "detail.principal_unreachable"),
    (a_line(detail={"principal_unreachable": {"a": 1}}), "detail.principal_unreachable"),
    (a_line(detail=[1]), "detail"),
    (a_line(detail={f"a{n}": 1 for n in range(21)}), "detail"),
    (a_line(indicator="labour_relations_change", months=..., workers=30), "detail.kind"),
    (
        a_line(indicator="labour_relations_change", months=..., detail={"kind": "no_such"}),
        "detail.kind",
    ),
    (a_raw_line("months", "NaN"), "months"),
    (a_raw_line("months", "Infinity"), "months"),
    (a_raw_line("months", "9" * 10_000), "months"),
    (a_raw_line("detail", '{"principal_unreachable": NaN}'), "detail.principal_unreachable"),
    (a_raw_line("detail", '{"a":' * 5_000 + "1" + "}" * 5_000), "body"),
    (a_raw_line("source_ref", '"\\ud800"'), "source_ref"),
    (b"[" * 5_000, "body"),
    (b"\xff\xfe", "body"),
    (b'{"source": "\xff"}', "body"),
    (a_line()[:-5], "body"),
    (b"null", "body"),
    (b"[]", "body"),
    (b"", "body"),
    (a_line()[:-1] + b', "months": 3}', "months"),
    (a_line()[:-1] + b', "\\u006donths": 1}', "months"),
    (a_line()[:-1] + b', "source" : "hrss"}', "source"),
    (a_line(months=None)[:-1] + b', "months": null}', "months"),
    (a_raw_line("detail", '{"a": 1, "a": 1}'), "detail.a"),
    (a_raw_line("detail", "{}")[:-1] + b', "detail": null}', "detail"),
    (b'{"\\u0000": 1}', "source"),
    (b'{"' + b"k" * 60_000 + b'": 1}', "source"),
]


async def test_faulty_item_is_refused_with_its_field_and_the_rest_is_taken(district: District) -> None:
    lines = [*(line for line, _ in FAULTY), json.dumps(GOOD).encode()]
    answer = await district.department.post("/signals", content=b"\n".join(lines), headers=NDJSON)
    assert answer.status_code == 200, answer.text
    *refused, taken = answer.json()["results"]
    assert taken["status"] == "accepted"
    found = [
        (line[:100], (result["problem"] or {"errors": [{"field": "taken"}]})["errors"][0]["field"])
        for (line, _), result in zip(FAULTY, refused, strict=True)
    ]
    assert found == [(line[:100], field) for line, field in FAULTY]
    assert await stored(district) == 1


async def test_every_refusal_says_what_to_do_in_both_languages_and_repeats_little(district: District) -> None:
    answer = await district.department.post(
        "/signals", content=b"\n".join(line for line, _ in FAULTY), headers=NDJSON
    )
    problems = [result["problem"] for result in answer.json()["results"]]
    errors = [error for problem in problems for error in problem["errors"]]
    assert {problem["status"] for problem in problems} == {422}
    assert all(error["message"] and error["message_en"] for error in errors)
    assert max(len(error["field"]) for error in errors) <= 80
    assert max(len(problem["errors"]) for problem in problems) <= 20


async def test_colons_in_a_text_are_no_keys(district: District) -> None:
    body = b"\n".join(a_line(source_ref=ref) for ref in ("a:b", '":"', '{"a":1,"a":2}', "09:30:00"))
    results = (await district.department.post("/signals", content=body, headers=NDJSON)).json()["results"]
    assert {result["status"] for result in results} == {"accepted"}


async def test_overlong_item_is_refused_alone(district: District) -> None:
    body = a_line(source_ref="x" * 70_000) + b"\n" + json.dumps(GOOD).encode()
    results = (await district.department.post("/signals", content=body, headers=NDJSON)).json()["results"]
    assert (results[0]["problem"]["status"], results[1]["status"]) == (413, "accepted")


async def test_fault_of_the_whole_body_refuses_all(district: District) -> None:
    faults = [
        (b"", "application/x-ndjson", 422, "no_signals"),
        (b"{}\n" * 1_001, "application/x-ndjson", 413, "too_many_signals"),
        (b"{}", "application/json", 415, "not_ndjson"),
        (b"{}", "text/csv", 415, "not_ndjson"),
        (b"{}", "", 415, "not_ndjson"),
        (b" " * (66 * 1024 * 1024), "application/x-ndjson", 413, "too_large"),
    ]
    answers = [
        await district.department.post("/signals", content=body, headers={"Content-Type": content_type})
        for body, content_type, _, _ in faults
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        fault[2:] for fault in faults
    ]
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
    assert await stored(district) == 0


async def test_faulty_stream_header_refuses_all(district: District) -> None:
    faults = ({"Stream-Id": "no-uuid"}, {"First-Line": "-1"}, {"First-Line": "9" * 30}, {"First-Line": "x"})
    answers = [
        await district.department.post("/signals", content=json.dumps(GOOD), headers=NDJSON | headers)
        for headers in faults
    ]
    assert [answer.status_code for answer in answers] == [422] * len(faults)
    assert await stored(district) == 0


async def test_a_batch_of_nothing_but_faults_is_answered_item_by_item(district: District) -> None:
    answer = await district.department.post("/signals", content=b"{\n" * 1_000, headers=NDJSON)
    assert {result["status"] for result in answer.json()["results"]} == {"refused"}
