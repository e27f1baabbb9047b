"""Tables of the mediation service, schema `mediation`."""

from typing import Final

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from shared.db.base import metadata_for
from shared.db.calendar_days import CalendarDays
from shared.db.done_actions import action_columns
from shared.outbox.tables import mailboxes

metadata: Final = metadata_for("mediation")
MAILBOXES: Final = mailboxes(metadata)
CALENDAR: Final = CalendarDays(metadata)

_UUID = UUID(as_uuid=True)
_INSTANT = DateTime(timezone=True)
_CNY = Numeric(16, 2)
_OPEN = text("state <> 'closed'")


def _case() -> Column[object]:
    return Column("case_id", _UUID, ForeignKey("mediation.cases.id"), nullable=False)


organisations = Table(
    "organisations",
    metadata,
    Column("id", _UUID, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("grid_cells", ARRAY(Text), nullable=False),
    Column("zone", Text),
    Column("industry", Text),
    Column("uscc", Text),
    Column("enabled", Boolean, nullable=False),
    Column("changed_at", _INSTANT, nullable=False),
    CheckConstraint("tier IN ('enterprise','park','town','district')", name="tier"),
    CheckConstraint("(uscc IS NOT NULL) = (tier = 'enterprise')", name="uscc"),
    Index("ix_organisations_division", "division"),
    Index("ix_organisations_uscc", "uscc", postgresql_where=text("uscc IS NOT NULL")),
    comment="Mediation organisations of the four tiers, with their jurisdiction",
)

mediators = Table(
    "mediators",
    metadata,
    Column("account_id", _UUID, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("division", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("changed_at", _INSTANT, nullable=False),
    comment="Mediators as the gateway's events tell of them",
)

organisation_mediators = Table(
    "organisation_mediators",
    metadata,
    Column("organisation_id", _UUID, ForeignKey("mediation.organisations.id"), primary_key=True),
    Column("account_id", _UUID, ForeignKey("mediation.mediators.account_id"), primary_key=True),
    Column("added_at", _INSTANT, nullable=False),
    Index("ix_organisation_mediators_account", "account_id"),
    comment="Which mediators work for which organisation",
)

cases = Table(
    "cases",
    metadata,
    Column("id", _UUID, primary_key=True),
    Column("warning_id", _UUID, nullable=False),
    Column("hand_over", Integer, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("enterprise_name", Text, nullable=False),
    Column("sole_trader", Boolean, nullable=False),
    Column("level", Text, nullable=False),
    Column("grid_cell", Text),
    Column("zone", Text),
    Column("industry", Text),
    Column("headcount", Integer),
    Column("workers", Integer),
    Column("amount_cny", _CNY),
    Column("note", Text, nullable=False),
    Column("organisation_id", _UUID, ForeignKey("mediation.organisations.id"), nullable=False),
    Column("tier", Text, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("floor_ids", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    Column("mediator_id", _UUID, ForeignKey("mediation.mediators.account_id")),
    Column("offered_to", _UUID, ForeignKey("mediation.organisations.id")),
    Column("offer_reason", Text),
    Column("offered_at", _INSTANT),
    Column("received_at", _INSTANT, nullable=False),
    Column("accepted_at", _INSTANT),
    Column("due_at", _INSTANT),
    Column("closed_at", _INSTANT),
    Column("outcome", Text),
    Column("deemed", Boolean, nullable=False),
    Column("reason", Text),
    Column("agreed_cny", _CNY),
    Column("agreed_due_on", Date),
    Column("version", Integer, nullable=False),
    Column("updated_at", _INSTANT, nullable=False),
    UniqueConstraint("warning_id", "hand_over", name="uq_cases_hand_over"),
    CheckConstraint("(outcome IS NOT NULL) = (state = 'closed')", name="closed"),
    CheckConstraint("state <> 'closed' OR offered_to IS NULL", name="offer"),
    Index("ix_cases_organisation", "organisation_id", "due_at", "id", postgresql_where=_OPEN),
    Index("ix_cases_closed", "organisation_id", "closed_at", postgresql_where=text("state = 'closed'")),
    Index("ix_cases_offered", "offered_to", postgresql_where=text("offered_to IS NOT NULL")),
    Index("ix_cases_mediator", "mediator_id", postgresql_where=_OPEN),
    Index("ix_cases_division", "division", "due_at", "id", postgresql_ops={"division": "text_pattern_ops"}),
    comment="Cases, each from one hand-over of a warning; an organisation always has it",
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", _UUID, primary_key=True),
    _case(),
    Column("number", Integer, nullable=False),
    Column("held_at", _INSTANT, nullable=False),
    Column("mediator_id", _UUID, nullable=False),
    Column("mediator", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("recorded_at", _INSTANT, nullable=False),
    UniqueConstraint("case_id", "number", name="uq_sessions_number"),
    comment="Sessions of a case, as the mediator recorded them",
)

case_clocks = Table(
    "case_clocks",
    metadata,
    Column("id", _UUID, primary_key=True),
    _case(),
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
    Column("breached_at", _INSTANT),
    Column("replaced_at", _INSTANT),
    Index(
        "uq_case_clocks_running", "case_id", "kind", unique=True, postgresql_where=text("replaced_at IS NULL")
    ),
    Index(
        "ix_case_clocks_due",
        "due_at",
        postgresql_where=text("met_at IS NULL AND breached_at IS NULL AND replaced_at IS NULL"),
    ),
    Index(
        "ix_case_clocks_provisional",
        "case_id",
        postgresql_where=text("provisional AND met_at IS NULL AND replaced_at IS NULL"),
    ),
    comment="Clocks of a case with the rule, the article and why the date is what it is",
)

case_history = Table(
    "case_history",
    metadata,
    Column("id", _UUID, primary_key=True),
    _case(),
    Column("at", _INSTANT, nullable=False),
    Column("actor_id", _UUID),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("organisation_id", _UUID, nullable=False),
    Column("note", Text),
    Index("ix_case_history_case", "case_id", "at"),
    comment="What happened to a case, by whom, and whose it then was; append-only",
)

case_actions = Table(
    "case_actions",
    metadata,
    _case(),
    *action_columns(),
    comment="Clients' action ids, so that a repeat has no second effect",
)
