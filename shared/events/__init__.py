"""The only place where events are declared. Importing the package registers every one of them."""

from shared.events import gateway, inspection, mediation, warning
from shared.events.base import EVENT_TYPES, Emitted, Envelope, Event

__all__ = ["EVENT_TYPES", "Emitted", "Envelope", "Event", "gateway", "inspection", "mediation", "warning"]
