"""How the demo's services hear of each other: in one process, or over Kafka as a process for each service and role."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx
from sqlalchemy import text

from services.catalog import SPECS
from shared.bus.embedded import JARS, Broker, a_broker
from shared.bus.free_ports import free_ports
from shared.bus.kafka import KafkaSettings, ensure_topics
from shared.events.topics import TOPICS
from shared.kernel.errors import DomainError, Kind
from shared.outbox.recovery import relay_again
from shared.runtime.host import Host
from shared.runtime.stop_signals import stop_signals
from simulation.demo.folder import DemoFolder
from simulation.demo.opening import Opening
from simulation.demo.screen import Screen

ROLES = ("api", "worker")
_LOOK_SECONDS = 0.2
_STOP_SECONDS = 20.0
_LAST_WORDS = 500
# Whose partitions a killed demo's workers held must not wait for long.
_SESSION_SECONDS = 6
_SMALL_POOL = 8  # eight processes share a server with a hundred connections
_FOREIGN = ("DATABASE_", "TOKEN_", "UPSTREAM_", "KAFKA_", "BUS", "LOG_", "PORT")


class BusName(StrEnum):
    """What carries the events."""

    LOCAL = "local"
    KAFKA = "kafka"


class KafkaMissing(DomainError):
    """Apache Kafka cannot run here, and no other broker keeps what it was told."""

    kind = Kind.UNAVAILABLE
    code = "demo.kafka_missing"
    message_zh = (
        "本机无法运行 Apache Kafka：请安装 Java 17 与 Maven，或改用 make demo（单进程，无需 Kafka）。"
    )
    message_en = (
        "Apache Kafka cannot run here: install Java 17 and Maven, or use make demo, which needs neither."
    )


class PartEnded(DomainError):
    """A process of the demo ended by itself."""

    kind = Kind.UNAVAILABLE
    code = "demo.part_ended"

    def __init__(self, name: str, log: Path) -> None:
        """Say which, and where it tells why."""
        super().__init__(
            f"{name} 意外停止，演示区随之停止，日志在 {log}；请重新运行 make demo-kafka。",
            f"{name} ended by itself, and the demo with it; its log is {log}: run make demo-kafka again.",
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A process of the demo: one service in one role."""

    service: str
    role: str
    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def name(self) -> str:
        """Return what people call it."""
        return f"{self.service} {self.role}"

    async def until_up(self) -> None:
        """Return when it answers."""
        async with httpx.AsyncClient(trust_env=False, timeout=_STOP_SECONDS) as client:
            while True:
                with suppress(httpx.TransportError):
                    if (await client.get(f"http://127.0.0.1:{self.port}/healthz")).is_success:
                        return
                await asyncio.sleep(_LOOK_SECONDS)

    async def stop(self) -> None:
        """Let it finish what it does; by force where that takes too long."""
        self.process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                await self.ended()
        self.process.kill()
        self.process.wait()

    async def ended(self) -> None:
        """Return when it has ended."""
        while True:
            if self.process.poll() is not None:
                return
            await asyncio.sleep(_LOOK_SECONDS)


@contextmanager
def bus_of(name: BusName, folder: DemoFolder, screen: Screen) -> Iterator[Broker | None]:
    """Run the folder's broker as long as the block runs, where there is to be one.

    Raises KafkaMissing or BrokerNotStarted.
    """
    if name is BusName.LOCAL:
        yield None
        return
    with screen.step("启动 Kafka / starting Kafka") as step:
        broker = a_broker(folder.path / "kafka", JARS)
        if not broker.keeps_messages:
            raise KafkaMissing
        broker.start()
        step.note = f"{broker.name}  {broker.bootstrap_servers}"
    try:
        yield broker
    finally:
        broker.stop()


async def take_over_from_kafka(made: Host, folder: DemoFolder, screen: Screen) -> None:
    """Let what may have been left on Kafka leave again, by the local bus; who had it already does nothing."""
    since = folder.over_kafka_since
    if since is None:
        return
    with screen.step("重发 Kafka 上的事件 / telling again what Kafka had") as step:
        told = 0
        for name, hosted in made.hosted.items():
            async with hosted.db.write() as tx:
                told += await relay_again(tx, name, hosted.spec.mailboxes, since)
        step.note = f"事件 {told:,}"
    folder.goes_over_kafka(None)


async def serve_apart(made: Host, opening: Opening, broker: Broker) -> None:
    """Serve by a process for each service and role until it is told to stop.

    made: the services in this process, of which the database alone is used. Raises PartEnded.
    """
    stopping = asyncio.Event()
    for number in stop_signals():
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    parts: list[Part] = []
    try:
        await asyncio.to_thread(ensure_topics, KafkaSettings(broker.bootstrap_servers), TOPICS.values(), 1)
        if opening.folder.over_kafka_since is None:
            opening.folder.goes_over_kafka(made.hosted["warning"].db.clock.now())
        for service, role, port, settings in _places(made, opening.folder, broker):
            parts.append(_started(service, role, port, settings, opening.folder))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_watch(part, made)) for part in parts]
            tasks += [group.create_task(_watch_broker(broker)), group.create_task(_open(parts, opening))]
            await stopping.wait()
            opening.screen.say("", "正在停止… / stopping…")
            for task in tasks:
                task.cancel()
    finally:
        await asyncio.gather(*(part.stop() for part in parts))
        await made.close()


async def _open(parts: list[Part], opening: Opening) -> None:
    with opening.screen.step("启动各服务进程 / starting the processes", len(parts)) as step:
        for done, part in enumerate(parts, 1):
            await part.until_up()
            step.reach(done)
        step.note = f"进程 {len(parts)}"
    await opening.run()


async def _watch(part: Part, made: Host) -> None:
    await part.ended()
    # Where the database is gone, that is the reason, and this says so.
    async with made.hosted["warning"].db.read() as tx:
        await tx.value(text("SELECT 1"))
    raise PartEnded(part.name, part.log)


async def _watch_broker(broker: Broker) -> None:
    while True:
        if not broker.running():
            raise PartEnded(broker.name, broker.log)
        await asyncio.sleep(_LOOK_SECONDS)


def _places(
    made: Host, folder: DemoFolder, broker: Broker
) -> Iterator[tuple[str, str, int, Mapping[str, str]]]:
    """Yield each part's service, role and port, and its settings."""
    pairs = [(service, role) for service in SPECS for role in ROLES]
    ports = dict(zip(pairs, free_ports(len(pairs)), strict=True)) | {("gateway", "api"): made.settings.port}
    common = {
        "DATABASE_URL": made.settings.database_url.get_secret_value(),
        "DATABASE_POOL_SIZE": str(_SMALL_POOL),
        "TOKEN_KEY_FILE": str(made.settings.token_key_file),
        "BUS": "kafka",
        "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers,
        "KAFKA_SESSION_TIMEOUT_SECONDS": str(_SESSION_SECONDS),
    }
    for service in SPECS:
        if service != "gateway":
            common[f"UPSTREAM_{service.upper()}"] = f"http://127.0.0.1:{ports[service, 'api']}"
    for (service, role), port in ports.items():
        log = folder.path / f"{service}-{role}.log"
        yield service, role, port, common | {"PORT": str(port), "LOG_FILE": str(log)}


def _started(service: str, role: str, port: int, settings: Mapping[str, str], folder: DemoFolder) -> Part:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    log = Path(settings["LOG_FILE"])
    with log.open("ab") as errors:
        process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "services", "demo-part", service, role, str(folder.path)],
            env=ours | dict(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
    return Part(service, role, port, process, log)
