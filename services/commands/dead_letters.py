"""`dead-letters`: lists events that a service gave up, and hands one to it once more."""

import asyncio
import json
from dataclasses import asdict
from getpass import getuser
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic import SecretStr

from services.catalog import SPECS
from services.commands.database import (
    Databases,
    DataFolder,
    clock_of,
    database_address,
    run_with_databases,
    token_key_of,
)
from services.commands.faults import explained
from services.commands.serve import verifier_for
from shared.auth.tokens import TokenVerifier, generate_key, public_half
from shared.bus.local import LocalBus
from shared.kernel.clock import Clock
from shared.outbox.dead_letters import DeadLetter, replay, waiting
from shared.runtime.host import host
from shared.runtime.settings import CommonSettings

app = typer.Typer(name="dead-letters", no_args_is_help=True, help="死信 / dead letters")

_MOST = 10_000
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
def replay_letters(
    service: Service,
    event_id: Annotated[
        UUID | None, typer.Argument(help="事件编号 / the event's id", show_default=False)
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="全部，按首次失败的先后 / all of them, oldest first")
    ] = False,
    by: Annotated[
        str, typer.Option(help="由谁重放，留痕 / who replays; it is kept", show_default="登录名 / login")
    ] = "",
    data: DataFolder = None,
) -> None:
    """把死信再交给服务处理 / hand a letter, or all of them, to its service once more."""
    if service not in SPECS:
        raise typer.BadParameter("、".join(SPECS), param_hint="service")
    if (event_id is None) is not every:
        raise typer.BadParameter("EVENT_ID 或 --all 二选一 / give EVENT_ID, or --all", param_hint="event_id")
    with explained(), database_address(data) as url:
        settings = _settings(data).model_copy(update={"database_url": SecretStr(url)})
        delivering = _deliver(service, event_id, settings, clock_of(data), by or getuser())
        handled, failed = asyncio.run(delivering)
    for letter in handled:
        typer.echo(f"已处理 / handled: {letter}")
    for letter in failed:
        typer.echo(f"没有这封死信，或处理仍然失败 / no such letter, or it failed again: {letter}", err=True)
    if failed:
        raise typer.Exit(1)


async def _waiting(databases: Databases) -> dict[str, list[DeadLetter]]:
    found = {}
    for name, database in databases.items():
        async with database.read() as tx:
            found[name] = list(await waiting(tx, SPECS[name].mailboxes))
    return found


def _settings(data: Path | None) -> CommonSettings:
    """Return the settings; senders' tokens are checked by the data folder's key where no other is set."""
    common, kept = CommonSettings(), token_key_of(data)
    if common.token_key_file or common.token_public_key_file or not kept.exists():
        return common
    return common.model_copy(update={"token_key_file": kept})


async def _deliver(
    service: str, event_id: UUID | None, settings: CommonSettings, clock: Clock, by: str
) -> tuple[list[UUID], list[UUID]]:
    """Build the service as it runs; without any key, with one that nobody holds: it serves no request here."""
    configured = settings.token_key_file or settings.token_public_key_file
    verifier = (
        verifier_for(settings, clock) if configured else TokenVerifier(public_half(generate_key()), clock)
    )
    made = host([SPECS[service]], settings, clock, verifier, LocalBus())
    try:
        hosted = made.hosted[service]
        mailboxes = hosted.spec.mailboxes
        if event_id is None:
            async with hosted.db.read() as tx:
                chosen = [letter.event_id for letter in await waiting(tx, mailboxes, limit=_MOST)]
        else:
            chosen = [event_id]
        results = [await replay(hosted.db, mailboxes, hosted.consumer_of, one, by) for one in chosen]
        paired = list(zip(chosen, results, strict=True))
        return [one for one, handled in paired if handled], [one for one, handled in paired if not handled]
    finally:
        await made.close()
