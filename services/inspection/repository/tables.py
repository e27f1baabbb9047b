"""Tables of the inspection service, schema `inspection`."""

from typing import Final

from sqlalchemy import (
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
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from shared.db.base import metadata_for
from shared.db.calendar_days import CalendarDays
from shared.db.done_actions import action_columns
from shared.outbox.tables import mailboxes

metadata: Final = metadata_for("inspection")
MAILBOXES: Final = mailboxes(metadata)
CALENDAR: Final = CalendarDays(metadata)

_UUID: Final = UUID(as_uuid=True)
_INSTANT: Final = DateTime(timezone=True)
_CNY: Final = Numeric(16, 2)
_OPEN: Final = text("state <> 'closed'")


def _case() -> Column[object]:
    return Column("case_id", _UUID, ForeignKey("inspection.cases.id"), nullable=False)


inspectors: Final = Table(
    "inspectors",
    metadata,
    Column("account_id", _UUID, primary_key=True),
    Column("username", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("changed_at", _INSTANT, nullable=False),
    comment="Inspectors as the gateway's events tell of them",
)

cases: Final = Table(
    "cases",
    metadata,
    Column("id", _UUID, primary_key=True),
    Column("warning_id", _UUID, nullable=False),
    Column("referred_version", Integer, nullable=False),
    Column("level", Text, nullable=False),
    Column("uscc", Text, nullable=False),
    Column("enterprise_name", Text, nullable=False),
    Column("sole_trader", Boolean, nullable=False),
    Column("division", Text, nullable=False),
    Column("grid_cell", Text),
    Column("zone", Text),
    Column("industry", Text),
    Column("headcount", Integer),
    Column("workers", Integer),
    Column("amount_cny", _CNY),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("officer_ids", ARRAY(_UUID), nullable=False),
    Column("left_officer_ids", ARRAY(_UUID), nullable=False),
    Column("received_at", _INSTANT, nullable=False),
    Column("filed_at", _INSTANT),
    Column("extension", Text),
    Column("extension_asked_by", _UUID),
    Column("visited_on", Date),
    Column("finding", Text),
    Column("findings", Text),
    Column("found_at", _INSTANT),
    Column("order_article", Text),
    Column("order_requirement", Text),
    Column("order_amount_cny", _CNY),
    Column("order_due_at", _INSTANT),
    Column("ordered_at", _INSTANT),
    Column("rectification_evidence", Text),
    Column("rectified_at", _INSTANT),
    Column("outcome", Text),
    Column("close_reason", Text),
    Column("closed_at", _INSTANT),
    Column("due_at", _INSTANT),
    Column("version", Integer, nullable=False),
    Column("updated_at", _INSTANT, nullable=False),
    # 劳动保障监察条例 art. 16: from its filing on, a case is never without two.
    CheckConstraint("state = 'received' OR cardinality(officer_ids) >= 2", name="officers"),
    UniqueConstraint("warning_id", "referred_version", name="uq_cases_referral"),
    Index("ix_cases_open", "due_at", "id", postgresql_where=_OPEN),
    Index("ix_cases_closed", "closed_at", "id", postgresql_where=text("state = 'closed'")),
    Index("ix_cases_officers", "officer_ids", postgresql_using="gin"),
    comment="Cases, one for each referral of a warning",
)

case_clocks: Final = Table(
    "case_clocks",
    metadata,
    Column("id", _UUID, primary_key=True),
    _case(),
    Column("kind", Text, nullable=False),
    Column("article", Text, nullable=False),
    Column("length", Integer),
    Column("unit", Text),
    Column("extension", Integer, nullable=False),
    Column("started_at", _INSTANT, nullable=False),
    Column("due_at", _INSTANT, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("calendar_version", Text, nullable=False),
    Column("trace_zh", Text, nullable=False),
    Column("trace_en", Text, nullable=False),
    Column("met_at", _INSTANT),
    Column("breached_at", _INSTANT),
    UniqueConstraint("case_id", "kind", name="uq_case_clocks_kind"),
    Index("ix_case_clocks_due", "due_at", postgresql_where=text("met_at IS NULL AND breached_at IS NULL")),
    comment="Clocks of a case with the rule, the article and why the date is what it is",
)

case_history: Final = Table(
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
    Column("note", Text),
    Index("ix_case_history_case", "case_id", "at", "id"),
    comment="What was done to a case and by whom; append-only",
)

case_actions: Final = Table(
    "case_actions",
    metadata,
    _case(),
    *action_columns(),
    comment="Clients' action ids, so that a repeat has no second effect",
)
