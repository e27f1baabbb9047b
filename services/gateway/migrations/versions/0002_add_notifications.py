"""add notifications.

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
    op.create_table(
        "notifications",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.UUID(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_notifications")),
        sa.UniqueConstraint("id", name=op.f("uq_notifications_id")),
        schema="gateway",
        comment="What an account or an office is told; no names of people or enterprises",
    )
    op.create_index(
        "ix_notifications_addressee", "notifications", ["addressee", "seq"], unique=False, schema="gateway"
    )
    op.create_index("ix_notifications_at", "notifications", ["at"], unique=False, schema="gateway")
    op.create_table(
        "notification_reads",
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"],
            ["gateway.notifications.seq"],
            name=op.f("fk_notification_reads_seq_notifications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "seq", name=op.f("pk_notification_reads")),
        schema="gateway",
        comment="Who has read what; each holder of an office reads for themselves",
    )
    op.create_index(
        "ix_notification_reads_seq", "notification_reads", ["seq"], unique=False, schema="gateway"
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_notification_reads_seq", table_name="notification_reads", schema="gateway")
    op.drop_table("notification_reads", schema="gateway")
    op.drop_index("ix_notifications_at", table_name="notifications", schema="gateway")
    op.drop_index("ix_notifications_addressee", table_name="notifications", schema="gateway")
    op.drop_table("notifications", schema="gateway")
