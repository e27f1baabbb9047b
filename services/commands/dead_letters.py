"""`dead-letters`: lists events that a service gave up, and hands one to it once more."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic import SecretStr

from services.catalog import SPECS
from services.commands.database import Databases, DataFolder, database_address, run_with_databases
from services.commands.faults import explained
from shared.auth.tokens import TokenVerifier, generate_key, public_half
from shared.bus.local import LocalBus
from shared.kernel.clock import SystemClock
from shared.outbox.dead_letters import DeadLetter, replay, waiting
from shared.runtime.host import host
from shared.runtime.settings import CommonSettings

app = typer.Typer(name="dead-letters", no_args_is_help=True, help="死信 / dead letters")

Service = Annotated[str, typer.Argument(help="服务名 / service: " + ", ".join(SPECS))]


@app.command("list")
def show(
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print as JSON")] = False,
    data: DataFolder = None,
) -> None:
    """列出尚未重放的死信 / list the letters that nobody has replayed."""
    found = run_with_databases(data, _waiting)
    if as_json:
        entries = [
            {"service": name} | asdict(letter) for name, letters in found.items() for letter in letters
        ]
        typer.echo(json.dumps(entries, ensure_ascii=False, default=str))
        return
    for name, letters in found.items():
        for letter in letters:
            typer.echo(f"{name} {letter.event_id} {letter.type} {letter.error_class}: {letter.error[:100]}")
    typer.echo(f"共 {sum(map(len, found.values()))} 封 / letters")


@app.command("replay")
def replay_one(
    service: Service,
    event_id: Annotated[UUID, typer.Argument(help="事件编号 / the event's id")],
    data: DataFolder = None,
) -> None:
    """把一封死信再交给服务处理 / hand a letter to its service once more."""
    if service not in SPECS:
        raise typer.BadParameter("、".join(SPECS), param_hint="service")
    if not _replay(service, event_id, data):
        typer.echo("没有这封死信，或处理仍然失败 / no such letter, or it failed again", err=True)
        raise typer.Exit(1)
    typer.echo(f"已处理 / handled: {event_id}")


async def _waiting(databases: Databases) -> dict[str, list[DeadLetter]]:
    found = {}
    for name, database in databases.items():
        async with database.read() as tx:
            found[name] = list(await waiting(tx, SPECS[name].mailboxes))
    return found


def _replay(service: str, event_id: UUID, data: Path | None) -> bool:
    with explained(), database_address(data) as url:
        return asyncio.run(_deliver(service, event_id, url))


async def _deliver(service: str, event_id: UUID, url: str) -> bool:
    """Build the service as it runs, with a key that nobody holds: it serves no request here."""
    clock = SystemClock()
    settings = CommonSettings(database_url=SecretStr(url))
    made = host(
        [SPECS[service]], settings, clock, TokenVerifier(public_half(generate_key()), clock), LocalBus()
    )
    try:
        hosted = made.hosted[service]
        return await replay(hosted.db, hosted.spec.mailboxes, hosted.inbox, event_id, "command line")
    finally:
        await made.close()
