"""Room on each page of enterprise_risk, so that an assessment rewrites its row in place.

Pages that are full already get their room as their rows move on.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("ALTER TABLE warning.enterprise_risk SET (fillfactor = 70)")


def downgrade() -> None:
    """Take back."""
    op.execute("ALTER TABLE warning.enterprise_risk RESET (fillfactor)")
