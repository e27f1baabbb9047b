"""Builds services from their specs and puts them into one process, or one of them alone."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pkgutil import resolve_name

import httpx
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.auth.tokens import TokenVerifier
from shared.bus.port import Bus, Subscription
from shared.db.engine import make_engine
from shared.db.tx import Database, outbox_channel
from shared.db.wake import Waker
from shared.kernel.clock import Clock
from shared.kernel.errors import DomainError, Kind
from shared.observability import spans
from shared.outbox.feed import Feed
from shared.outbox.inbox import Inbox
from shared.outbox.relay import Relay
from shared.runtime.client_spans import ClientSpans
from shared.runtime.in_process import InProcessTransport
from shared.runtime.look_around import look_around
from shared.runtime.service import Context, Destination, Job, ReadyCheck, Service
from shared.runtime.settings import CommonSettings
from shared.runtime.spec import ServiceSpec
from shared.web.app import Anyone, database_answers, ready_response


class UnknownUpstream(DomainError):
    """A service needs another that is neither in this process nor has an address."""

    kind = Kind.UNAVAILABLE
    code = "unknown_upstream"


@dataclass(slots=True)
class Hosted:
    """A built service with the parts that run beside its app."""

    spec: ServiceSpec
    service: Service
    db: Database
    inbox: Inbox
    relay: Relay
    waker: Waker
    feeds: Mapping[str, Feed]

    def consumer_of(self, topic: str) -> Feed | Inbox:
        """Return what takes the messages of `topic` here."""
        return self.feeds.get(topic, self.inbox)

    @property
    def jobs(self) -> Sequence[Job]:
        """Return its background jobs."""
        return self.service.jobs


@dataclass(slots=True)
class Host:
    """The services of this process."""

    hosted: Mapping[str, Hosted]
    bus: Bus
    settings: CommonSettings
    gates: dict[str, ReadyCheck] = field(default_factory=dict)
    draining: bool = False
    _destinations: dict[str, Destination] = field(default_factory=dict)

    @property
    def front(self) -> FastAPI:
        """Return the app that faces the network: the gateway where it is here, else the only service."""
        name = "gateway" if "gateway" in self.hosted else next(iter(self.hosted))
        return self.hosted[name].service.app

    async def readiness(self) -> dict[str, str | None]:
        """Run every ready check; a check that raises counts as its own finding."""
        checks: dict[str, ReadyCheck] = dict(self.gates)
        for name, hosted in self.hosted.items():
            checks[f"{name}.database"] = partial(database_answers, hosted.db)
            checks |= {f"{name}.{what}": check for what, check in hosted.service.ready.items()}
        findings: dict[str, str | None] = {"draining": "shutting down" if self.draining else None}
        findings["bus"] = None if self.bus.healthy() else "the bus does not answer"
        found = await asyncio.gather(*(_finding(check) for check in checks.values()))
        return findings | dict(zip(checks, found, strict=True))

    async def close(self) -> None:
        """Close the ways to others, the bus and the connections."""
        for destination in self._destinations.values():
            await destination.transport.aclose()
        await self.bus.close()
        for hosted in self.hosted.values():
            await hosted.db.close()


async def _finding(check: ReadyCheck) -> str | None:
    try:
        async with asyncio.timeout(3):
            return await check()
    except Exception:  # noqa: BLE001  a check that cannot be made is a finding, and no internals leave
        return "cannot be checked at the moment"


def host(
    specs: Sequence[ServiceSpec], settings: CommonSettings, clock: Clock, tokens: TokenVerifier, bus: Bus
) -> Host:
    """Build the given services. Nothing connects yet."""
    built: dict[str, Hosted] = {}
    made = Host(built, bus, settings)
    here = frozenset(spec.name for spec in specs)
    for spec in specs:
        built[spec.name] = _build(spec, settings, clock, tokens, bus, _upstreams(made, here))
    _mount_platform_routes(made)
    return made


def _build(
    spec: ServiceSpec,
    settings: CommonSettings,
    clock: Clock,
    tokens: TokenVerifier,
    bus: Bus,
    upstream: Callable[[str], Destination],
) -> Hosted:
    url = settings.database_url.get_secret_value()
    engine = make_engine(url, application=spec.name, pool_size=settings.database_pool_size)
    db = Database(engine, spec.name, spec.mailboxes.outbox, clock)
    service: Service = resolve_name(spec.build)(Context(spec.name, db, clock, tokens, settings, upstream))
    channels = {outbox_channel(spec.name), *(job.wake_channel for job in service.jobs if job.wake_channel)}
    waker = Waker(url, channels)
    inbox = Inbox(db, spec.mailboxes, service.handlers)
    if service.handlers:
        bus.subscribe(Subscription(spec.name, inbox.topics, inbox.handle))
    feeds = {topic: Feed(db, spec.mailboxes, handler) for topic, handler in service.feeds.items()}
    for topic, feed in feeds.items():
        bus.subscribe(Subscription(f"{spec.name}.{topic}", frozenset({topic}), feed.handle))
    return Hosted(spec, service, db, inbox, Relay(db, spec.mailboxes, bus, waker), waker, feeds)


def _upstreams(made: Host, here: frozenset[str]) -> Callable[[str], Destination]:
    """Return how a service reaches another: inside the process when it is here, else by its address."""
    known = made._destinations  # noqa: SLF001  same module

    def destination(name: str) -> Destination:
        if name not in known:
            known[name] = _destination(made, name, here)
        return known[name]

    return destination


def _destination(made: Host, name: str, here: frozenset[str]) -> Destination:
    found = _untold_destination(made, name, here)
    return replace(found, transport=ClientSpans(found.transport, name)) if spans.on() else found


def _untold_destination(made: Host, name: str, here: frozenset[str]) -> Destination:
    if name in here:
        return Destination(InProcessTransport(lambda: made.hosted[name].service.app), f"http://{name}")
    address: str = getattr(made.settings, f"upstream_{name}", "")
    if not address:
        raise UnknownUpstream(
            f"未配置 {name} 服务的地址：请设置 UPSTREAM_{name.upper()}。",
            f"The address of the {name} service is not set: set UPSTREAM_{name.upper()}.",
        )
    return Destination(httpx.AsyncHTTPTransport(), address.rstrip("/"))


def _mount_platform_routes(made: Host) -> None:
    async def ready(_: Anyone) -> JSONResponse:
        return ready_response(await made.readiness())

    async def metrics(_: Anyone) -> Response:
        mailboxes = [(hosted.db, hosted.spec.mailboxes) for hosted in made.hosted.values()]
        await look_around(mailboxes, made.readiness)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    for hosted in made.hosted.values():
        app = hosted.service.app
        app.add_api_route("/readyz", ready, include_in_schema=False)
        app.add_api_route("/metrics", metrics, include_in_schema=False)


async def enter_lifespans(made: Host, stack: AsyncExitStack) -> None:
    """Enter every app's lifespan: Starlette does not run that of an app which it did not start itself."""
    for hosted in made.hosted.values():
        app = hosted.service.app
        await stack.enter_async_context(app.router.lifespan_context(app))
