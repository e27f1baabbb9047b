"""notifications without employer.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.alter_column("notifications", "uscc", existing_type=sa.Text(), nullable=True, schema="gateway")


def downgrade() -> None:
    """Take back; what tells of no employer goes with it."""
    op.execute("DELETE FROM gateway.notifications WHERE uscc IS NULL")
    op.alter_column("notifications", "uscc", existing_type=sa.Text(), nullable=False, schema="gateway")
