"""Access tokens: only the gateway's signature, for us, of the right type and not yet over, opens a door."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.auth.tokens import (
    AUDIENCE,
    ISSUER,
    TokenIssuer,
    TokenVerifier,
    Unauthenticated,
    generate_key,
    public_half,
)
from shared.kernel.clock import FixedClock
from shared.kernel.ids import new_id

PRIVATE = generate_key()
PUBLIC = public_half(PRIVATE)
NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
LIFETIME = timedelta(minutes=10)


def somebody(**changes: Any) -> Principal:
    facts: dict[str, Any] = {
        "account_id": new_id(),
        "username": "zhang",
        "role": Role.TOWN_OFFICER,
        "division": "310112101",
        "session_id": new_id(),
    }
    return Principal(**(facts | changes))


def claims(**changes: Any) -> dict[str, Any]:
    who = somebody()
    facts = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": int(NOON.timestamp()),
        "exp": int((NOON + LIFETIME).timestamp()),
        "sub": str(who.account_id),
        "name": who.username,
        "role": "town_officer",
        "division": who.division,
        "sid": str(who.session_id),
    }
    return {name: value for name, value in (facts | changes).items() if value is not None}


def signed(key: bytes = PRIVATE, typ: str = "at+jwt", **changes: Any) -> str:
    header = {"alg": "Ed25519", "typ": typ}
    return jwt.encode(header, claims(**changes), OKPKey.import_key(key), algorithms=["Ed25519"])


def part(document: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def verifier(clock: FixedClock | None = None) -> TokenVerifier:
    return TokenVerifier(PUBLIC, clock or FixedClock(NOON))


def test_a_token_names_the_caller_it_was_issued_to() -> None:
    department = somebody(role=Role.DEPARTMENT, source="hrss", indicators=frozenset({"wage_arrears"}))
    token = TokenIssuer(PRIVATE, FixedClock(NOON), LIFETIME).issue(department)

    assert verifier().verify(token) == department


def test_a_token_signed_by_another_key_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(signed(generate_key()))


def test_a_token_is_over_at_its_last_second() -> None:
    clock = FixedClock(NOON + LIFETIME - timedelta(seconds=1))
    assert verifier(clock).verify(signed()).username == "zhang"

    clock.advance(timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        verifier(clock).verify(signed())


def test_a_remembered_token_expires_with_the_clock() -> None:
    clock = FixedClock(NOON)
    verifying, token = verifier(clock), signed()
    verifying.verify(token)

    clock.advance(LIFETIME)

    with pytest.raises(Unauthenticated):
        verifying.verify(token)


def test_an_unsigned_token_is_refused() -> None:
    unsigned = part({"alg": "none", "typ": "at+jwt"}) + "." + part(claims()) + "."

    with pytest.raises(Unauthenticated):
        verifier().verify(unsigned)


@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
def test_the_public_key_is_no_shared_secret(algorithm: str) -> None:
    """Algorithm confusion: everybody knows the public key, so a MAC made with it proves nothing."""
    secret = OctKey.import_key(base64.b64encode(PUBLIC))
    forged = jwt.encode({"alg": algorithm, "typ": "at+jwt"}, claims(), secret, algorithms=[algorithm])

    with pytest.raises(Unauthenticated):
        verifier().verify(forged)


@pytest.mark.parametrize("typ", ["JWT", "rt+jwt", ""])
def test_a_token_of_another_type_is_refused(typ: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(signed(typ=typ))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "payroll"},
        {"aud": [AUDIENCE, "payroll"]},
        {"aud": None},
        {"iss": "payroll/gateway"},
        {"iss": None},
        {"exp": None},
        {"exp": "soon"},
        {"sub": "zhang"},
        {"sid": None},
        {"role": "emperor"},
        {"indicators": 7},
    ],
    ids=str,
)
def test_a_token_whose_claims_are_not_ours_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(signed(**changes))


def test_one_altered_claim_breaks_the_signature() -> None:
    header, _, signature = signed().split(".")
    promoted = f"{header}.{part(claims(role='district_officer'))}.{signature}"

    with pytest.raises(Unauthenticated):
        verifier().verify(promoted)


@given(st.one_of(st.text(max_size=80), st.text("aeyJ0_-.", max_size=80)))
def test_whatever_is_no_token_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(Unauthenticated):
        verifier().verify(text)
