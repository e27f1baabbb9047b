"""The signature profile: RFC 9421 by Ed25519, the same for requests and responses.

A request covers its method, its target and its body's digest. A response covers its status, its body's digest and,
by `;req`, the request's signature: it is the answer to that request and to no other. The library checks signatures;
the times are checked here, on the system's one clock.
"""

import base64
import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    VerifyResult,
)
from http_message_signatures.algorithms import ED25519
from http_message_signatures.digests import ContentDigest
from typing_extensions import override

from services.gateway.domain.refusals import (
    DigestMismatch,
    Expired,
    SignatureIncomplete,
    SignatureInvalid,
    SignatureMalformed,
    Stale,
    UnknownKey,
)
from services.gateway.federation.identity import Identity

TAG: Final = "labour-federation"
FRESH: Final = timedelta(seconds=300)
LASTS: Final = timedelta(seconds=120)
"""How long a signature of ours is good: enough for a slow line, too short to be of use later."""
_LABEL: Final = "sig"
_REQUEST_COVERS: Final = ("@method", "@target-uri", "content-digest")
_NONCE_LENGTHS: Final = range(16, 129)
_STATED: Final = {"created", "expires", "nonce", "keyid", "tag"}


@dataclass(slots=True)
class Request:
    """A request as the library reads it."""

    method: str
    url: str
    headers: MutableMapping[str, str]


@dataclass(slots=True)
class Response:
    """A response as the library reads it."""

    status_code: int
    headers: MutableMapping[str, str]
    request: Request


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves who said it: the bytes that were signed, the Signature header, and whose key it was."""

    kid: str
    label: str
    nonce: str
    created: int
    signed: bytes
    signature: str


@dataclass(slots=True)
class _Keys(HTTPSignatureKeyResolver):
    """Public keys by kid; remembers which one was asked for."""

    known: Mapping[str, str]
    asked: str | None = field(default=None, init=False)

    @override
    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        self.asked = key_id
        x = self.known.get(key_id)
        return None if x is None else Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "="))


@dataclass(slots=True)
class _OwnKey(HTTPSignatureKeyResolver):
    identity: Identity

    @override
    def resolve_private_key(self, key_id: str) -> Any:
        return self.identity.private_key


class _Verifier(HTTPMessageVerifier):
    """Leaves the times to the caller, who has the system's clock."""

    @override
    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        """Do nothing here."""


def sign_request(identity: Identity, request: Request, body: bytes, now: datetime) -> Evidence:
    """Add digest and signature to a request's headers."""
    return _sign(identity, request, body, now, _REQUEST_COVERS)


def sign_response(identity: Identity, response: Response, body: bytes, now: datetime, label: str) -> Evidence:
    """Add digest and signature to a response's headers; `label` is that of the request's signature."""
    return _sign(identity, response, body, now, _response_covers(label))


def verify_request(request: Request, keys: Mapping[str, str], now: datetime) -> Evidence:
    """Return the evidence of a request, whose body is still unread. Raises a MessageRefused."""
    return _verify(request, keys, now, _REQUEST_COVERS)


def verify_response(response: Response, body: bytes, keys: Mapping[str, str], now: datetime) -> Evidence:
    """Return the evidence of a response to a request of ours. Raises a MessageRefused."""
    evidence = _verify(response, keys, now, _response_covers(_LABEL))
    check_digest(response.headers.get("content-digest", ""), body)
    return evidence


def check_digest(stated: str, body: bytes) -> None:
    """Raise DigestMismatch unless the Content-Digest is that of the body."""
    try:
        ContentDigest.verify(stated, body)
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise DigestMismatch from error


def _response_covers(label: str) -> tuple[str, ...]:
    return ('"@status"', '"content-digest"', f'"signature";req;key="{label}"')


def _sign(
    identity: Identity, message: Request | Response, body: bytes, now: datetime, covers: tuple[str, ...]
) -> Evidence:
    signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_OwnKey(identity))
    nonce = secrets.token_urlsafe(24)
    message.headers["content-digest"] = ContentDigest.create(body)
    prepared = signer.prepare(
        message,
        key_id=identity.kid,
        created=now,
        expires=now + LASTS,
        nonce=nonce,
        label=_LABEL,
        tag=TAG,
        include_alg=False,
        covered_component_ids=covers,
        body=body,
        use_existing_digest=True,
    )
    signature = identity.private_key.sign(prepared.signature_base)
    signer.apply(message, prepared, signature)
    return Evidence(
        identity.kid, _LABEL, nonce, int(now.timestamp()), prepared.signature_base, _signature_of(message)
    )


def _verify(
    message: Request | Response, keys: Mapping[str, str], now: datetime, covers: tuple[str, ...]
) -> Evidence:
    resolver = _Keys(keys)
    verifier = _Verifier(signature_algorithm=ED25519, key_resolver=resolver)
    try:
        (found,) = verifier.verify(message, max_age=None)
    except (HTTPMessageSignaturesException, ValueError) as error:
        raise _reason(resolver) from error
    _check_profile(found, covers)
    _check_times(found.parameters, now)
    signed = "\n".join(f"{name}: {value}" for name, value in found.covered_components.items())
    return Evidence(
        str(found.parameters["keyid"]),
        found.label,
        str(found.nonce),
        int(found.parameters["created"]),
        signed.encode(),
        _signature_of(message),
    )


def _reason(resolver: _Keys) -> SignatureMalformed | UnknownKey | SignatureInvalid:
    if resolver.asked is None:
        return SignatureMalformed()
    return SignatureInvalid() if resolver.asked in resolver.known else UnknownKey()


def _check_profile(found: VerifyResult, covers: tuple[str, ...]) -> None:
    wanted = {name if name.startswith('"') else f'"{name}"' for name in covers}
    stated = found.parameters
    if not wanted <= set(found.covered_components) or not set(stated) >= _STATED:
        raise SignatureIncomplete
    if stated["tag"] != TAG or len(str(found.nonce)) not in _NONCE_LENGTHS:
        raise SignatureIncomplete


def _check_times(stated: Mapping[str, int | str], now: datetime) -> None:
    """Compare whole seconds: a number that is no date at all is only very old or far away."""
    today = now.timestamp()
    if int(stated["expires"]) <= today:
        raise Expired
    if abs(int(stated["created"]) - today) > FRESH.total_seconds():
        raise Stale


def _signature_of(message: Request | Response) -> str:
    return next(value for name, value in message.headers.items() if name.lower() == "signature")
