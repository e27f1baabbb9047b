"""Where a dead letter came from, and of whose key an event was that was handled.

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
    op.add_column("dead_letters", sa.Column("partition", sa.Integer(), nullable=True), schema="warning")
    op.add_column("dead_letters", sa.Column("offset", sa.BigInteger(), nullable=True), schema="warning")
    op.add_column(
        "dead_letters", sa.Column("appended_at", sa.DateTime(timezone=True), nullable=True), schema="warning"
    )
    op.add_column("dead_letters", sa.Column("credential", sa.Text(), nullable=True), schema="warning")
    op.add_column("dead_letters", sa.Column("traceparent", sa.Text(), nullable=True), schema="warning")
    op.add_column("inbox", sa.Column("key", sa.Text(), nullable=True), schema="warning")


def downgrade() -> None:
    """Take back."""
    op.drop_column("inbox", "key", schema="warning")
    op.drop_column("dead_letters", "traceparent", schema="warning")
    op.drop_column("dead_letters", "credential", schema="warning")
    op.drop_column("dead_letters", "appended_at", schema="warning")
    op.drop_column("dead_letters", "offset", schema="warning")
    op.drop_column("dead_letters", "partition", schema="warning")
