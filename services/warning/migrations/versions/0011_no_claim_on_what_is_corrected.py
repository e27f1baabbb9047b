"""The unique index of corrections goes: another one serves the look-up since the revision before.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS warning.uq_signals_corrects")


def downgrade() -> None:
    """Take back; where a signal was corrected twice meanwhile, it cannot be taken back."""
    op.execute(
        "CREATE UNIQUE INDEX uq_signals_corrects ON warning.signals (source, corrects) WHERE corrects IS NOT NULL"
    )
