"""Runs everything of a process in one task group: when one loop dies, the process dies.

A process that serves with a dead relay would look healthy and lose facts; one that has ended is started anew.
"""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal

import structlog
import uvicorn
from typing_extensions import override

from shared.db.locks import only_one
from shared.kernel.errors import DomainError, Kind
from shared.observability import correlation
from shared.observability.metrics import JOB_INTERVAL, JOB_LAST_OK, JOB_RUNS
from shared.runtime.host import Host, Hosted, enter_lifespans
from shared.runtime.http import ProblemHttp
from shared.runtime.service import Job
from shared.runtime.settings import CommonSettings
from shared.runtime.stop_signals import stop_signals

Role = Literal["all", "api", "worker"]

FAILURES_IN_A_ROW = 20
_BACK_OFF_SECONDS = 0.5
_YOUNG_OBJECTS = 50_000
_LONGEST_BACK_OFF_SECONDS = 10.0

log = structlog.get_logger(__name__)


class CannotListen(DomainError):
    """The address to serve on is taken, or not this machine's."""

    kind = Kind.UNAVAILABLE
    code = "cannot_listen"


class Server(uvicorn.Server):
    """uvicorn without its own signal handling: the supervisor decides when to stop."""

    @override
    def capture_signals(self) -> Any:
        return _NoSignals()


class _NoSignals:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


async def run_job(hosted: Hosted, job: Job) -> None:
    """Run a job's rounds until cancelled; raises after too many failures in a row."""
    if not job.exclusive:
        await _rounds(hosted, job, _nothing)
        return
    async with only_one(hosted.db.engine, f"{hosted.spec.name}.{job.name}") as connection:
        await _rounds(hosted, job, lambda: connection.exec_driver_sql("SELECT 1"))


async def _nothing() -> None: ...


async def _rounds(hosted: Hosted, job: Job, still_ours: Callable[[], Awaitable[object]]) -> None:
    failures = 0
    labels = hosted.spec.name, job.name
    JOB_INTERVAL.labels(*labels).set(job.every.total_seconds())
    JOB_RUNS.labels(*labels, "failed")  # from nothing to one is no rise
    while True:
        await still_ours()
        correlation.begin()
        try:
            more = await job.run()
        except Exception as error:
            failures += 1
            JOB_RUNS.labels(*labels, "failed").inc()
            log.exception("job failed", service=hosted.spec.name, job=job.name, failures=failures)
            if failures >= FAILURES_IN_A_ROW:
                raise
            del error
            await asyncio.sleep(min(_BACK_OFF_SECONDS * 2**failures, _LONGEST_BACK_OFF_SECONDS))
            continue
        failures = 0
        JOB_RUNS.labels(*labels, "ok").inc()
        JOB_LAST_OK.labels(*labels).set_to_current_time()
        if not more:
            await hosted.waker.wait(job.wake_channel, job.every.total_seconds())


def workers(made: Host) -> list[Coroutine[Any, Any, None]]:
    """Return everything that a worker process runs: relays, consumers, jobs."""
    loops: list[Coroutine[Any, Any, None]] = [made.bus.run()]
    for hosted in made.hosted.values():
        loops += [hosted.waker.run(), hosted.relay.run()]
        loops += [run_job(hosted, job) for job in hosted.jobs]
    return loops


def attendants(made: Host) -> list[Coroutine[Any, Any, None]]:
    """Return what a process without a worker runs for that which it serves itself."""
    loops: list[Coroutine[Any, Any, None]] = []
    for hosted in made.hosted.values():
        jobs = [job for job in hosted.jobs if job.everywhere]
        loops += [run_job(hosted, job) for job in jobs]
        if any(job.wake_channel for job in jobs):
            loops.append(hosted.waker.run())
    return loops


async def run(made: Host, role: Role = "all", *beside: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Serve until it is told to stop. `beside` are further tasks that may end by themselves.

    Raises whatever a loop died of, so that the process ends with status 1.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in stop_signals():
        loop.add_signal_handler(name, stopping.set)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(made.close)
        listening = stack.enter_context(_listen(made.settings))
        await enter_lifespans(made, stack)
        # What start-up made stays for good: the collector need not walk it again and again.
        gc.collect()
        gc.freeze()
        # A batch of a thousand signals makes tens of thousands of objects, all gone with its answer: at CPython's 700
        # the collector would look through each batch dozens of times and find nothing.
        gc.set_threshold(_YOUNG_OBJECTS)
        server = _server(made)
        async with _told_to_the_log():
            served = asyncio.create_task(server.serve([listening]))
            try:
                async with asyncio.TaskGroup() as group:
                    loops = attendants(made) if role == "api" else workers(made)
                    tasks = [group.create_task(work) for work in loops]
                    tasks += [group.create_task(start()) for start in beside]
                    await _until(stopping, served)
                    await _step_back(made, server, served)
                    await _drain(made, server, served)
                    for task in tasks:
                        task.cancel()
            finally:
                # Whatever a loop died of, who has asked already is still answered.
                await _drain(made, server, served)


@asynccontextmanager
async def _told_to_the_log() -> AsyncIterator[None]:
    """Keep what the process dies of: whoever started it may show a person one line of it."""
    try:
        yield
    except Exception as error:
        log.critical("the process ends", exc_info=error)
        raise


def _listen(settings: CommonSettings) -> socket.socket:
    """Take the port before anything begins: who cannot serve does no work beside another who can."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        where, why = f"{settings.host}:{settings.port}", error.strerror or error
        raise CannotListen(
            f"无法在 {where} 上监听（{why}）：请用 PORT 或 HOST 指定其他地址。",
            f"Cannot listen on {where} ({why}): choose another with PORT or HOST.",
        ) from error


def _server(made: Host) -> Server:
    config = uvicorn.Config(
        made.front,
        http=ProblemHttp,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        # A caller's X-Forwarded-For is its own word: whoever believes it lets a guesser change addresses at will.
        proxy_headers=bool(made.settings.trusted_proxies),
        forwarded_allow_ips=list(map(str, made.settings.trusted_proxies)),
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=64 * 1024,
    )
    return Server(config)


async def _until(stopping: asyncio.Event, served: asyncio.Task[None]) -> None:
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait({waiting, served}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def _step_back(made: Host, server: Server, served: asyncio.Task[None]) -> None:
    """Be unready for a while and serve on: who sends requests here has to see it first.

    Whoever keeps a connection learns with the next answer to open another one, and so elsewhere.
    """
    made.draining = True
    server.config.encoded_headers = [*server.config.encoded_headers, (b"connection", b"close")]
    await asyncio.wait({served}, timeout=made.settings.drain_seconds)


async def _drain(made: Host, server: Server, served: asyncio.Task[None]) -> None:
    """Stop taking requests and finish those under way; a second time does nothing."""
    made.draining = True
    for hosted in made.hosted.values():
        for stop in hosted.service.on_stop:
            stop()
    server.should_exit = True
    await served
