"""who asked for an assessment.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "assessment_queue",
        sa.Column(
            "correlation_id",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="of who asked; empty: nobody in particular",
        ),
        schema="warning",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_column("assessment_queue", "correlation_id", schema="warning")
