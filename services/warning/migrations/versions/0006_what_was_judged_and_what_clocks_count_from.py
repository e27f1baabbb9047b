"""What was judged before a warning came back, and what a clock is counted from: its pauses and its limit.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Only clocks that wait for a calendar are counted again; they are few, so that no job is needed. Their pauses stand in
# the history, and which of these stopped a clock is told by its trace.
_PAUSES = """
UPDATE warning.warning_clocks k SET pauses = told.pauses
FROM (
  SELECT c.id, array_agg(ARRAY[greatest(c.started_at, began.at), ended.at] ORDER BY ended.at) AS pauses
  FROM warning.warning_clocks c
  JOIN warning.warning_history ended
    ON ended.warning_id = c.warning_id AND ended.action = 'resume' AND c.trace_zh LIKE
      '%至' || to_char(ended.at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') || '暂停，顺延%'
  CROSS JOIN LATERAL (
    SELECT max(h.at) AS at FROM warning.warning_history h
    WHERE h.warning_id = c.warning_id AND h.action = 'pause' AND h.at < ended.at
  ) began
  WHERE c.provisional AND c.met_at IS NULL AND c.replaced_at IS NULL
  GROUP BY c.id
) told WHERE k.id = told.id
"""
_LIMITS = """
UPDATE warning.warning_clocks SET limit_at = due_at
WHERE provisional AND met_at IS NULL AND replaced_at IS NULL AND pauses = '{}'
  AND trace_zh LIKE '%不得晚于已在运行的时限%'
"""


def upgrade() -> None:
    """Apply."""
    pauses: sa.Column[object] = sa.Column(
        "pauses", sa.ARRAY(sa.DateTime(timezone=True), dimensions=2), server_default="{}", nullable=False
    )
    op.add_column("warning_clocks", pauses, schema="warning")
    op.add_column(
        "warning_clocks", sa.Column("limit_at", sa.DateTime(timezone=True), nullable=True), schema="warning"
    )
    op.add_column(
        "warnings", sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True), schema="warning"
    )
    op.execute(_PAUSES)
    op.execute(_LIMITS)


def downgrade() -> None:
    """Take back."""
    op.drop_column("warnings", "judged_at", schema="warning")
    op.drop_column("warning_clocks", "limit_at", schema="warning")
    op.drop_column("warning_clocks", "pauses", schema="warning")
