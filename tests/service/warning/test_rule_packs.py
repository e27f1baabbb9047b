"""A rule pack goes from draft over a second person's review and a dry run into force."""

import json
from datetime import timedelta
from importlib.resources import files
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.auth.permissions import Role
from tests.support.district import District

pytestmark = pytest.mark.asyncio


def stricter_pack() -> dict[str, Any]:
    """Return the default pack with orange from three workers on."""
    pack: dict[str, Any] = json.loads(
        files("services.warning").joinpath("data/rule_pack.json").read_text(encoding="utf-8")
    )
    rule = next(one for one in pack["rules"] if one["id"] == "wage_arrears_workers")
    rule["orange"][0]["value"] = 3
    return pack


async def draft(client: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    body = {"action_id": str(uuid4()), "effective_from": "2026-11-18", "document": stricter_pack()} | changes
    return await client.post("/rule-packs", json=body)


async def step(client: httpx.AsyncClient, version: int, what: str) -> httpx.Response:
    return await client.post(f"/rule-packs/{version}/{what}", json={"action_id": str(uuid4())})


def officer(district: District, name: str) -> httpx.AsyncClient:
    token = district.system.token(Role.DISTRICT_OFFICER, username=name)
    return district.system.client("warning", token)


async def test_a_pack_takes_effect_after_review_by_a_second_person(district: District) -> None:
    await district.send(period="2026-11", months=0, workers=4)
    assert await district.warnings() == [], "four workers are only watched by the default pack"
    author, reviewer = officer(district, "author"), officer(district, "reviewer")
    drafted = await draft(author)
    assert drafted.status_code == 201, drafted.text
    version = drafted.json()["version"]
    assert (await step(author, version, "review")).status_code == 403
    early = (await step(reviewer, version, "publish")).json()
    assert (early["status"], early["pack_status"]) == (409, "draft"), "not reviewed yet"
    assert (await step(reviewer, version, "review")).json()["status"] == "reviewed"
    assert (await step(author, version, "publish")).json()["status"] == "live"
    await district.system.settle()
    assert [w["level"] for w in await district.warnings()] == ["orange"]


async def test_a_scheduled_pack_retires_the_former_one_on_its_day(district: District) -> None:
    author, reviewer = officer(district, "author"), officer(district, "reviewer")

    async def listed() -> dict[int, str]:
        items = (await author.get("/rule-packs")).json()["items"]
        return {one["version"]: one["status"] for one in items}

    version = (await draft(author, effective_from="2026-11-20")).json()["version"]
    await step(reviewer, version, "review")
    await step(author, version, "publish")
    assert await listed() == {1: "live", version: "live"}, "the former one is in force until the day comes"
    district.system.clock.advance(timedelta(days=2))
    author = officer(district, "author")
    assert await listed() == {1: "retired", version: "live"}
    assert (await step(author, 1, "publish")).json()["status"] == "retired"


async def test_a_pack_that_another_supersedes_cannot_be_published(district: District) -> None:
    author, reviewer = officer(district, "author"), officer(district, "reviewer")
    dates = ("2026-11-19", "2026-11-20", "2026-11-20")
    early, same_day, newest = [(await draft(author, effective_from=day)).json()["version"] for day in dates]
    for version in (early, same_day, newest):
        await step(reviewer, version, "review")
    assert (await step(author, newest, "publish")).status_code == 200
    too_late = await step(author, same_day, "publish")
    assert (too_late.status_code, too_late.json()["superseded_by"]) == (409, newest), "never in force"
    district.system.clock.advance(timedelta(days=2))
    author = officer(district, "author")
    refused = (await step(author, early, "publish")).json()
    assert (refused["status"], refused["code"]) == (409, "warning.rule_pack_superseded")
    assert str(newest) in refused["title"]
    assert "2026-11-20" in refused["title"]
    listed = {one["version"]: one["status"] for one in (await author.get("/rule-packs")).json()["items"]}
    assert (listed[early], listed[newest]) == ("reviewed", "live")


async def test_a_dry_run_tells_what_would_change_and_changes_nothing(district: District) -> None:
    await district.send(period="2026-11", months=0, workers=4)
    author = officer(district, "author")
    version = (await draft(author)).json()["version"]
    tried = await author.post(f"/rule-packs/{version}/dry-run")
    assert tried.status_code == 200, tried.text
    assert tried.json()["changes"] == {"watch→orange": 1}
    assert await district.warnings() == []


async def test_a_draft_with_a_fault_names_its_path(district: District) -> None:
    pack = stricter_pack()
    pack["rules"][0]["orange"][0]["measure"] = "no_such.months"
    refused = await draft(officer(district, "author"), document=pack)
    assert refused.status_code == 422
    assert "rules" in refused.json()["errors"][0]["field"]


async def test_the_same_draft_sent_twice_is_one_draft(district: District) -> None:
    author, action_id = officer(district, "author"), str(uuid4())
    versions = {(await draft(author, action_id=action_id)).json()["version"] for _ in range(2)}
    assert len(versions) == 1


async def test_a_pack_cannot_have_been_in_force_before_today(district: District) -> None:
    refused = await draft(officer(district, "author"), effective_from="2026-11-17")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "effective_from")
