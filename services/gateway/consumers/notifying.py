"""Events of warnings and cases that somebody is notified of."""

from services.gateway.usecases.notices import NOTICES
from services.gateway.usecases.notify import notify
from shared.outbox.inbox import Handlers


def notifying_handlers() -> Handlers:
    """Return the handlers by event."""
    return dict.fromkeys(NOTICES, notify)
