"""Where a dead letter came from, and of whose key an event was that was handled.

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
    op.add_column("dead_letters", sa.Column("partition", sa.Integer(), nullable=True), schema="gateway")
    op.add_column("dead_letters", sa.Column("offset", sa.BigInteger(), nullable=True), schema="gateway")
    op.add_column(
        "dead_letters", sa.Column("appended_at", sa.DateTime(timezone=True), nullable=True), schema="gateway"
    )
    op.add_column("dead_letters", sa.Column("credential", sa.Text(), nullable=True), schema="gateway")
    op.add_column("dead_letters", sa.Column("traceparent", sa.Text(), nullable=True), schema="gateway")
    op.add_column("inbox", sa.Column("key", sa.Text(), nullable=True), schema="gateway")


def downgrade() -> None:
    """Take back."""
    op.drop_column("inbox", "key", schema="gateway")
    op.drop_column("dead_letters", "traceparent", schema="gateway")
    op.drop_column("dead_letters", "credential", schema="gateway")
    op.drop_column("dead_letters", "appended_at", schema="gateway")
    op.drop_column("dead_letters", "offset", schema="gateway")
    op.drop_column("dead_letters", "partition", schema="gateway")
