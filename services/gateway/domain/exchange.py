"""The log of exchanged messages: each entry holds the hash of the one before, so that none can be taken out."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

BEGINNING = "0" * 64


class MessageKind(StrEnum):
    """What a message was."""

    REQUEST = "request"
    STATUS = "status"
    QUERY = "query"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One signed message. `direction` is `in` or `out`; `signed` are the bytes under the signature."""

    at: datetime
    partner_id: UUID
    request_id: UUID | None
    direction: str
    kind: MessageKind
    kid: str
    signed: bytes
    signature: str
    body: bytes

    def hash_after(self, previous: str) -> str:
        """Return this entry's hash, which rests on the one before."""
        parts = (
            previous.encode(),
            self.at.astimezone(UTC).isoformat(timespec="microseconds").encode(),
            str(self.partner_id).encode(),
            str(self.request_id or "").encode(),
            self.direction.encode(),
            self.kind.encode(),
            self.kid.encode(),
            self.signed,
            self.signature.encode(),
            self.body,
        )
        digest = hashlib.sha256()
        for part in parts:
            # With its length, so that no byte can move from one part into the next.
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class ChainedEntry:
    """An entry as it is stored."""

    seq: int
    entry: LogEntry
    previous_hash: str
    hash: str


def first_break(chain: Iterable[ChainedEntry], previous: str = BEGINNING) -> int | None:
    """Return the number of the first entry that does not fit the one before it; None when all do."""
    for one in chain:
        if one.previous_hash != previous or one.hash != one.entry.hash_after(previous):
            return one.seq
        previous = one.hash
    return None
