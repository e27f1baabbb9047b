"""Outbox, inbox and dead letters: every service has its own three, in its own schema."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The three tables of one service."""

    outbox: Table
    inbox: Table
    dead_letters: Table


def mailboxes(metadata: MetaData) -> Mailboxes:
    """Declare the tables on a service's metadata.

    outbox: facts that leave, in the order of their transactions' writes; `published_at` once the bus has them.
    inbox: (consumer, event) pairs already handled; inserted with the effect, so that a repeat does nothing;
        `key` is unknown for those handled by a release before 2026-12.
    dead_letters: events given up, as they came, until somebody replays or discards them. `partition` to `credential`
        say where on a broker a letter came from and what its sender proved itself with (shared.bus.port.Origin).
    """
    outbox = Table(
        "outbox",
        metadata,
        Column("seq", BigInteger, Identity(always=True), primary_key=True),
        Column("event_id", UUID(as_uuid=True), nullable=False, unique=True),
        Column("type", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("body", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("published_at", DateTime(timezone=True)),
    )
    Index("ix_outbox_unpublished", outbox.c.seq, postgresql_where=text("published_at IS NULL"))
    Index("ix_outbox_published_at", outbox.c.published_at, postgresql_where=text("published_at IS NOT NULL"))
    inbox = Table(
        "inbox",
        metadata,
        Column("event_id", UUID(as_uuid=True), primary_key=True),
        Column("type", Text, nullable=False),
        Column("key", Text),
        Column("handled_at", DateTime(timezone=True), nullable=False),
        Index("ix_inbox_handled_at", "handled_at"),
    )
    dead_letters = Table(
        "dead_letters",
        metadata,
        Column("event_id", UUID(as_uuid=True), primary_key=True),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("body", Text, nullable=False),
        Column("error_class", Text, nullable=False),
        Column("error", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("first_failed_at", DateTime(timezone=True), nullable=False),
        Column("last_failed_at", DateTime(timezone=True), nullable=False),
        Column("partition", Integer),
        Column("offset", BigInteger),
        Column("appended_at", DateTime(timezone=True)),
        Column("credential", Text),
        Column("traceparent", Text),
        Column("replayed_at", DateTime(timezone=True)),
        Column("replayed_by", Text),
    )
    return Mailboxes(outbox, inbox, dead_letters)
