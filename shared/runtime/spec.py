"""What a service is, as data. Whoever only needs its schema does not load its code."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import MetaData

from shared.db.tx import WriteTx
from shared.outbox.tables import Mailboxes


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service's standing description. Its schema is its name; migrations live in `services/<name>/migrations`.

    build: where the function lies that makes a Service of a Context, as "module:function"; loaded by the processes
    that serve it, so that a command or another service's process starts without it.
    seed: puts reference data in place after every migration; must be idempotent.
    """

    name: str
    title_zh: str
    title_en: str
    metadata: MetaData
    mailboxes: Mailboxes
    build: str
    seed: Callable[[WriteTx], Awaitable[None]] | None = None
