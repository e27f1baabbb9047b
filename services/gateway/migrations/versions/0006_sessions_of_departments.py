"""A department's tokens name a session of its own, so that a new secret ends them.

Tokens that were given before end with this: a department's machine gets the next one by itself.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "clients",
        sa.Column("session_id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        schema="gateway",
    )
    op.create_unique_constraint(op.f("uq_clients_session_id"), "clients", ["session_id"], schema="gateway")


def downgrade() -> None:
    """Take back."""
    op.drop_constraint(op.f("uq_clients_session_id"), "clients", schema="gateway", type_="unique")
    op.drop_column("clients", "session_id", schema="gateway")
