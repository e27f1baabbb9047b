"""Enterprises through the API: upsert, search in both scripts, one in full, and whose they are."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.auth.permissions import Role
from tests.support.district import TOWN, USCC, District
from tests.support.enterprises import a_uscc

pytestmark = pytest.mark.asyncio


async def found(district: District, query: str) -> list[str]:
    answer = await district.officer.get("/enterprises", params={"q": query})
    assert answer.status_code == 200, answer.text
    return [item["uscc"] for item in answer.json()["items"]]


async def detail(district: District, uscc: str = USCC) -> dict[str, Any]:
    answer = await district.officer.get(f"/enterprises/{uscc}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_upsert_tells_what_it_did(district: District) -> None:
    uscc = a_uscc(7)
    first = await district.register(uscc, headcount=10)
    again = await district.register(uscc, headcount=10)
    grown = await district.register(uscc, headcount=11)
    assert [answer.json()["result"] for answer in (first, again, grown)] == [
        "created",
        "unchanged",
        "updated",
    ]


async def test_code_is_found_however_it_was_written(district: District) -> None:
    uscc = a_uscc(8)
    await district.register(uscc.lower())
    assert (await detail(district, uscc.lower()))["enterprise"]["uscc"] == uscc


async def test_former_name_is_kept_and_found(district: District) -> None:
    await district.register(name="上海旧名机械厂")
    await district.register(name="上海新名机械有限公司")
    assert (await detail(district))["former_names"] == ["上海旧名机械厂", "上海某某电子有限公司"]
    assert await found(district, "旧名机械") == [USCC]


async def test_search_takes_codes_and_fragments_of_names_in_both_scripts(district: District) -> None:
    await district.register(name="上海(某某)电子有限公司 某某电子")
    await district.register(a_uscc(9), name="上海别家餐饮管理有限公司")
    queries = ("電子", "某某电子", "（某某）", "133304518", "91310112133304518c")
    assert [await found(district, query) for query in queries] == [[USCC]] * len(queries)


async def test_search_takes_a_query_literally(district: District) -> None:
    queries = ("%", "_", "\\", "没有这家")
    assert [await found(district, query) for query in queries] == [[]] * len(queries)


async def test_pages_follow_one_another_to_the_end(district: District) -> None:
    for number in range(5):
        await district.register(a_uscc(number))
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        body = (await district.officer.get("/enterprises", params=params)).json()
        seen += [item["uscc"] for item in body["items"]]
        cursor = body["next_cursor"]
    assert seen == [USCC, *(a_uscc(number) for number in range(5))]


async def test_foreign_cursor_is_refused(district: District) -> None:
    answer = await district.officer.get("/enterprises", params={"cursor": "bm9wZQ"})
    assert (answer.status_code, answer.json()["code"]) == (422, "page.cursor_invalid")


async def test_sole_traders_name_is_masked_in_lists_and_whole_in_full(district: District) -> None:
    uscc = a_uscc(1, kind="92")
    await district.register(uscc, name="张三面馆")
    listed = (await district.officer.get("/enterprises", params={"q": uscc})).json()["items"]
    assert [item["name"] for item in listed] == ["张**"]
    assert (await detail(district, uscc))["enterprise"]["name"] == "张三面馆"


async def test_another_towns_enterprise_does_not_exist_for_a_town(district: District) -> None:
    token = district.system.token(Role.TOWN_OFFICER, "310112102")
    other = district.system.client("warning", token)
    assert (await other.get(f"/enterprises/{USCC}")).status_code == 404
    assert (await other.get("/enterprises")).json()["items"] == []


async def test_towns_may_look_but_only_the_district_writes(district: District) -> None:
    officer = district.system.client("warning", district.system.token(Role.TOWN_OFFICER, TOWN))
    assert (await officer.get(f"/enterprises/{USCC}")).status_code == 200
    assert (await officer.put(f"/enterprises/{USCC}", json={"name": "改名"})).status_code == 403


async def test_unsound_code_is_refused_with_field_and_remedy(district: District) -> None:
    answer = await district.register("310112000012345")
    problem = answer.json()
    assert (answer.status_code, problem["errors"][0]["field"]) == (422, "uscc")
    assert problem["errors"][0]["code"] == "registration_number_15"


async def test_unsound_code_is_kept_with_a_reason_and_its_signals_are_taken(district: District) -> None:
    number = "310112000012345"
    answer = await district.register(number, override_reason="老企业，尚未换照")
    assert answer.json()["result"] == "created"
    assert (await district.send(uscc=number, period="2026-10", months=1))["status"] == "accepted"


async def test_a_workplace_in_no_town_of_the_district_is_refused(district: District) -> None:
    answer = await district.register(a_uscc(3), workplace_division="310112999")
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
        ("workplace_division", "town_unknown")
    ]
    assert (await district.register(a_uscc(3), registered_division="310115131")).status_code == 200


@pytest.mark.parametrize("spell", [str.lower, lambda code: "".join(chr(ord(mark) + 0xFEE0) for mark in code)])
async def test_a_code_means_one_enterprise_however_it_is_spelled(
    district: District, spell: Callable[[str], str]
) -> None:
    await district.send(period="2026-10", months=3, workers=41)
    code = f" {spell(USCC)}"
    found = (await district.officer.get("/warnings", params={"uscc": code})).json()["items"]
    assert [one["uscc"] for one in found] == [USCC]
    assert (await detail(district, code))["enterprise"]["uscc"] == USCC
    assert (await district.officer.post(f"/enterprises/{code}/assess")).json()["uscc"] == USCC
    assert (await district.register(code)).json()["result"] == "unchanged"


async def test_workplace_outside_the_district_is_refused(district: District) -> None:
    answer = await district.register(a_uscc(3), workplace_division="310104001")
    assert [error["code"] for error in answer.json()["errors"]] == ["outside_district"]


async def test_registration_releases_held_signals_and_has_them_assessed(district: District) -> None:
    uscc = a_uscc(4)
    assert (await district.send(uscc=uscc, period="2026-10", months=3, workers=41))["status"] == "held"
    assert await district.warnings() == []
    answer = await district.register(uscc)
    assert answer.json()["released_signals"] == 1
    await district.system.settle()
    assert [(one["uscc"], one["level"]) for one in await district.warnings()] == [(uscc, "red")]


async def test_new_headcount_is_assessed_again(district: District) -> None:
    uscc = a_uscc(5)
    await district.register(uscc, headcount=1000)
    plan = {"kind": "layoff_plan"}
    await district.send(
        uscc=uscc, indicator="labour_relations_change", period="2026-10", workers=19, detail=plan
    )
    assert await district.warnings() == []
    await district.register(uscc, headcount=40)
    await district.system.settle()
    assert [one["level"] for one in await district.warnings()] == ["orange"]


async def test_full_view_shows_signals_assessments_and_steps_newest_first(district: District) -> None:
    await district.send(source_ref="r1", period="2026-10", months=3, workers=41)
    await district.send(source_ref="r2", corrects="r1", period="2026-10", months=2, workers=41)
    body = await detail(district)
    assert (body["risk_level"], body["open_warning_id"] is not None) == ("red", True)
    entries = body["timeline"]
    assert {entry["kind"] for entry in entries} == {"signal", "assessment", "warning"}
    assert [entry["at"] for entry in entries] == sorted((entry["at"] for entry in entries), reverse=True)
    superseded = {
        e["facts"]["source_ref"]: e["facts"]["superseded"] for e in entries if e["kind"] == "signal"
    }
    assert superseded == {"r1": True, "r2": False}
    assert {e["title"] for e in entries if e["kind"] == "signal"} == {"欠薪"}
