"""Signatures of messages: what is signed verifies, and nothing else does."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.refusals import (
    DigestMismatch,
    Expired,
    MessageRefused,
    SignatureIncomplete,
    SignatureInvalid,
    Stale,
    UnknownKey,
)
from services.gateway.federation import profile
from services.gateway.federation.identity import (
    Identity,
    KeyFileUnusable,
    LastKey,
    add_key,
    document_of,
    identity_from,
    retire_oldest_key,
)
from services.gateway.federation.profile import (
    Request,
    Response,
    sign_request,
    sign_response,
    verify_request,
    verify_response,
)

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
URL = "https://xuhui.example/api/federation/v1/assistance-requests?x=1"
BODY = "请协助送达".encode()


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    file = tmp_path_factory.mktemp("keys") / "keys.json"
    return identity_from(file, "闵行仲裁院", "https://minhang.example")


@pytest.fixture(scope="module")
def keys(identity: Identity) -> dict[str, str]:
    return {key.kid: key.x for key in identity.descriptor.keys}


def signed(identity: Identity, now: datetime = NOW) -> Request:
    request = Request("POST", URL, {"content-type": "application/json"})
    sign_request(identity, request, BODY, now)
    return request


def test_what_is_signed_verifies_and_leaves_evidence(identity: Identity, keys: dict[str, str]) -> None:
    request = signed(identity)
    evidence = verify_request(request, keys, NOW + timedelta(seconds=60))
    assert evidence.kid == identity.kid
    assert evidence.signed.splitlines()[:2] == [b'"@method": POST', b'"@target-uri": ' + URL.encode()]
    identity.private_key.public_key().verify(_raw(evidence.signature), evidence.signed)


def _raw(signature: str) -> bytes:
    return b64decode(signature.removeprefix("sig=:").removesuffix(":"))


@given(
    st.sampled_from(["signature", "signature-input", "content-digest"]),
    st.integers(min_value=0),
    st.text(st.characters(max_codepoint=0xFF), max_size=12),
)
def test_any_slip_in_a_header_is_a_refusal_and_nothing_worse(
    identity: Identity, keys: dict[str, str], name: str, at: int, slip: str
) -> None:
    request = signed(identity)
    signed_value = next(text for one, text in request.headers.items() if one.lower() == "signature")
    given_name = next(one for one in request.headers if one.lower() == name)
    value = request.headers[given_name]
    at %= len(value)
    request.headers[given_name] = value[:at] + slip + value[at + 1 :]
    if request.headers[given_name].strip() == value:
        return
    try:
        evidence = verify_request(request, keys, NOW)
    except MessageRefused:
        return
    # What still verifies is the very signature, under another label or with other blanks around it.
    identity.private_key.public_key().verify(_raw(signed_value), evidence.signed)


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_for_a_signature_is_a_refusal(keys: dict[str, str], stated: str, signature: str) -> None:
    request = Request(
        "POST",
        URL,
        {"signature-input": stated, "signature": signature, "content-digest": "sha-256=:AAAA:"},
    )
    with pytest.raises(MessageRefused):
        verify_request(request, keys, NOW)


@pytest.mark.parametrize(
    ("seconds", "refusal"), [(120, Expired), (400, Expired), (-301, Stale), (119, None), (-299, None)]
)
def test_times_are_held_against_our_clock(
    identity: Identity, keys: dict[str, str], seconds: int, refusal: type[MessageRefused] | None
) -> None:
    request = signed(identity, NOW - timedelta(seconds=seconds))
    if refusal is None:
        verify_request(request, keys, NOW)
        return
    with pytest.raises(refusal):
        verify_request(request, keys, NOW)


@pytest.mark.parametrize("left_out", ["@method", "@target-uri"])
def test_a_true_signature_that_covers_less_is_incomplete(
    identity: Identity, keys: dict[str, str], left_out: str
) -> None:
    covers = [name for name in ("@method", "@target-uri", "content-digest") if name != left_out]
    request = Request("POST", URL, {})
    profile._sign(identity, request, BODY, NOW, tuple(covers))
    with pytest.raises(SignatureIncomplete):
        verify_request(request, keys, NOW)


def test_a_stranger_is_unknown(identity: Identity) -> None:
    with pytest.raises(UnknownKey):
        verify_request(signed(identity), {}, NOW)


def answer_to(identity: Identity, request: Request, body: bytes = b"{}") -> Response:
    response = Response(201, {"content-type": "application/json"}, request)
    sign_response(identity, response, body, NOW, "sig")
    return response


def test_an_answer_belongs_to_its_request(identity: Identity, keys: dict[str, str]) -> None:
    request, other = signed(identity), signed(identity)
    response = answer_to(identity, request)
    verify_response(response, b"{}", keys, NOW)
    with pytest.raises(SignatureInvalid):
        verify_response(Response(201, response.headers, other), b"{}", keys, NOW)
    with pytest.raises(SignatureInvalid):
        verify_response(Response(200, response.headers, request), b"{}", keys, NOW)
    with pytest.raises(DigestMismatch):
        verify_response(response, b"[]", keys, NOW)


def test_a_request_is_no_answer(identity: Identity, keys: dict[str, str]) -> None:
    request = signed(identity)
    with pytest.raises(MessageRefused):
        verify_response(Response(201, dict(request.headers), request), BODY, keys, NOW)


def test_keys_are_made_once_and_kept_from_others(tmp_path: Path) -> None:
    file = tmp_path / "sub" / "keys.json"
    first, again = (identity_from(file, "a", "https://a.example") for _ in range(2))
    assert first.descriptor == again.descriptor
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["keys.json"]
    assert '"d"' not in str(document_of(first.descriptor))


def test_the_last_key_stays(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    old = identity_from(file, "a", "https://a.example")
    with pytest.raises(LastKey):
        retire_oldest_key(file)
    add_key(file)
    both = identity_from(file, "a", "https://a.example")
    assert (both.kid, len(both.descriptor.keys)) == (old.kid, 2)
    assert both.descriptor.fingerprint != old.descriptor.fingerprint
    retire_oldest_key(file)
    new = identity_from(file, "a", "https://a.example")
    assert new.kid == both.descriptor.keys[1].kid


@pytest.mark.parametrize("content", ["", "{}", '{"keys": []}', '{"keys": [{"kty": "OKP"}]}'])
def test_a_broken_key_file_is_said_to_be_broken(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(content)
    with pytest.raises(KeyFileUnusable):
        identity_from(file, "a", "https://a.example")
