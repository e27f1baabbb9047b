"""Identifiers of our own making."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUID version 7 (RFC 9562): unique, and sorted by the time of its making."""
    return uuid7()
