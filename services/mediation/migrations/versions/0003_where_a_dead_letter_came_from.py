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
    op.add_column("dead_letters", sa.Column("partition", sa.Integer(), nullable=True), schema="mediation")
    op.add_column("dead_letters", sa.Column("offset", sa.BigInteger(), nullable=True), schema="mediation")
    op.add_column(
        "dead_letters",
        sa.Column("appended_at", sa.DateTime(timezone=True), nullable=True),
        schema="mediation",
    )
    op.add_column("dead_letters", sa.Column("credential", sa.Text(), nullable=True), schema="mediation")
    op.add_column("dead_letters", sa.Column("traceparent", sa.Text(), nullable=True), schema="mediation")
    op.add_column("inbox", sa.Column("key", sa.Text(), nullable=True), schema="mediation")


def downgrade() -> None:
    """Take back."""
    op.drop_column("inbox", "key", schema="mediation")
    op.drop_column("dead_letters", "traceparent", schema="mediation")
    op.drop_column("dead_letters", "credential", schema="mediation")
    op.drop_column("dead_letters", "appended_at", schema="mediation")
    op.drop_column("dead_letters", "offset", schema="mediation")
    op.drop_column("dead_letters", "partition", schema="mediation")
