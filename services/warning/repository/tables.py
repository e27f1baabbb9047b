"""Tables of the warning service, schema `warning`."""

from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from shared.db.base import metadata_for
from shared.db.calendar_days import CalendarDays
from shared.outbox.tables import mailboxes

metadata: Final = metadata_for("warning")
MAILBOXES: Final = mailboxes(metadata)

_UUID = UUID(as_uuid=True)
_INSTANT = DateTime(timezone=True)


def enterprise_column() -> Column[int]:
    """Return the column that ties a row to its enterprise."""
    return Column("enterprise_id", BigInteger, ForeignKey("warning.enterprises.id"), nullable=False)


enterprises = Table(
    "enterprises",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("uscc", Text, nullable=False, unique=True),
    Column("override_reason", Text),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("registered_division", Text),
    Column("workplace_division", Text, nullable=False),
    Column("grid_cell", Text),
    Column("industry", Text),
    Column("headcount", Integer),
    Column("zone", Text),
    Column("sole_trader", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("updated_at", _INSTANT, nullable=False),
    Index("ix_enterprises_workplace", "workplace_division", "id"),
    comment="Employers by unified social credit code; jurisdiction follows the workplace, never the code",
)

enterprise_names = Table(
    "enterprise_names",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    enterprise_column(),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("used_from", _INSTANT, nullable=False),
    Column("used_until", _INSTANT),
    Index("ix_enterprise_names_enterprise", "enterprise_id"),
    comment="Every name that an enterprise has had",
)

indicators = Table(
    "indicators",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False, server_default="1"),
    Column("position", Integer, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("updated_at", _INSTANT, nullable=False),
    comment="The indicator registry: a row for each indicator and version; a change adds rows, none is changed",
)

signals = Table(
    "signals",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("id", _UUID, nullable=False, unique=True),
    # No foreign key: the id is looked up in the same transaction and enterprises are never deleted, while the check
    # would cost a sixth of the time that a batch of signals takes.
    Column("enterprise_id", BigInteger),
    Column("source", Text, nullable=False),
    Column("source_ref", Text),
    Column("signal_key", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("indicator", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("period", Text),
    Column("occurred_on", Date),
    Column("effective_on", Date, nullable=False),
    Column("amount_cny", Numeric(16, 2)),
    Column("months", Integer),
    Column("workers", Integer),
    Column("detail", JSONB),
    Column("corrects", Text),
    Column("received_at", _INSTANT, nullable=False),
    UniqueConstraint("source", "signal_key", name="uq_signals_source_key"),
    Index("ix_signals_enterprise", "enterprise_id"),
    # A few pages for the whole table: rows come in the order of their arrival.
    Index("ix_signals_received", "received_at", postgresql_using="brin"),
    Index("ix_signals_held", "uscc", postgresql_where=text("enterprise_id IS NULL")),
    Index("ix_signals_corrects", "source", "corrects", postgresql_where=text("corrects IS NOT NULL")),
    comment="Immutable signals; enterprise_id stays empty while the enterprise is unknown (held)",
)

intake_streams = Table(
    "intake_streams",
    metadata,
    Column("id", _UUID, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("lines_stored", BigInteger, nullable=False),
    Column("updated_at", _INSTANT, nullable=False),
    comment="How far each NDJSON stream was stored, so that a client knows after a lost connection",
)

assessment_queue = Table(
    "assessment_queue",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("enterprise_id", BigInteger, nullable=False),
    Column("requested_at", _INSTANT, nullable=False),
    Column(
        "correlation_id",
        Text,
        nullable=False,
        server_default="",
        comment="of who asked; empty: nobody in particular",
    ),
    Column(
        "traceparent",
        Text,
        nullable=False,
        server_default="",
        comment="where the asking stands in a trace; empty: no trace was kept",
    ),
    comment="Enterprises to assess; rows are appended freely and taken away with the assessment's commit",
)

enterprise_risk = Table(
    "enterprise_risk",
    metadata,
    Column("enterprise_id", BigInteger, ForeignKey("warning.enterprises.id"), primary_key=True),
    Column("level", Text, nullable=False),
    Column("score", Double),
    Column("assessed_at", _INSTANT, nullable=False),
    Column("assessment_id", _UUID),
    Column("last_seq", BigInteger, nullable=False),
    Column("model_version", Text, nullable=False),
    # No further index, and room on each page: an assessment then rewrites its row in place, and no index learns of it.
    postgresql_with={"fillfactor": 70},
    comment="The newest assessment of each enterprise",
)

assessments = Table(
    "assessments",
    metadata,
    Column("id", _UUID, primary_key=True),
    enterprise_column(),
    Column("assessed_at", _INSTANT, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("level", Text, nullable=False),
    Column("previous_level", Text, nullable=False),
    Column("rule_level", Text, nullable=False),
    Column("score", Double),
    Column("corroborated", Boolean, nullable=False),
    Column("protected", Boolean, nullable=False),
    Column("pack_version", Integer, nullable=False),
    # What was assessed before versions were kept rests on the first one.
    Column("registry_version", Integer, nullable=False, server_default="1"),
    Column("model_version", Text, nullable=False),
    Column("band_id", BigInteger),
    Column("fired", JSONB, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("signal_seqs", ARRAY(BigInteger), nullable=False),
    Column("enterprise_facts", JSONB, nullable=False),
    Index("ix_assessments_enterprise", "enterprise_id", "assessed_at"),
    comment="Every assessment that changed a level, with its evidence",
)

rule_packs = Table(
    "rule_packs",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("status", Text, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("action_id", _UUID, unique=True),
    Column("drafted_by", Text, nullable=False),
    Column("drafted_at", _INSTANT, nullable=False),
    Column("reviewed_by", Text),
    Column("reviewed_at", _INSTANT),
    Column("published_by", Text),
    Column("published_at", _INSTANT),
    CheckConstraint("status IN ('draft','reviewed','live','retired')", name="status"),
    CheckConstraint("reviewed_by IS NULL OR reviewed_by <> drafted_by", name="second_person"),
    comment="Rule packs: draft, reviewed by a second person, live from a date",
)

models = Table(
    "models",
    metadata,
    Column("version", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("artifact", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("metrics", JSONB, nullable=False),
    Column("card", Text, nullable=False),
    Column("trained_at", _INSTANT, nullable=False),
    Index("uq_models_live", "status", unique=True, postgresql_where=text("status = 'live'")),
    comment="Trained risk models; at most one is live",
)

score_bands = Table(
    "score_bands",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("effective_from", Date, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("watch", Double, nullable=False),
    Column("orange", Double, nullable=False),
    Column("red", Double, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("coordinators", Integer, nullable=False),
    Column("set_at", _INSTANT, nullable=False),
    UniqueConstraint("effective_from", "model_version", name="uq_score_bands_month"),
    comment="Score bands as they were set each month from the coordinators' capacity",
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    enterprise_column(),
    Column("kind", Text, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("recorded_at", _INSTANT, nullable=False),
    UniqueConstraint("enterprise_id", "kind", "occurred_on", name="uq_outcomes_event"),
    comment="What really happened: the labels that the model learns from",
)

job_marks = Table(
    "job_marks",
    metadata,
    Column("job", Text, primary_key=True),
    Column("done_for", Date, nullable=False),
    Column("done_at", _INSTANT, nullable=False),
    comment="The day for which a daily or monthly job was last done",
)

CALENDAR: Final = CalendarDays(metadata)
