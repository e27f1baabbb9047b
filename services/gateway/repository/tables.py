"""Tables of the gateway, in its own schema."""

from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import UUID

from shared.db.base import metadata_for
from shared.outbox.tables import mailboxes

metadata: Final = metadata_for("gateway")
MAILBOXES: Final = mailboxes(metadata)

_UUID = UUID(as_uuid=True)
_INSTANT = DateTime(timezone=True)

accounts = Table(
    "accounts",
    metadata,
    Column("id", _UUID, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("grid_cells", ARRAY(Text), nullable=False),
    Column("deputy_cells", ARRAY(Text), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("changed_at", _INSTANT, nullable=False),
    comment="Officials who log in with a password; the username is a handle, not the person's name",
)

clients = Table(
    "clients",
    metadata,
    Column("id", _UUID, primary_key=True),
    Column("client_id", Text, nullable=False, unique=True),
    # The secret is 256 random bits: there is nothing to guess from, so a fast digest is as safe as a slow one.
    Column("secret_sha256", Text, nullable=False),
    Column("source", Text, nullable=False, unique=True),
    Column("indicators", ARRAY(Text), nullable=False),
    Column("division", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    # Named in every access token: with a new one here all former tokens are dead.
    Column("session_id", _UUID, nullable=False, unique=True, server_default=func.gen_random_uuid()),
    Column("created_at", _INSTANT, nullable=False),
    Column("changed_at", _INSTANT, nullable=False),
    comment="Departments that send signals by machine, each under its own source",
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", _UUID, primary_key=True),
    Column("account_id", _UUID, ForeignKey("gateway.accounts.id"), nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("last_used_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("ended_at", _INSTANT),
    Index("ix_sessions_account", "account_id"),
    Index("ix_sessions_expires_at", "expires_at"),
    comment="Logins; a session that has ended is refused at the next request",
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("session_id", _UUID, ForeignKey("gateway.sessions.id", ondelete="CASCADE"), nullable=False),
    Column("issued_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("used_at", _INSTANT),
    Index("ix_refresh_tokens_session", "session_id"),
    comment="Digests of refresh tokens; each is good once",
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("account_key", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_failed_at", _INSTANT, nullable=False),
    Column("next_allowed_at", _INSTANT, nullable=False),
    CheckConstraint("failures > 0", name="some"),
    Index("ix_login_failures_last", "last_failed_at"),
    comment="Failed logins in a row by account (a digest of the name as typed) and address",
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("at", _INSTANT, nullable=False),
    Column("actor_id", _UUID),
    Column("actor", Text, nullable=False),
    Column("role", Text),
    Column("action", Text, nullable=False),
    Column("object", Text),
    Column("address", Text),
    Column("correlation_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Index("ix_audit_log_actor", "actor_id", "at"),
    Index("ix_audit_log_object", "object", "at"),
    comment="Who did or looked at what; a trigger refuses to change or remove a line",
)

notifications = Table(
    "notifications",
    metadata,
    # What a later writer gets is greater than what an earlier one committed: streams go on from here.
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("id", _UUID, nullable=False, unique=True),
    Column("at", _INSTANT, nullable=False),
    Column("addressee", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("level", Text),
    Column("subject", Text, nullable=False),
    Column("subject_id", _UUID, nullable=False),
    Column("uscc", Text),
    Column("division", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Index("ix_notifications_addressee", "addressee", "seq"),
    Index("ix_notifications_at", "at"),
    comment="What an account or an office is told; no names of people or enterprises",
)

notification_reads = Table(
    "notification_reads",
    metadata,
    Column("account_id", _UUID, primary_key=True),
    Column("seq", BigInteger, ForeignKey("gateway.notifications.seq", ondelete="CASCADE"), primary_key=True),
    Column("read_at", _INSTANT, nullable=False),
    Index("ix_notification_reads_seq", "seq"),
    comment="Who has read what; each holder of an office reads for themselves",
)
