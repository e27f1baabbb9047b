"""How to reach the brokers, and how long to wait for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.events.topics import TOPICS


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Values for producer, consumers and administration; names as kafka-python spells them where it has one.

    TLS and SASL need no code here: the values go to the client as they are.
    epoch: how often the database was restored to an earlier moment, plus one (ADR 0012). Each epoch has topics and
    groups of its own, so that nothing of a future that no longer exists is heard.
    """

    bootstrap_servers: str  # "host:port", several with commas between
    client_id: str = "labour-warning"
    security_protocol: str = "PLAINTEXT"
    ssl_cafile: str | None = None
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None
    ssl_password: str | None = field(default=None, repr=False)
    ssl_check_hostname: bool = True
    sasl_mechanism: str | None = None
    sasl_plain_username: str | None = None
    sasl_plain_password: str | None = field(default=None, repr=False)
    # Bounds every wait that a stop cannot interrupt: the first contact and the look-up of a topic.
    connect_timeout_seconds: float = 3.0
    # After this a publish is given up, and with it everything its producer still holds.
    # Less than a partitioned relay keeps its lock (shared/db/engine.py), so that two never publish at once.
    publish_timeout_seconds: float = 12.0
    # A consumer that is silent for this long is taken for dead; its partitions go to the others.
    session_timeout_seconds: float = 45.0
    max_poll_interval_seconds: float = 300.0
    # The longest pause between two attempts at a batch whose handler fails.
    retry_max_seconds: float = 30.0
    epoch: int = 1

    def on_the_wire(self, name: str) -> str:
        """Return what a topic or a consumer group is called on the broker; what others write to is not renamed."""
        topic = TOPICS.get(name)
        outside = topic is not None and topic.foreign
        return name if self.epoch == 1 or outside else f"{self._prefix}{name}"

    def as_declared(self, wire_name: str) -> str:
        """Return the topic's own name."""
        return wire_name.removeprefix(self._prefix)

    @property
    def _prefix(self) -> str:
        return f"e{self.epoch}." if self.epoch > 1 else ""

    def connection(self) -> Mapping[str, Any]:
        """Return the options that every kind of client takes."""
        return {
            "bootstrap_servers": self.bootstrap_servers,
            "client_id": self.client_id,
            "security_protocol": self.security_protocol,
            "ssl_cafile": self.ssl_cafile,
            "ssl_certfile": self.ssl_certfile,
            "ssl_keyfile": self.ssl_keyfile,
            "ssl_password": self.ssl_password,
            "ssl_check_hostname": self.ssl_check_hostname,
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_plain_username,
            "sasl_plain_password": self.sasl_plain_password,
            "bootstrap_timeout_ms": milliseconds(self.connect_timeout_seconds),
            # The library waits up to 30 s before it tries a broker again; brokers come back sooner.
            "reconnect_backoff_max_ms": 2_000,
        }


def milliseconds(seconds: float) -> int:
    """Return `seconds` in the unit that the client's options take."""
    return round(seconds * 1_000)
