"""The gateway: the only door. It knows who is calling, keeps the audit log, and passes on what it does not own."""

from typing import Final

from services.gateway.repository.federation_tables import partners
from services.gateway.repository.tables import MAILBOXES
from shared.runtime.spec import ServiceSpec

SPEC: Final = ServiceSpec(
    name="gateway",
    title_zh="网关",
    title_en="Gateway",
    # Asked of a table in the second file, so that the tables of both are declared when migrations are compared.
    metadata=partners.metadata,
    mailboxes=MAILBOXES,
    build="services.gateway.assembly:build",
)
