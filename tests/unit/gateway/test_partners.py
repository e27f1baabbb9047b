"""Descriptors, fingerprints, grants, the steps of a request, pauses, and the chain of messages."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.assistance import STEPS, Patience, State, Step, StepNotAllowed, next_state
from services.gateway.domain.exchange import BEGINNING, ChainedEntry, LogEntry, MessageKind, first_break
from services.gateway.domain.partners import (
    Ask,
    DataClass,
    Descriptor,
    DescriptorInvalid,
    FingerprintDiffers,
    Grant,
    Operation,
    PartnerKey,
    Purpose,
    allowed,
    check_fingerprint,
    checked_address,
    key_document,
    read_descriptor,
    thumbprint,
)

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
ASK = Ask(Operation.EVIDENCE, DataClass.CASE, "310104", Purpose.ARBITRATION)


def a_key(byte: int) -> PartnerKey:
    x = base64.urlsafe_b64encode(bytes([byte]) * 32).decode().rstrip("=")
    return PartnerKey(thumbprint(x), x)


def a_document(**changes: Any) -> dict[str, Any]:
    keys = [key_document(a_key(1)), key_document(a_key(2))]
    return {"name": "徐汇仲裁院", "base_url": "https://xuhui.example", "jwks": {"keys": keys}} | changes


def test_a_thumbprint_is_that_of_rfc_8037() -> None:
    assert thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo") == (
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    )


def test_a_descriptor_is_read_and_has_one_fingerprint() -> None:
    told = read_descriptor(a_document())
    turned = replace(told, keys=told.keys[::-1])
    assert told.fingerprint == turned.fingerprint
    assert len(told.fingerprint.split(" ")) == 16
    check_fingerprint(told, told.fingerprint.upper().replace(" ", ":"))


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "普陀仲裁院"},
        {"base_url": "https://attacker.example"},
        {"jwks": {"keys": [key_document(a_key(1))]}},
    ],
)
def test_whatever_is_changed_in_a_file_the_fingerprint_differs(changed: dict[str, Any]) -> None:
    told = read_descriptor(a_document(**changed))
    with pytest.raises(FingerprintDiffers):
        check_fingerprint(told, read_descriptor(a_document()).fingerprint)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        a_document(name=""),
        a_document(name="x" * 81),
        a_document(name="a\nb"),
        a_document(jwks={"keys": []}),
        a_document(jwks={"keys": [key_document(a_key(1))] * 2}),
        a_document(jwks={"keys": [key_document(a_key(1)) | {"kid": "mine"}]}),
        a_document(jwks={"keys": [key_document(a_key(1)) | {"d": "secret"}]}),
        a_document(jwks={"keys": [key_document(a_key(1)) | {"crv": "X25519"}]}),
        a_document(jwks={"keys": ["x"]}),
        a_document(base_url=7),
    ],
)
def test_a_file_that_is_none_is_refused(document: object) -> None:
    with pytest.raises(DescriptorInvalid):
        read_descriptor(document)


@pytest.mark.parametrize(
    "address",
    [
        "http://xuhui.example",
        "https://xuhui.example/path",
        "https://u:p@xuhui.example",
        "https://xuhui.example?x=1",
        "https://XUHUI.example",
        "https://xuhui.example:99999",
        "ftp://xuhui.example",
        "https://",
        "https://[::1",
        "//xuhui.example",
        "https://xuhui.example#x",
        "https://徐汇.example",
    ],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(DescriptorInvalid):
        checked_address(address)


@pytest.mark.parametrize(
    "address", ["https://xuhui.example", "https://10.1.2.3:8443/", "http://127.0.0.1:8081", "http://[::1]:80"]
)
def test_addresses_that_are_taken(address: str) -> None:
    assert checked_address(address) == address.rstrip("/")


@given(
    st.sampled_from(Operation),
    st.sampled_from(DataClass),
    st.sampled_from(["310104", "310104001", "310105", "31010"]),
    st.sampled_from(Purpose),
    st.integers(-2, 2),
    st.booleans(),
)
def test_a_grant_covers_what_fits_in_all_four_while_it_is_in_force(
    operation: Operation,
    data_class: DataClass,
    jurisdiction: str,
    purpose: Purpose,
    days: int,
    revoked: bool,  # noqa: FBT001  drawn
) -> None:
    ask = Ask(operation, data_class, jurisdiction, purpose)
    grant = Grant(uuid4(), ASK, NOW + timedelta(days=days), NOW if revoked else None)
    fits = replace(ask, jurisdiction=ASK.jurisdiction) == ASK and jurisdiction in {"310104", "310104001"}
    assert allowed([grant], ask, NOW) == (fits and days > 0 and not revoked)


def test_without_a_grant_the_answer_is_no() -> None:
    assert not allowed([], ASK, NOW)


@given(st.sampled_from(State), st.sampled_from(Step))
def test_steps_lead_where_the_table_says_and_nowhere_else(state: State, step: Step) -> None:
    if step in STEPS[state]:
        assert next_state(state, step) is STEPS[state][step]
        return
    with pytest.raises(StepNotAllowed):
        next_state(state, step)


def test_a_decision_is_final() -> None:
    ends: Mapping[State, object] = {state: steps for state, steps in STEPS.items() if not steps}
    assert set(ends) == {State.ACCEPTED, State.REFUSED}


@given(st.integers(0, 500), st.floats(0, 1))
def test_pauses_grow_and_stay_within_bounds(attempts: int, share: float) -> None:
    patience = Patience()
    pause = patience.pause(attempts, share)
    assert patience.first_pause / 2 <= pause <= patience.longest_pause
    assert patience.pause(attempts + 1, share) >= pause


def entries(count: int) -> list[LogEntry]:
    partner = uuid4()
    return [
        LogEntry(NOW, partner, None, "in", MessageKind.REQUEST, "kid", b"signed", "sig", b"%d" % number)
        for number in range(count)
    ]


def chained(listed: list[LogEntry]) -> list[ChainedEntry]:
    chain: list[ChainedEntry] = []
    for seq, entry in enumerate(listed):
        previous = chain[-1].hash if chain else BEGINNING
        chain.append(ChainedEntry(seq, entry, previous, entry.hash_after(previous)))
    return chain


@given(st.integers(2, 8), st.integers(0, 7), st.sampled_from(["change", "remove", "swap"]))
def test_the_chain_breaks_where_somebody_meddled(count: int, at: int, how: str) -> None:
    chain = chained(entries(count))
    assert first_break(chain) is None
    at %= count - 1
    if how == "change":
        chain[at] = replace(chain[at], entry=replace(chain[at].entry, body=b"other"))
    elif how == "remove":
        del chain[at]
    else:
        chain[at], chain[at + 1] = chain[at + 1], chain[at]
    assert first_break(chain) is not None


def test_bytes_do_not_move_between_parts() -> None:
    entry = entries(1)[0]
    moved = replace(entry, signed=entry.signed + b"s", signature=entry.signature[1:])
    assert moved.hash_after(BEGINNING) != entry.hash_after(BEGINNING)


def test_a_descriptor_needs_no_order_of_keys() -> None:
    one = Descriptor("a", "https://a.example", (a_key(1), a_key(2)))
    assert one.fingerprint == replace(one, keys=(a_key(2), a_key(1))).fingerprint
