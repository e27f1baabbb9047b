"""Where a dead letter came from, and of whose key an event was that was handled.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("dead_letters", sa.Column("partition", sa.Integer(), nullable=True), schema="inspection")
    op.add_column("dead_letters", sa.Column("offset", sa.BigInteger(), nullable=True), schema="inspection")
    op.add_column(
        "dead_letters",
        sa.Column("appended_at", sa.DateTime(timezone=True), nullable=True),
        schema="inspection",
    )
    op.add_column("dead_letters", sa.Column("credential", sa.Text(), nullable=True), schema="inspection")
    op.add_column("dead_letters", sa.Column("traceparent", sa.Text(), nullable=True), schema="inspection")
    op.add_column("inbox", sa.Column("key", sa.Text(), nullable=True), schema="inspection")


def downgrade() -> None:
    """Take back."""
    op.drop_column("inbox", "key", schema="inspection")
    op.drop_column("dead_letters", "traceparent", schema="inspection")
    op.drop_column("dead_letters", "credential", schema="inspection")
    op.drop_column("dead_letters", "appended_at", schema="inspection")
    op.drop_column("dead_letters", "offset", schema="inspection")
    op.drop_column("dead_letters", "partition", schema="inspection")
