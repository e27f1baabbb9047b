"""`up` and `migrate`: run services, bring schemas to head."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvloop
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from services.catalog import SPECS
from services.commands.database import DataFolder, database_address, embedded_address, token_key_of
from services.commands.faults import explained
from shared.auth.tokens import TokenVerifier, generate_key, public_half
from shared.bus.local import LocalBus
from shared.bus.on_demand import kafka_bus, missing_topics
from shared.bus.port import Bus
from shared.db import migrate as migrations
from shared.db.engine import make_engine
from shared.events.goldens import incompatibilities
from shared.events.topics import TOPICS
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.errors import DomainError, Kind
from shared.observability import logging
from shared.observability.on_demand import traces
from shared.runtime import supervisor
from shared.runtime.host import Host, host
from shared.runtime.prepare import history_of, prepare
from shared.runtime.settings import CommonSettings
from shared.runtime.spec import ServiceSpec

_TURN_SECONDS = 0.0005
log = structlog.get_logger(__name__)
Names = Annotated[
    list[str] | None, typer.Argument(help="服务名，缺省为全部 / services, all when none is named")
]


class UnknownService(DomainError):
    """No service has that name."""

    code = "unknown_service"


class SchemaNotAtHead(DomainError):
    """The database was not migrated to this release."""

    kind = Kind.UNAVAILABLE
    code = "schema_not_at_head"


class TopicsMissing(DomainError):
    """The topics were not made yet."""

    kind = Kind.UNAVAILABLE
    code = "topics_missing"


class EventsUnreadable(DomainError):
    """The events of this build are not those that were published."""

    kind = Kind.UNAVAILABLE
    code = "events_unreadable"


class KeyMissing(DomainError):
    """No token key is configured."""

    code = "token_key_missing"
    message_zh = "未配置令牌密钥：请设置 TOKEN_KEY_FILE（网关）或 TOKEN_PUBLIC_KEY_FILE（其他服务）。"
    message_en = "No token key: set TOKEN_KEY_FILE (gateway) or TOKEN_PUBLIC_KEY_FILE (other services)."


def specs_of(names: list[str] | None) -> list[ServiceSpec]:
    """Return the specs of the named services, all of them when none is named."""
    chosen = names or list(SPECS)
    for name in chosen:
        if name not in SPECS:
            known = "、".join(SPECS)
            raise UnknownService(
                f"没有名为 {name} 的服务，可选：{known}。", f"No service {name}; there are: {known}."
            )
    return [SPECS[name] for name in chosen]


def token_key(data: Path | None) -> Path:
    """Return the data folder's token key file, made when it is not there."""
    path = token_key_of(data)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(generate_key())
    return path


def verifier_for(settings: CommonSettings, clock: Clock) -> TokenVerifier:
    """Return the verifier for the configured key. Raises KeyMissing."""
    if settings.token_public_key_file is not None:
        return TokenVerifier(settings.token_public_key_file.read_bytes(), clock)
    if settings.token_key_file is not None:
        return TokenVerifier(public_half(settings.token_key_file.read_bytes()), clock)
    raise KeyMissing


def bus_for(settings: CommonSettings) -> Bus:
    """Return the bus that the settings name."""
    if settings.bus == "kafka":
        return kafka_bus(settings.kafka())
    return LocalBus()


def build_host(specs: list[ServiceSpec], settings: CommonSettings, clock: Clock | None = None) -> Host:
    """Build the host of these services, on the machine's clock where no other is given."""
    clock = clock or SystemClock()
    return host(specs, settings, clock, verifier_for(settings, clock), bus_for(settings))


async def migrate_all(engine: AsyncEngine, specs: list[ServiceSpec]) -> None:
    """Bring every schema to head, with its reference data."""
    for spec in specs:
        await prepare(spec, engine, SystemClock())


async def refuse_old_schema(engine: AsyncEngine, specs: list[ServiceSpec]) -> None:
    """Raise SchemaNotAtHead where a schema is older than this release.

    A newer one is served: releases change one after the other, the schema before the processes, and a schema's next
    release leaves in place what this one reads and writes (CONTRIBUTING.md, expand and contract).
    """
    for spec in specs:
        history = history_of(spec)
        found = await migrations.current(engine, history)
        if found not in history.revisions() and found is not None:
            log.warning("the schema is a newer release's", service=spec.name, revision=found)
        elif found != history.head():
            raise SchemaNotAtHead(
                f"{spec.name} 的数据库结构不是本版本：请先运行 labour-warning migrate。",
                f"The schema of {spec.name} is not this release's: run labour-warning migrate first.",
            )


def migrate(names: Names = None, data: DataFolder = None) -> None:
    """把数据库结构升级到本版本 / bring the database schemas to this release."""
    specs = specs_of(names)
    with explained(), database_address(data) as url:
        asyncio.run(_migrate(url, specs))
    typer.echo("已完成 / done: " + ", ".join(spec.name for spec in specs))


async def _migrate(url: str, specs: list[ServiceSpec]) -> None:
    engine = make_engine(url, application="migrate")
    try:
        await migrate_all(engine, specs)
    finally:
        await engine.dispose()


def up(
    names: Names = None,
    role: Annotated[
        supervisor.Role, typer.Option(help="全部、接口或后台 / everything, the API, the workers")
    ] = "all",
    embedded: Annotated[
        bool, typer.Option(help="使用数据目录中的内置数据库 / use the data folder's PostgreSQL")
    ] = False,
    data: DataFolder = None,
) -> None:
    """运行服务，直到 Ctrl-C / run services until Ctrl-C."""
    settings = CommonSettings()
    logging.configure(settings.log_level, stream=settings.log_file)
    specs = specs_of(names)
    with explained(), embedded_address(data) if embedded else database_address(data) as url:
        updates: dict[str, object] = {"database_url": SecretStr(url)}
        if embedded and settings.token_key_file is None:
            updates["token_key_file"] = token_key(data)
        uvloop.run(serve(specs, settings.model_copy(update=updates), role, migrate_first=embedded))


async def serve(
    specs: list[ServiceSpec],
    settings: CommonSettings,
    role: supervisor.Role,
    *,
    migrate_first: bool = False,
    clock: Clock | None = None,
    fit: Callable[[Host], None] | None = None,
) -> None:
    """Run services until it is told to stop; `fit` may change their host before it serves.

    Raises SchemaNotAtHead, EventsUnreadable, TopicsMissing or KeyMissing, or what a loop died of.
    """
    # The assessor's thread and the loop pass the interpreter to and fro at every array and every answer: at
    # CPython's 5 ms a turn, a round under load took two and a half times as long.
    sys.setswitchinterval(_TURN_SECONDS)
    engine = make_engine(settings.database_url.get_secret_value(), application="start")
    try:
        if migrate_first:
            await migrate_all(engine, specs)
        await refuse_old_schema(engine, specs)
    finally:
        await engine.dispose()
    if settings.bus == "kafka":
        refuse_unreadable_events()
        await refuse_missing_topics(settings)
    with traces(settings.otel_exporter_otlp_endpoint, [spec.name for spec in specs], role):
        # Parts that trace are told so when they are made.
        made = build_host(specs, settings, clock)
        if fit is not None:
            fit(made)
        await supervisor.run(made, role)


def refuse_unreadable_events() -> None:
    """Raise EventsUnreadable where the declared events break those who read by the published schemas."""
    found = incompatibilities()
    if found:
        told = "; ".join(f"{event_type}: {', '.join(changes)}" for event_type, changes in found.items())
        raise EventsUnreadable(
            f"事件结构与已发布的不兼容，其他服务将无法读取：{told}。",
            f"Events differ from their published schemas, and others could not read them: {told}.",
        )


async def refuse_missing_topics(settings: CommonSettings) -> None:
    """Raise TopicsMissing unless the broker has every topic."""
    missing = await asyncio.to_thread(missing_topics, settings.kafka(), TOPICS.values())
    if missing:
        raise TopicsMissing(
            f"Kafka 上缺少主题 {'、'.join(missing)}：请先运行 labour-warning kafka topics --create。",
            f"The broker lacks {', '.join(missing)}: run labour-warning kafka topics --create first.",
        )
