"""Every version of an indicator is kept, and evidence names the registry that it rests on.

What is registered now becomes the first version, on which all former assessments are said to rest.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BEFORE = "The indicator registry: one row each, adding one is data"
NOW = "The indicator registry: a row for each indicator and version; a change adds rows, none is changed"


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "assessments",
        sa.Column("registry_version", sa.Integer(), server_default="1", nullable=False),
        schema="warning",
    )
    op.add_column(
        "indicators",
        sa.Column("version", sa.Integer(), server_default="1", autoincrement=False, nullable=False),
        schema="warning",
    )
    op.drop_constraint("pk_indicators", "indicators", schema="warning", type_="primary")
    op.create_primary_key("pk_indicators", "indicators", ["id", "version"], schema="warning")
    op.create_table_comment("indicators", NOW, existing_comment=BEFORE, schema="warning")


def downgrade() -> None:
    """Take back: of each indicator the version that holds last stays."""
    op.execute("""
        DELETE FROM warning.indicators AS one USING warning.indicators AS other
        WHERE other.id = one.id AND (other.effective_from, other.version) > (one.effective_from, one.version)
    """)
    op.create_table_comment("indicators", BEFORE, existing_comment=NOW, schema="warning")
    op.drop_constraint("pk_indicators", "indicators", schema="warning", type_="primary")
    op.create_primary_key("pk_indicators", "indicators", ["id"], schema="warning")
    op.drop_column("indicators", "version", schema="warning")
    op.drop_column("assessments", "registry_version", schema="warning")
