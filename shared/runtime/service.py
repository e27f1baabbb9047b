"""What a service is built from and into: the host builds it, the supervisor runs it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from fastapi import FastAPI

from shared.auth.tokens import TokenVerifier
from shared.db.tx import Database
from shared.kernel.clock import Clock
from shared.outbox.feed import FeedHandler
from shared.outbox.inbox import Handlers
from shared.runtime.settings import CommonSettings

ReadyCheck = Callable[[], Awaitable[str | None]]
"""Returns None when ready, else one sentence that says what is missing."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where another service is, and what carries a request there: `base_url` has no slash at its end.

    A transport and no client: redirects, cookies and proxies of the environment have no place between services, and
    the client's care for them costs as much as a small request.
    """

    transport: httpx.AsyncBaseTransport
    base_url: str


@dataclass(frozen=True, slots=True)
class Context:
    """What the host hands to a service so that it can build itself."""

    name: str
    db: Database
    clock: Clock
    tokens: TokenVerifier
    settings: CommonSettings
    upstream: Callable[[str], Destination]


@dataclass(frozen=True, slots=True)
class Job:
    """Background work of a service.

    run: does one round; True when there is more to do at once.
    every: the pause after a round without more; `wake_channel` (a NOTIFY channel) cuts it short.
    exclusive: only one process at a time runs it.
    everywhere: also a process without a worker runs it, for what it serves itself.
    """

    name: str
    run: Callable[[], Awaitable[bool]]
    every: timedelta
    wake_channel: str | None = None
    exclusive: bool = False
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A built service: its app, what it handles, what it does in the background, when it is ready.

    feeds: topics that others write to, each with its handler.
    on_stop: called when the process stops; ends answers that would go on for ever.
    """

    app: FastAPI
    handlers: Handlers = field(default_factory=dict)
    jobs: Sequence[Job] = ()
    ready: Mapping[str, ReadyCheck] = field(default_factory=dict)
    feeds: Mapping[str, FeedHandler] = field(default_factory=dict)
    on_stop: Sequence[Callable[[], None]] = ()
