"""One signal may be corrected by several: an index of corrections that is not unique (ADR 0011).

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS warning.ix_signals_corrects")
        op.execute(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_signals_corrects ON warning.signals (source, corrects)"
            " WHERE corrects IS NOT NULL"
        )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_signals_corrects", table_name="signals", schema="warning")
