"""What the partners' door does not take: each with its problem, and a line in the audit log."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.domain.partners import Ask, DataClass, Operation, PartnerStatus, Purpose
from services.gateway.federation.identity import Identity, add_key, identity_from, retire_oldest_key
from services.gateway.federation.profile import Request, sign_request
from services.gateway.usecases.partner_registry import revoke_grant, set_partner_status
from tests.service.gateway.neighbours import (
    ASK,
    OURS,
    REQUESTS,
    THEIR_URL,
    Neighbours,
    identity_of,
    introduce,
    message,
)
from tests.service.gateway.refusing import assert_refused, body_of, stored

pytestmark = pytest.mark.asyncio


async def test_a_sound_message_is_taken(neighbours: Neighbours) -> None:
    body = body_of()
    answer = await neighbours.deliver(neighbours.signed(body), body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["received_by"] == "徐汇仲裁院"
    assert await neighbours.refusals() == []


@pytest.mark.parametrize("missing", ["signature", "signature-input", "content-digest"])
async def test_a_header_is_missing(neighbours: Neighbours, missing: str) -> None:
    body = body_of()
    request = neighbours.signed(body)
    del request.headers[next(name for name in request.headers if name.lower() == missing)]
    answer = await neighbours.deliver(request, body)
    code = "digest_missing" if missing == "content-digest" else "unsigned"
    await assert_refused(neighbours, answer, 401, code)
    assert answer.headers["www-authenticate"].startswith("Signature")
    assert await stored(neighbours) == 0


async def test_the_key_belongs_to_nobody(neighbours: Neighbours, tmp_path: Path) -> None:
    stranger = identity_from(tmp_path / "stranger.json", "stranger", "https://stranger.example")
    body = body_of()
    answer = await neighbours.deliver(neighbours.signed(body, identity=stranger), body)
    await assert_refused(neighbours, answer, 401, "unknown_key")


async def test_the_key_is_named_and_another_one_signs(neighbours: Neighbours, tmp_path: Path) -> None:
    stranger = identity_from(tmp_path / "stranger.json", "stranger", "https://stranger.example")
    body = body_of()
    liar = replace(stranger, kid=identity_of(neighbours.ours).kid)
    answer = await neighbours.deliver(neighbours.signed(body, identity=liar), body)
    await assert_refused(neighbours, answer, 401, "signature_invalid")


ALTERED: dict[str, Callable[[Request], dict[str, Any]]] = {
    "path": lambda request: {"url": request.url + "/" + str(uuid4()) + "/status"},
    "query": lambda request: {"url": request.url + "?as=admin"},
    "method": lambda request: {"method": "GET", "url": f"{request.url}/{uuid4()}"},
}


@pytest.mark.parametrize("what", sorted(ALTERED))
async def test_what_the_signature_covers_is_altered(neighbours: Neighbours, what: str) -> None:
    body = body_of()
    request = neighbours.signed(body)
    answer = await neighbours.deliver(request, body, **ALTERED[what](request))
    await assert_refused(neighbours, answer, 401, "signature_invalid")
    assert await stored(neighbours) == 0


async def test_the_method_alone_is_altered(neighbours: Neighbours) -> None:
    path = f"{REQUESTS}/{uuid4()}"
    request = neighbours.signed(b"", method="PUT", path=path)
    answer = await neighbours.deliver(request, b"", method="GET")
    await assert_refused(neighbours, answer, 401, "signature_invalid")


async def test_a_message_for_another_installation_is_none_of_ours(neighbours: Neighbours) -> None:
    body = body_of()
    request = Request("POST", f"https://putuo.example{REQUESTS}", {"content-type": "application/json"})
    sign_request(identity_of(neighbours.ours), request, body, neighbours.clock.now())
    answer = await neighbours.deliver(request, body, url=THEIR_URL + REQUESTS)
    await assert_refused(neighbours, answer, 401, "signature_invalid")


async def test_the_body_is_altered(neighbours: Neighbours) -> None:
    body = body_of()
    request = neighbours.signed(body)
    answer = await neighbours.deliver(request, body.replace("送达".encode(), "销毁".encode()))
    await assert_refused(neighbours, answer, 401, "digest_mismatch")
    # The true message is not used up by it.
    assert (await neighbours.deliver(request, body)).status_code == 201


async def test_body_and_digest_are_altered(neighbours: Neighbours) -> None:
    body, other = body_of(), body_of()
    request = neighbours.signed(body)
    request.headers["content-digest"] = neighbours.signed(other).headers["content-digest"]
    await assert_refused(neighbours, await neighbours.deliver(request, other), 401, "signature_invalid")


@pytest.mark.parametrize(
    ("age", "code"),
    [
        (timedelta(seconds=121), "expired"),
        (timedelta(minutes=6), "expired"),
        (timedelta(minutes=-6), "stale"),
        (timedelta(days=-400), "stale"),
    ],
)
async def test_the_time_is_not_ours(neighbours: Neighbours, age: timedelta, code: str) -> None:
    body = body_of()
    request = neighbours.signed(body, now=neighbours.clock.now() - age)
    await assert_refused(neighbours, await neighbours.deliver(request, body), 401, code)


async def test_a_signature_that_lasts_long_is_stale_after_300_seconds(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.gateway.federation.profile.LASTS", timedelta(days=1))
    body = body_of()
    request = neighbours.signed(body, now=neighbours.clock.now() - timedelta(seconds=301))
    await assert_refused(neighbours, await neighbours.deliver(request, body), 401, "stale")
    within = neighbours.signed(body, now=neighbours.clock.now() - timedelta(seconds=299))
    assert (await neighbours.deliver(within, body)).status_code == 201


async def test_a_message_is_replayed(neighbours: Neighbours) -> None:
    body = body_of()
    request = neighbours.signed(body)
    assert (await neighbours.deliver(request, body)).status_code == 201
    again = await neighbours.deliver(request, body)
    await assert_refused(neighbours, again, 401, "replayed", OURS)


async def test_of_concurrent_copies_exactly_one_is_taken(neighbours: Neighbours) -> None:
    body = body_of()
    request = neighbours.signed(body)
    answers = await asyncio.gather(*(neighbours.deliver(request, body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [401] * 7
    assert await stored(neighbours) == 1
    assert [code for _, _, code in await neighbours.refusals()] == ["replayed"] * 7


async def test_the_same_message_under_a_new_nonce_gets_the_same_receipt(neighbours: Neighbours) -> None:
    body = body_of()
    answers = [await neighbours.deliver(neighbours.signed(body), body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({answer.content for answer in answers}) == 1
    together = body_of()
    copies = await asyncio.gather(
        *(neighbours.deliver(neighbours.signed(together), together) for _ in range(6))
    )
    assert sorted(answer.status_code for answer in copies) == [200] * 5 + [201]
    assert await stored(neighbours) == 2


async def test_other_content_under_the_same_id(neighbours: Neighbours) -> None:
    message_id = str(uuid4())
    first, other = body_of(message_id=message_id), body_of(message_id=message_id, subject="另一事项")
    await neighbours.deliver(neighbours.signed(first), first)
    answer = await neighbours.deliver(neighbours.signed(other), other)
    await assert_refused(neighbours, answer, 409, "message_id_taken", OURS)


@pytest.mark.parametrize(
    "changes",
    [
        {"operation": "evidence"},
        {"operation": "online_mediation"},
        {"data_class": "case"},
        {"jurisdiction": "310115"},
        {"jurisdiction": "310105001"},
        {"purpose": "inspection"},
    ],
)
async def test_a_grant_of_something_else_is_none(neighbours: Neighbours, changes: dict[str, str]) -> None:
    body = body_of(**changes)
    answer = await neighbours.deliver(neighbours.signed(body), body)
    await assert_refused(neighbours, answer, 403, "no_grant", OURS)
    assert await stored(neighbours) == 0


async def test_a_town_lies_in_its_district(neighbours: Neighbours) -> None:
    body = body_of(jurisdiction="310104007")
    assert (await neighbours.deliver(neighbours.signed(body), body)).status_code == 201


async def test_a_grant_that_has_expired(neighbours: Neighbours) -> None:
    neighbours.clock.advance(timedelta(days=31))
    body = body_of()
    answer = await neighbours.deliver(neighbours.signed(body), body)
    await assert_refused(neighbours, answer, 403, "no_grant", OURS)


async def test_a_grant_that_was_revoked(neighbours: Neighbours) -> None:
    other = Ask(Operation.EVIDENCE, DataClass.CASE, ASK.jurisdiction, Purpose.ARBITRATION)
    granted = await neighbours.grant(other)
    told = {"operation": "evidence", "data_class": "case"}
    body = body_of(**told)
    assert (await neighbours.deliver(neighbours.signed(body), body)).status_code == 201
    async with neighbours.theirs.db.write() as tx:
        await revoke_grant(tx, granted, "tests")
    # What was taken before still gets its receipt; anything new does not.
    assert (await neighbours.deliver(neighbours.signed(body), body)).status_code == 200
    new = body_of(**told)
    await assert_refused(
        neighbours, await neighbours.deliver(neighbours.signed(new), new), 403, "no_grant", OURS
    )


async def test_what_was_refused_is_used_up_too(neighbours: Neighbours) -> None:
    told = {"operation": "evidence", "data_class": "case"}
    body = body_of(**told)
    request = neighbours.signed(body)
    await assert_refused(neighbours, await neighbours.deliver(request, body), 403, "no_grant", OURS)
    await neighbours.grant(Ask(Operation.EVIDENCE, DataClass.CASE, "310104", Purpose.ARBITRATION))
    await assert_refused(neighbours, await neighbours.deliver(request, body), 401, "replayed", OURS)


async def test_a_suspended_partner(neighbours: Neighbours) -> None:
    async with neighbours.theirs.db.write() as tx:
        await set_partner_status(tx, OURS, PartnerStatus.SUSPENDED, "tests")
    body = body_of()
    answer = await neighbours.deliver(neighbours.signed(body), body)
    await assert_refused(neighbours, answer, 403, "partner_suspended", OURS)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 422, "invalid_body"),
        (b'{"message_id": 1}', 422, "invalid_body"),
        (json.dumps(message(urgent=True)).encode(), 422, "invalid_body"),
        (json.dumps(message(content="\x00")).encode(), 422, "invalid_body"),
    ],
)
async def test_a_signed_body_that_does_not_fit(
    neighbours: Neighbours, content: bytes, status: int, code: str
) -> None:
    answer = await neighbours.deliver(neighbours.signed(content), content)
    await assert_refused(neighbours, answer, status, code, OURS)


async def test_a_body_that_is_too_large_is_not_even_read(neighbours: Neighbours) -> None:
    body = b" " * 65_537
    answer = await neighbours.deliver(neighbours.signed(body), body)
    await assert_refused(neighbours, answer, 413, "body_too_large")


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "Content-Digest", "Host"])
async def test_a_header_that_decides_stands_there_twice(neighbours: Neighbours, name: str) -> None:
    body = body_of()
    request = neighbours.signed(body)
    headers = [*request.headers.items(), (name, "sig=:AAAA:"), (name.upper(), "sig=:AAAA:")]
    answer = await neighbours.deliver(request, body, headers=headers)
    await assert_refused(neighbours, answer, 400, "duplicate_header")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"@target-uri" ', ""),
        (' "content-digest"', ""),
        (';tag="labour-federation"', ';tag="other"'),
        (';tag="labour-federation"', ""),
    ],
)
async def test_a_signature_that_covers_less_is_refused(
    neighbours: Neighbours, before: str, after: str
) -> None:
    body = body_of()
    request = neighbours.signed(body)
    name = next(name for name in request.headers if name.lower() == "signature-input")
    assert before in request.headers[name]
    request.headers[name] = request.headers[name].replace(before, after)
    answer = await neighbours.deliver(request, body)
    await assert_refused(neighbours, answer, 401, "signature_invalid")


async def test_a_request_is_its_senders_alone(neighbours: Neighbours, tmp_path: Path) -> None:
    told = message()
    body = json.dumps(told).encode()
    await neighbours.deliver(neighbours.signed(body), body)
    path = f"{REQUESTS}/{told['message_id']}"
    own = await neighbours.deliver(neighbours.signed(b"", "GET", path), b"")
    assert (own.status_code, own.json()["state"]) == (200, "received")
    other = identity_from(tmp_path / "other.json", "普陀仲裁院", "https://putuo.example")
    await introduce(neighbours.theirs, other, identity_of(neighbours.theirs))
    answer = await neighbours.deliver(neighbours.signed(b"", "GET", path, identity=other), b"")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    status = json.dumps(
        {"message_id": told["message_id"], "state": "accepted", "decided_at": "2026-11-18T10:00:00+08:00"}
    ).encode()
    forged = await neighbours.deliver(
        neighbours.signed(status, path=f"{path}/status", identity=other), status
    )
    assert forged.status_code == 404
    odd = await neighbours.deliver(neighbours.signed(b"", "GET", f"{REQUESTS}/x"), b"")
    assert odd.status_code == 404


async def test_a_key_is_changed_without_a_gap(neighbours: Neighbours, tmp_path: Path) -> None:
    file = tmp_path / "ours" / "federation-keys.json"
    old = identity_of(neighbours.ours)

    def now() -> Identity:
        return identity_from(file, old.descriptor.name, old.descriptor.base_url)

    async def taken(identity: Identity) -> int:
        body = body_of()
        return (await neighbours.deliver(neighbours.signed(body, identity=identity), body)).status_code

    add_key(file)
    await introduce(neighbours.theirs, now(), identity_of(neighbours.theirs))
    assert (len(now().descriptor.keys), now().kid) == (2, old.kid)
    assert await taken(old) == 201
    retire_oldest_key(file)
    assert await taken(now()) == 201
    assert await taken(old) == 201
    await introduce(neighbours.theirs, now(), identity_of(neighbours.theirs))
    assert await taken(now()) == 201
    assert await taken(old) == 401
    assert [code for _, _, code in await neighbours.refusals()] == ["unknown_key"]


async def test_whatever_stands_in_the_headers_the_answer_is_a_refusal(neighbours: Neighbours) -> None:
    """A few hundred slips of a pen; the unit tests look at more, without a door."""
    body = body_of()
    sound = {name.lower(): value for name, value in neighbours.signed(body).headers.items()}
    chance = random.Random(20261118)  # noqa: S311  slips, not secrets
    for number in range(200):
        headers = dict(sound)
        for name in ("signature", "signature-input", "content-digest"):
            value = headers[name]
            at = chance.randrange(len(value))
            slip = chance.choice(["", '"', ";", "=", "(", ":", ",", "\\", "é", "0", value[:at]])
            if chance.random() < 0.6:
                headers[name] = value[:at] + slip + value[at + 1 :]
        if headers == sound:
            continue
        raw = {name: value.encode("latin-1") for name, value in headers.items()}
        answer = await neighbours.deliver(neighbours.signed(body), body, headers=raw)
        assert answer.status_code in {201, 400, 401}, (number, headers)
    codes = {code for _, _, code in await neighbours.refusals()}
    assert {"signature_malformed", "signature_invalid"} <= codes
    assert await stored(neighbours) <= 1
