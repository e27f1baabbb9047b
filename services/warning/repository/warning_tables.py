"""Tables of warnings, their clocks and their people; the same schema as `tables`."""

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
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.warning.repository.tables import enterprise_column, metadata
from shared.db.done_actions import action_columns

_UUID = UUID(as_uuid=True)
_INSTANT = DateTime(timezone=True)


def _warning() -> Column[object]:
    return Column("warning_id", _UUID, ForeignKey("warning.warnings.id"), nullable=False)


coordinators = Table(
    "coordinators",
    metadata,
    Column("account_id", _UUID, primary_key=True),
    Column("username", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("grid_cells", ARRAY(Text), nullable=False),
    Column("deputy_cells", ARRAY(Text), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("changed_at", _INSTANT, nullable=False),
    comment="Grid coordinators as the gateway's events tell of them",
)

absences = Table(
    "absences",
    metadata,
    Column("id", _UUID, primary_key=True),
    Column("coordinator_id", _UUID, ForeignKey("warning.coordinators.account_id"), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("recorded_by", _UUID, nullable=False),
    Column("recorded_at", _INSTANT, nullable=False),
    Column("cancelled_at", _INSTANT),
    CheckConstraint("ends_on >= starts_on", name="order"),
    Index("ix_absences_coordinator", "coordinator_id", "ends_on"),
    comment="When a coordinator gets no new warnings",
)

warnings = Table(
    "warnings",
    metadata,
    Column("id", _UUID, primary_key=True),
    enterprise_column(),
    Column("uscc", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("grid_cell", Text),
    Column("level", Text, nullable=False),
    Column("peak_level", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("assignee_id", _UUID),
    Column("queue_division", Text),
    Column("assignment_reason", Text),
    Column("handler_ids", ARRAY(_UUID), nullable=False),
    Column("rejected_by", ARRAY(_UUID), nullable=False),
    Column("rule_ids", ARRAY(Text), nullable=False),
    Column("assessment_id", _UUID),
    Column("double_red", Boolean, nullable=False),
    Column("escalated_to", Text),
    Column("raised_at", _INSTANT, nullable=False),
    Column("lower_since", _INSTANT),
    Column("due_at", _INSTANT),
    Column("paused_at", _INSTANT),
    Column("pause_reason", Text),
    Column("outcome_at", _INSTANT),
    Column("judged_at", _INSTANT),
    Column("outcome_evidence", Text),
    Column("reason_code", Text),
    Column("closed_at", _INSTANT),
    Column("closed_by", _UUID),
    Column("origin", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", _INSTANT, nullable=False),
    CheckConstraint("level IN ('orange','red')", name="level"),
    # Nothing is ever unassigned: an open warning that was assigned has an owner or lies in a town's queue.
    CheckConstraint(
        "state IN ('raised','closed') OR assignee_id IS NOT NULL OR queue_division IS NOT NULL", name="owned"
    ),
    Index("uq_warnings_open", "enterprise_id", unique=True, postgresql_where=text("state <> 'closed'")),
    Index("ix_warnings_assignee", "assignee_id", "due_at", "id", postgresql_where=text("state <> 'closed'")),
    Index("ix_warnings_division", "division", "raised_at", "id"),
    Index("ix_warnings_enterprise", "enterprise_id", "closed_at"),
    comment="Warnings; at most one open per enterprise",
)

warning_clocks = Table(
    "warning_clocks",
    metadata,
    Column("id", _UUID, primary_key=True),
    _warning(),
    Column("kind", Text, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("article", Text, nullable=False),
    Column("started_at", _INSTANT, nullable=False),
    Column("due_at", _INSTANT, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("calendar_version", Text, nullable=False),
    Column("trace_zh", Text, nullable=False),
    Column("trace_en", Text, nullable=False),
    Column("met_at", _INSTANT),
    Column("paused_at", _INSTANT),
    Column("breached_at", _INSTANT),
    Column("replaced_at", _INSTANT),
    # Pairs: from when, until when.
    Column("pauses", ARRAY(_INSTANT, dimensions=2), nullable=False, server_default="{}"),
    Column("limit_at", _INSTANT),
    Column("escalation_step", Integer, nullable=False, server_default="0"),
    Column("next_escalation_at", _INSTANT),
    Index(
        "uq_warning_clocks_running",
        "warning_id",
        "kind",
        unique=True,
        postgresql_where=text("replaced_at IS NULL"),
    ),
    Index(
        "ix_warning_clocks_next",
        "next_escalation_at",
        postgresql_where=text("met_at IS NULL AND replaced_at IS NULL AND paused_at IS NULL"),
    ),
    comment="Clocks of a warning with the rule, the article and why the date is what it is",
)

warning_history = Table(
    "warning_history",
    metadata,
    Column("id", _UUID, primary_key=True),
    _warning(),
    Column("at", _INSTANT, nullable=False),
    Column("actor_id", _UUID),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("from_level", Text),
    Column("to_level", Text, nullable=False),
    Column("note", Text),
    Index("ix_warning_history_warning", "warning_id", "at"),
    comment="What happened to a warning, by whom; append-only",
)

warning_actions = Table(
    "warning_actions",
    metadata,
    *action_columns(),
    _warning(),
    comment="Clients' action ids, so that a repeat has no second effect",
)

notices = Table(
    "notices",
    metadata,
    Column("id", _UUID, primary_key=True),
    _warning(),
    Column("at", _INSTANT, nullable=False),
    Column("role", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("account_id", _UUID),
    Column("cause", Text, nullable=False),
    Index("ix_notices_warning", "warning_id", "at"),
    comment="Who was told of what",
)

audit_findings = Table(
    "audit_findings",
    metadata,
    _warning(),
    Column("problem", Text, nullable=False),
    Column("found_at", _INSTANT, nullable=False),
    Column("cleared_at", _INSTANT),
    UniqueConstraint("warning_id", "problem", "found_at", name="uq_audit_findings"),
    Index("ix_audit_findings_open", "warning_id", postgresql_where=text("cleared_at IS NULL")),
    comment="Open warnings that the auditor found without an owner or a next step",
)

case_steps = Table(
    "case_steps",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("uscc", Text, nullable=False),
    Column("warning_id", _UUID, nullable=False),
    Column("case_id", _UUID, nullable=False),
    Column("service", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", _INSTANT, nullable=False),
    Column("facts", JSONB, nullable=False),
    Index("ix_case_steps_enterprise", "uscc", "at"),
    Index("ix_case_steps_warning", "warning_id"),
    comment="Steps of the cases of mediation and inspection, as their events tell of them; append-only",
)

labels = Table(
    "labels",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    _warning(),
    enterprise_column(),
    Column("raised_at", _INSTANT, nullable=False),
    Column("closed_at", _INSTANT, nullable=False),
    Column("peak_level", Text, nullable=False),
    Column("reason_code", Text, nullable=False),
    Column("risk_was_real", Boolean),
    Column("assessment_id", _UUID),
    Column("as_of", Date, nullable=False),
    Column("rule_ids", ARRAY(Text), nullable=False),
    Column("score", Double),
    Column("signal_seqs", ARRAY(BigInteger), nullable=False),
    Column("pack_version", Integer),
    Column("model_version", Text),
    Column("enterprise_facts", JSONB),
    UniqueConstraint("warning_id", "raised_at", name="uq_labels_warning"),
    comment="What closed warnings taught, with what was known when they were raised; append-only",
)
