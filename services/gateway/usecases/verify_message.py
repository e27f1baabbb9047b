"""A message arrives: who sent it is found out before anything in it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.gateway.domain.partners import Partner, PartnerStatus
from services.gateway.domain.refusals import DigestMissing, HeaderRepeated, PartnerSuspended, Unsigned
from services.gateway.federation.profile import FRESH, Evidence, Request, check_digest, verify_request
from services.gateway.repository import partners
from shared.db.tx import ReadTx

_ONCE = frozenset(
    {"signature", "signature-input", "content-digest", "host", "content-type", "content-length"}
)
KEEP_NONCES = 2 * FRESH + timedelta(seconds=60)
"""A signature may be made 300 s in the future and is good for 300 s after that."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A request as it came. `url`: our own address with the path and query that were asked for."""

    method: str
    url: str
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Verified:
    """A message whose sender is proven."""

    partner: Partner
    request: Request
    body: bytes
    evidence: Evidence


async def verify_message(tx: ReadTx, arrived: Arrived) -> Verified:
    """Return the message with its sender, who may be suspended. Raises a MessageRefused."""
    headers = _headers(arrived)
    if "signature" not in headers or "signature-input" not in headers:
        raise Unsigned
    if "content-digest" not in headers:
        raise DigestMissing
    # Our own address, not what the Host header says: a message signed for another installation is none of ours.
    request = Request(arrived.method, arrived.url, headers)
    known = await partners.keys_in_force(tx)
    evidence = verify_request(request, {kid: key.x for kid, key in known.items()}, tx.now)
    check_digest(headers["content-digest"], arrived.body)
    return Verified(known[evidence.kid].partner, request, arrived.body, evidence)


def check_active(partner: Partner) -> None:
    """Raise PartnerSuspended unless messages are exchanged with the partner."""
    if partner.status is not PartnerStatus.ACTIVE:
        raise PartnerSuspended


def _headers(arrived: Arrived) -> dict[str, str]:
    """Return the headers by name. Raises HeaderRepeated: "the last one wins" is how messages are smuggled."""
    headers: dict[str, str] = {}
    for name, value in arrived.headers:
        key = name.lower()
        if key in headers and key in _ONCE:
            raise HeaderRepeated
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers
