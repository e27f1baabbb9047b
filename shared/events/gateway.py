"""Events of the gateway: who works here, as the other services need to know it."""

from typing import ClassVar
from uuid import UUID

from typing_extensions import override

from shared.events.base import Event


class AccountChanged(Event):
    """An official's account was added, changed or disabled.

    `username` is the account's handle, never the person's name. `grid_cells` are the cells a grid coordinator
    looks after, `deputy_cells` those in which they stand in for another.
    """

    TYPE: ClassVar[str] = "gateway.account.changed.v1"
    TOPIC: ClassVar[str] = "gateway.account"
    REPLACES: ClassVar[str] = "account"

    account_id: UUID
    username: str
    role: str
    division: str
    grid_cells: tuple[str, ...]
    deputy_cells: tuple[str, ...]
    enabled: bool

    @property
    @override
    def key(self) -> str:
        return str(self.account_id)
