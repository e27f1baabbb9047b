"""Tables of the mediation service, schema `mediation`."""

from typing import Final

from shared.db.base import metadata_for
from shared.outbox.tables import mailboxes

metadata: Final = metadata_for("mediation")
MAILBOXES: Final = mailboxes(metadata)
