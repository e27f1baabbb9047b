"""Signals of several departments in one call, each part under its own sender's token."""

import json
from collections.abc import Sequence

import httpx
import pytest

from shared.auth.permissions import Role
from tests.support.district import USCC, District

pytestmark = pytest.mark.asyncio
NDJSON = {"Content-Type": "application/x-ndjson"}
_ALL = frozenset({"wage_arrears", "tax_arrears"})


def a_signal(source: str, reference: str) -> str:
    return json.dumps(
        {
            "source": source,
            "source_ref": reference,
            "uscc": USCC,
            "indicator": "wage_arrears" if source == "hrss" else "tax_arrears",
            "period": "2026-10",
            "amount_cny": "1000.00",
        }
    )


def department(district: District, source: str) -> str:
    return "Bearer " + district.system.token(Role.DEPARTMENT, source=source, indicators=_ALL)


async def post(district: District, parts: Sequence[tuple[str, Sequence[str]]]) -> httpx.Response:
    lines = [
        line
        for authorization, signals in parts
        for line in (json.dumps({"authorization": authorization, "lines": len(signals)}), *signals)
    ]
    return await district.department.post("/signals:together", content="\n".join(lines), headers=NDJSON)


async def test_each_part_is_taken_under_its_own_senders_rights(district: District) -> None:
    hrss, tax = department(district, "hrss"), department(district, "tax")
    answer = await post(
        district, [(hrss, [a_signal("hrss", "A"), a_signal("tax", "B")]), (tax, [a_signal("tax", "B")])]
    )
    results = answer.json()["results"]
    assert [result["status"] for result in results] == ["accepted", "refused", "accepted"]
    assert results[1]["problem"]["code"] == "foreign_source"


async def test_who_may_not_send_is_refused_and_nobody_else(district: District) -> None:
    officer = "Bearer " + district.system.token(Role.DISTRICT_OFFICER)
    answer = await post(
        district,
        [
            ("Bearer forged", [a_signal("hrss", "A"), a_signal("hrss", "B")]),
            (officer, [a_signal("hrss", "C")]),
            ("", [a_signal("hrss", "D")]),
            (department(district, "hrss"), [a_signal("hrss", "E")]),
        ],
    )
    results = answer.json()["results"]
    assert [result["problem"] and result["problem"]["status"] for result in results] == [
        401,
        401,
        403,
        401,
        None,
    ]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no head",
        json.dumps({"authorization": "Bearer x", "lines": 2}) + "\n" + a_signal("hrss", "A"),
        json.dumps({"authorization": "Bearer x", "lines": 0}),
        json.dumps({"authorization": "Bearer x", "lines": "1"}) + "\n" + a_signal("hrss", "A"),
        json.dumps({"authorization": "Bearer x", "lines": 1})
        + "\n"
        + a_signal("hrss", "A")
        + "\n"
        + a_signal("hrss", "B"),
    ],
)
async def test_heads_that_do_not_fit_refuse_the_whole_call(district: District, body: str) -> None:
    answer = await district.department.post("/signals:together", content=body, headers=NDJSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "parts_unreadable")
