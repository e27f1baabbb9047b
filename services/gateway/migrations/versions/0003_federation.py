"""federation.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


# What was exchanged is evidence: the log only grows.
_GUARD_MESSAGES = """
CREATE TRIGGER federation_messages_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gateway.federation_messages
FOR EACH STATEMENT EXECUTE FUNCTION gateway.refuse_change()
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "assistance_actions",
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("action_id", sa.UUID(), nullable=False),
        sa.Column("actor_id", sa.UUID(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("action_id", name=op.f("pk_assistance_actions")),
        schema="gateway",
        comment="What officers did, once per action id",
    )
    op.create_table(
        "partners",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
        sa.UniqueConstraint("base_url", name=op.f("uq_partners_base_url")),
        sa.UniqueConstraint("name", name=op.f("uq_partners_name")),
        schema="gateway",
        comment="Institutions that messages are exchanged with; the fingerprint was compared by people",
    )
    op.create_table(
        "assistance_requests",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.UUID(), nullable=False),
        sa.Column("message_id", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("data_class", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("case_reference", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reply_by", sa.Date(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status_sha256", sa.Text(), nullable=True),
        sa.Column("status_receipt", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "direction IN ('incoming', 'outgoing')", name=op.f("ck_assistance_requests_direction")
        ),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["gateway.partners.id"], name=op.f("fk_assistance_requests_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistance_requests")),
        sa.UniqueConstraint(
            "partner_id",
            "direction",
            "message_id",
            name=op.f("uq_assistance_requests_partner_id_direction_message_id"),
        ),
        schema="gateway",
        comment="Requests for assistance in both directions; message_id is the sender's, unique per partner",
    )
    op.create_index(
        "ix_assistance_requests_newest",
        "assistance_requests",
        [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="gateway",
    )
    op.create_table(
        "federation_messages",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("partner_id", sa.UUID(), nullable=False),
        sa.Column("request_id", sa.UUID(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["gateway.partners.id"], name=op.f("fk_federation_messages_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_federation_messages")),
        sa.UniqueConstraint("hash", name=op.f("uq_federation_messages_hash")),
        schema="gateway",
        comment="Every message that was exchanged, with the bytes that were signed; chained by hash, append-only",
    )
    op.create_index(
        "ix_federation_messages_request",
        "federation_messages",
        ["request_id"],
        unique=False,
        schema="gateway",
    )
    op.create_table(
        "federation_nonces",
        sa.Column("partner_id", sa.UUID(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["gateway.partners.id"], name=op.f("fk_federation_nonces_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("partner_id", "nonce", name=op.f("pk_federation_nonces")),
        schema="gateway",
        comment="Nonces of messages that were taken, as long as their signatures could still count",
    )
    op.create_index(
        "ix_federation_nonces_expires_at", "federation_nonces", ["expires_at"], unique=False, schema="gateway"
    )
    op.create_table(
        "partner_grants",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("partner_id", sa.UUID(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("data_class", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["gateway.partners.id"], name=op.f("fk_partner_grants_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_grants")),
        schema="gateway",
        comment="What a partner may ask of us: without a line, nothing",
    )
    op.create_index(
        "ix_partner_grants_partner",
        "partner_grants",
        ["partner_id", "operation"],
        unique=False,
        schema="gateway",
    )
    op.create_table(
        "partner_keys",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.UUID(), nullable=False),
        sa.Column("x", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["gateway.partners.id"], name=op.f("fk_partner_keys_partner_id_partners")
        ),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_partner_keys")),
        schema="gateway",
        comment="Public Ed25519 keys of partners; several count at once while a key is changed",
    )
    op.create_index("ix_partner_keys_partner", "partner_keys", ["partner_id"], unique=False, schema="gateway")
    op.create_table(
        "federation_outgoing",
        sa.Column("request_id", sa.UUID(), nullable=False),
        sa.Column("partner_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["gateway.partners.id"], name=op.f("fk_federation_outgoing_partner_id_partners")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["gateway.assistance_requests.id"],
            name=op.f("fk_federation_outgoing_request_id_assistance_requests"),
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_federation_outgoing")),
        schema="gateway",
        comment="The message that each request still owes the other side: itself, or its decision",
    )
    op.create_index(
        "ix_federation_outgoing_due",
        "federation_outgoing",
        ["next_attempt_at"],
        unique=False,
        schema="gateway",
        postgresql_where=sa.text("delivery = 'pending'"),
    )
    op.execute(_GUARD_MESSAGES)


def downgrade() -> None:
    """Take back."""
    op.drop_index(
        "ix_federation_outgoing_due",
        table_name="federation_outgoing",
        schema="gateway",
        postgresql_where=sa.text("delivery = 'pending'"),
    )
    op.drop_table("federation_outgoing", schema="gateway")
    op.drop_index("ix_partner_keys_partner", table_name="partner_keys", schema="gateway")
    op.drop_table("partner_keys", schema="gateway")
    op.drop_index("ix_partner_grants_partner", table_name="partner_grants", schema="gateway")
    op.drop_table("partner_grants", schema="gateway")
    op.drop_index("ix_federation_nonces_expires_at", table_name="federation_nonces", schema="gateway")
    op.drop_table("federation_nonces", schema="gateway")
    op.drop_index("ix_federation_messages_request", table_name="federation_messages", schema="gateway")
    op.drop_table("federation_messages", schema="gateway")
    op.drop_index("ix_assistance_requests_newest", table_name="assistance_requests", schema="gateway")
    op.drop_table("assistance_requests", schema="gateway")
    op.drop_table("partners", schema="gateway")
    op.drop_table("assistance_actions", schema="gateway")
