"""What the deployment has to agree with: services, roles, settings, topics and who hears them."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import get_args

from pydantic import SecretStr
from typing_extensions import override

import services.gateway.settings
import services.warning.settings  # noqa: F401  to be imported is to be known: see settings_names
from services.catalog import SPECS
from shared.auth.tokens import TokenVerifier, generate_key, public_half
from shared.bus.local import LocalBus
from shared.bus.port import Subscription
from shared.events.topics import TOPICS
from shared.kernel.clock import SystemClock
from shared.runtime.host import host
from shared.runtime.settings import CommonSettings, Settings
from shared.runtime.supervisor import Role

ROOT = Path(__file__).parents[2]
ROLES = tuple(role for role in get_args(Role) if role != "all")
PAIRS = tuple((service, role) for service in SPECS for role in ROLES)

# Read elsewhere than in a settings class: by OpenTelemetry's exporter, and by PostgreSQL's driver.
_FURTHER = {"OTEL_EXPORTER_OTLP_ENDPOINT", "PGSSLMODE"}


def settings_names() -> set[str]:
    """Return every environment variable that a process reads."""
    names = {
        f"{one.model_config.get('env_prefix', '')}{field}".upper()
        for one in Settings.__subclasses__()
        for field in one.model_fields
    }
    return names | _FURTHER


def partitions() -> Mapping[str, int]:
    """Return the partitions of every topic."""
    return {name: topic.partitions for name, topic in TOPICS.items()}


class _Listening(LocalBus):
    """A bus that remembers who wants to hear what."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Subscription] = []

    @override
    def subscribe(self, subscription: Subscription) -> None:
        self.heard.append(subscription)


@cache
def heard_by(service: str) -> frozenset[tuple[str, str]]:
    """Return the consumer groups of a service with their topics, as the host that it runs in subscribes to them."""
    clock, bus, key = SystemClock(), _Listening(), generate_key()
    with tempfile.TemporaryDirectory(prefix="lew-") as folder:
        token_key = Path(folder) / "token.pem"
        token_key.write_bytes(key)
        settings = CommonSettings(
            database_url=SecretStr("postgresql://nobody@127.0.0.1/nothing"),
            token_key_file=token_key,
            upstream_warning="http://warning",
            upstream_mediation="http://mediation",
            upstream_inspection="http://inspection",
        )
        host([SPECS[service]], settings, clock, TokenVerifier(public_half(key), clock), bus)
    return frozenset((one.consumer, topic) for one in bus.heard for topic in one.topics)


def secret_looking(values: Mapping[str, str]) -> Iterator[str]:
    """Name the variables that hold a secret itself, and not the path of a file that does."""
    for name, value in values.items():
        secret = any(word in name for word in ("PASSWORD", "SECRET", "TOKEN", "KEY", "DATABASE_URL"))
        if secret and not value.startswith("/run/") and value not in {"true", "false"}:
            yield name


def services_of(commands: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Return service and role of every command that serves."""
    return [(command[1], command[3]) for command in commands if command[:1] == ["up"]]
