"""The gateway: the only door. It knows who is calling, keeps the audit log, and passes on what it does not own."""

from typing import Final

from services.gateway.repository import federation_tables, tables
from shared.runtime.spec import ServiceSpec

# A table is known once its module is loaded.
TABLES: Final = (tables, federation_tables)

SPEC: Final = ServiceSpec(
    name="gateway",
    title_zh="网关",
    title_en="Gateway",
    metadata=tables.metadata,
    mailboxes=tables.MAILBOXES,
    build="services.gateway.assembly:build",
)
