"""in which trace an assessment was asked for.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "assessment_queue",
        sa.Column(
            "traceparent",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="where the asking stands in a trace; empty: no trace was kept",
        ),
        schema="warning",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_column("assessment_queue", "traceparent", schema="warning")
