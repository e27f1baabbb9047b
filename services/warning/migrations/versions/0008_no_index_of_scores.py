"""No index of scores: nobody asks for them in their order, and every assessment had to keep it.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS warning.ix_enterprise_risk_score")


def downgrade() -> None:
    """Take back."""
    op.create_index("ix_enterprise_risk_score", "enterprise_risk", ["score"], schema="warning")
