"""Tables of the exchange with other institutions, in the gateway's schema."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from services.gateway.repository.tables import metadata
from shared.db.done_actions import action_columns

_UUID = UUID(as_uuid=True)
_INSTANT = DateTime(timezone=True)
_PARTNER: Final = "gateway.partners.id"

partners = Table(
    "partners",
    metadata,
    Column("id", _UUID, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("base_url", Text, nullable=False, unique=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("added_at", _INSTANT, nullable=False),
    Column("changed_at", _INSTANT, nullable=False),
    comment="Institutions that messages are exchanged with; the fingerprint was compared by people",
)

partner_keys = Table(
    "partner_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("partner_id", _UUID, ForeignKey(_PARTNER), nullable=False),
    Column("x", Text, nullable=False),
    Column("added_at", _INSTANT, nullable=False),
    # A retired key verifies nothing any more, but old evidence is still checked against it.
    Column("retired_at", _INSTANT),
    Index("ix_partner_keys_partner", "partner_id"),
    comment="Public Ed25519 keys of partners; several count at once while a key is changed",
)

partner_grants = Table(
    "partner_grants",
    metadata,
    Column("id", _UUID, primary_key=True),
    Column("partner_id", _UUID, ForeignKey(_PARTNER), nullable=False),
    Column("operation", Text, nullable=False),
    Column("data_class", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", _INSTANT, nullable=False),
    Column("revoked_at", _INSTANT),
    Index("ix_partner_grants_partner", "partner_id", "operation"),
    comment="What a partner may ask of us: without a line, nothing",
)

federation_nonces = Table(
    "federation_nonces",
    metadata,
    Column("partner_id", _UUID, ForeignKey(_PARTNER), primary_key=True),
    Column("nonce", Text, primary_key=True),
    Column("expires_at", _INSTANT, nullable=False),
    Index("ix_federation_nonces_expires_at", "expires_at"),
    comment="Nonces of messages that were taken, as long as their signatures could still count",
)

assistance_requests = Table(
    "assistance_requests",
    metadata,
    Column("id", _UUID, primary_key=True),
    Column("direction", Text, nullable=False),
    Column("partner_id", _UUID, ForeignKey(_PARTNER), nullable=False),
    Column("message_id", _UUID, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("operation", Text, nullable=False),
    Column("data_class", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("case_reference", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("reply_by", Date),
    Column("requested_by", Text, nullable=False),
    Column("content_sha256", Text, nullable=False),
    Column("receipt", LargeBinary),
    Column("reason", Text),
    Column("decided_by", Text),
    Column("decided_at", _INSTANT),
    Column("status_sha256", Text),
    Column("status_receipt", LargeBinary),
    Column("created_at", _INSTANT, nullable=False),
    Column("changed_at", _INSTANT, nullable=False),
    UniqueConstraint("partner_id", "direction", "message_id"),
    CheckConstraint("direction IN ('incoming', 'outgoing')", name="direction"),
    Index("ix_assistance_requests_newest", text("created_at DESC"), text("id DESC")),
    comment="Requests for assistance in both directions; message_id is the sender's, unique per partner",
)

assistance_actions = Table(
    "assistance_actions",
    metadata,
    Column("request_id", _UUID, nullable=False),
    *action_columns(),
    comment="What officers did, once per action id",
)

federation_outgoing = Table(
    "federation_outgoing",
    metadata,
    Column("request_id", _UUID, ForeignKey("gateway.assistance_requests.id"), primary_key=True),
    Column("partner_id", _UUID, ForeignKey(_PARTNER), nullable=False),
    Column("kind", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("delivery", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("queued_at", _INSTANT, nullable=False),
    Column("next_attempt_at", _INSTANT, nullable=False),
    Column("settled_at", _INSTANT),
    Column("last_error", Text),
    Index(
        "ix_federation_outgoing_due",
        "next_attempt_at",
        postgresql_where=text("delivery = 'pending'"),
    ),
    comment="The message that each request still owes the other side: itself, or its decision",
)

federation_messages = Table(
    "federation_messages",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("at", _INSTANT, nullable=False),
    Column("partner_id", _UUID, ForeignKey(_PARTNER), nullable=False),
    Column("request_id", _UUID),
    Column("direction", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("kid", Text, nullable=False),
    Column("signed", LargeBinary, nullable=False),
    Column("signature", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Index("ix_federation_messages_request", "request_id"),
    comment="Every message that was exchanged, with the bytes that were signed; chained by hash, append-only",
)
