"""`demo start`: a simulated district on this machine, from nothing or from where it was left."""

import asyncio
import logging as stdlib_logging
import os
import socket
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from pydantic import SecretStr

from services.catalog import SPECS
from services.commands.faults import causes
from services.commands.serve import build_host, token_key
from services.warning.ml.on_demand import warm_up
from shared.bus.embedded import Broker
from shared.db.embedded import EmbeddedPostgres
from shared.db.engine import is_unreachable, make_engine
from shared.kernel.errors import DomainError, Kind
from shared.observability import logging
from shared.runtime import supervisor
from shared.runtime.host import Host
from shared.runtime.prepare import prepare
from shared.runtime.settings import CommonSettings
from simulation.ahead import AheadClock
from simulation.demo.buses import BusName, bus_of, serve_apart, take_over_from_kafka
from simulation.demo.district import build_district, forget_half_made, refuse_foreign_data
from simulation.demo.folder import DemoFolder, Stage, check_room, claimed, disk_full
from simulation.demo.memory import give_memory_back
from simulation.demo.opening import Opening
from simulation.demo.pauses import pause_by
from simulation.demo.screen import Screen
from simulation.demo.stopping import Stopped, Stopping

HOST = "127.0.0.1"
_INTERRUPTED = 130
# A smaller district has too short a history for a model.
_ENOUGH_TO_LEARN_FROM = 1_000
# Hours may pass in seconds here (`labour-warning simulate`): who watches must not have to log in again every minute.
_SESSIONS = {
    "GATEWAY_ACCESS_TOKEN_MINUTES": "60",
    "GATEWAY_SESSION_IDLE_MINUTES": str(366 * 24 * 60),
    "GATEWAY_SESSION_HOURS": str(366 * 24),
}


class PortTaken(DomainError):
    """Something else listens on the port."""

    kind = Kind.CONFLICT
    code = "demo.port_taken"


class DatabaseGone(DomainError):
    """PostgreSQL ended under the running demo, killed by somebody or by the machine."""

    kind = Kind.UNAVAILABLE
    code = "demo.database_gone"

    def __init__(self, data: Path) -> None:
        """Say what is left, and what to do."""
        super().__init__(
            f"演示区的数据库意外停止，演示区随之停止；已提交的数据仍在 {data}，请重新运行 make demo。",
            f"The demo's PostgreSQL was ended from outside, and the demo with it; what was committed is in {data}:"
            " run make demo again.",
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person at the keyboard asked for; `program` is how they call us."""

    port: int
    data: Path
    enterprises: int
    program: str
    bus: BusName = BusName.LOCAL


def start(wish: Wish) -> int:
    """Run the demo until Ctrl-C; return the exit status. Raises a DomainError that says what is in the way."""
    screen = Screen()
    stopping = Stopping(lambda: screen.say("", "正在停止… / stopping…"))
    stopping.listen()
    with claimed(wish.data, address_of(wish.port)) as folder:
        check_port(wish.port)
        check_room(folder)
        logging.configure(stream=str(folder.log))
        # A log that cannot be written, as on a full disk, must not bury the one line that says so.
        stdlib_logging.raiseExceptions = False
        try:
            _run(wish, folder, screen, stopping)
        except Stopped:
            screen.say(f"已中断，下次启动时继续 / interrupted, the next start goes on: {folder.path}")
            return _INTERRUPTED
        screen.say(f"已停止，数据保留在 / stopped, the data stays in {folder.path}")
        return 0


def address_of(port: int) -> str:
    """Return where the demo can be reached."""
    return f"http://{HOST}:{port}"


def check_port(port: int, variable: str = "PORT") -> None:
    """Raise PortTaken, with the variable to change, unless the demo can listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(
                f"端口 {port} 不可用（{error.strerror}）：请用 {variable}= 指定另一个端口，如 {variable}={port + 1}。",
                f"Port {port} cannot be used: choose another one with {variable}=.",
            ) from error


def _run(wish: Wish, folder: DemoFolder, screen: Screen, stopping: Stopping) -> None:
    server = EmbeddedPostgres(folder.path)
    if wish.enterprises >= _ENOUGH_TO_LEARN_FROM:
        # Meanwhile PostgreSQL starts, on the other core.
        Thread(target=warm_up, name="warm-up", daemon=True).start()
    try:
        with screen.step("启动数据库 / starting PostgreSQL"):
            server.start()
        stopping.check()
        settings = _settings(wish, folder, server.url)
        with bus_of(wish.bus, folder, screen) as broker:
            stopping.check()
            _to_the_end(_prepare_and_serve(wish, folder, settings, screen, stopping, broker))
    except Exception as error:
        refusal = _refusal_in(error, folder)
        if refusal is None:
            raise
        raise refusal from error
    finally:
        # The event loop gave the signals back when it closed.
        stopping.listen()
        server.leave()


def _settings(wish: Wish, folder: DemoFolder, url: str) -> CommonSettings:
    return CommonSettings(
        database_url=SecretStr(url),
        token_key_file=token_key(folder.path),
        host=HOST,
        port=wish.port,
        bus="local",
    )


def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Do as asyncio.run does, but do not wait for a thread: training takes long and cannot be interrupted."""
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(work)
    finally:
        loop.close()


def _refusal_in(error: Exception, folder: DemoFolder) -> Exception | None:
    """Return what says more than what came up: a full disk, a refusal among several, a database that is gone."""
    if isinstance(error, Stopped | DomainError):
        return None
    found = list(causes(error))
    refusal = next((one for one in found if isinstance(one, DomainError)), None)
    gone = DatabaseGone(folder.path) if any(map(is_unreachable, found)) else None
    return disk_full(folder.path) or refusal or gone


async def _prepare_and_serve(
    wish: Wish,
    folder: DemoFolder,
    settings: CommonSettings,
    screen: Screen,
    stopping: Stopping,
    broker: Broker | None,
) -> None:
    clock = AheadClock(folder.path)
    with stopping.cancels_this_task():
        await _migrate(folder, settings, clock, screen)
        made = await _built(wish, folder, settings, clock, screen)
        if broker is None:
            await take_over_from_kafka(made, folder, screen)
    opening = Opening(folder, made.hosted["warning"].db, address_of(wish.port), screen, wish.program)
    if broker is not None:
        await serve_apart(made, opening, broker)
        return
    pause_by(clock, made)
    made.gates["first_warnings"] = opening.ready
    await supervisor.run(made, "all", opening.run)


async def _migrate(folder: DemoFolder, settings: CommonSettings, clock: AheadClock, screen: Screen) -> None:
    engine = make_engine(settings.database_url.get_secret_value(), application="demo", pool_size=2)
    try:
        with screen.step("准备数据库结构 / preparing the schemas"):
            if folder.stage is Stage.BUILDING:
                await forget_half_made(engine)
            for spec in SPECS.values():
                await prepare(spec, engine, clock)
        if folder.stage is Stage.EMPTY:
            await refuse_foreign_data(engine)
    finally:
        await engine.dispose()


async def _built(
    wish: Wish, folder: DemoFolder, settings: CommonSettings, clock: AheadClock, screen: Screen
) -> Host:
    """Return the host of all services, with the district behind it."""
    # A demo is where it listens now, whatever it was before; `demo federation` says so itself.
    for name, value in (_SESSIONS | {"GATEWAY_FEDERATION_BASE_URL": address_of(settings.port)}).items():
        os.environ.setdefault(name, value)
    made = build_host(list(SPECS.values()), settings, clock)
    try:
        if folder.stage in {Stage.EMPTY, Stage.BUILDING}:
            await build_district(made, folder, wish.enterprises, screen)
            give_memory_back()
    except BaseException:
        await made.close()
        raise
    return made
