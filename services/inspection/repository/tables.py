"""Tables of the inspection service, schema `inspection`."""

from typing import Final

from shared.db.base import metadata_for
from shared.outbox.tables import mailboxes

metadata: Final = metadata_for("inspection")
MAILBOXES: Final = mailboxes(metadata)
