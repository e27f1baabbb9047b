"""`backup`: copies of a private PostgreSQL with its log, a restore to one moment, and what comes after any restore."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.catalog import SPECS
from services.commands.database import DEFAULT_FOLDER, Databases, DataFolder, run_with_databases
from services.commands.faults import explained
from shared.db import backup, restore
from shared.db.archive import Store
from shared.kernel.errors import DomainError, Kind
from shared.kernel.recovery import RECOVERY_WINDOW, WINDOW_MARGIN
from shared.outbox.recovery import last_fact_at, relay_again
from shared.runtime.settings import CommonSettings

app = typer.Typer(name="backup", no_args_is_help=True, help="备份与恢复 / backup and restore")

From = Annotated[Path, typer.Option("--from", help="备份目录 / the backup folder", show_default=False)]


class MomentMalformed(DomainError):
    """The moment cannot be read, or leaves open where its clock hangs."""

    kind = Kind.MALFORMED
    code = "moment_malformed"
    message_zh = "时刻须带时区，例如 2026-11-26T10:00:00+08:00。"
    message_en = "A moment needs its offset, such as 2026-11-26T10:00:00+08:00."


class NotOurServer(DomainError):
    """The database is a server of its own."""

    kind = Kind.CONFLICT
    code = "not_our_server"
    message_zh = "DATABASE_URL 指向独立的数据库，请用其自身的备份工具，见 docs/backup-and-restore.md。"
    message_en = (
        "DATABASE_URL names a server of its own: back it up with its own tools,"
        " see docs/backup-and-restore.md."
    )


class EpochMissing(DomainError):
    """On Kafka the topics begin anew after a restore."""

    kind = Kind.INVALID
    code = "epoch_missing"
    message_zh = "BUS=kafka 时须用 --epoch 指定新的主题世代，比原来的 KAFKA_EPOCH 大。"
    message_en = "With BUS=kafka name the topics' new epoch by --epoch, greater than KAFKA_EPOCH was."


@app.command("base")
def base(
    to: Annotated[Path, typer.Option("--to", help="备份目录 / the backup folder", show_default=False)],
    data: DataFolder = None,
) -> None:
    """做一次基础备份，首次同时开启日志归档 / take a base backup; the first one begins the archiving of the log."""
    with explained():
        if CommonSettings().database_url.get_secret_value():
            raise NotOurServer
        made = backup.take(data or DEFAULT_FOLDER, Store(to), RECOVERY_WINDOW)
    typer.echo(f"已备份 / backed up: {made.folder}")
    typer.echo(f"可恢复到此刻起的任一时刻 / any moment can be restored from {made.ended_at.isoformat()} on")


@app.command("verify")
def verify(source: From) -> None:
    """核对每份备份与日志归档 / check every copy, and that the log has no gap."""
    with explained():
        window = backup.check(Store(source))
    typer.echo(
        f"完整 / whole: {window.bases} 份备份 / copies, {window.segments} 段日志 / segments of the log"
    )
    typer.echo(f"{window.earliest.isoformat()} — {window.latest.isoformat()}")


@app.command("restore")
def make(
    source: From,
    target: Annotated[
        Path, typer.Option("--data", help="新的数据目录 / the new data folder", show_default=False)
    ],
    to_time: Annotated[
        str | None,
        typer.Option(
            "--to-time",
            help="恢复到该时刻（带时区），缺省为日志末尾 / the moment with its offset, else the log's end",
        ),
    ] = None,
) -> None:
    """恢复到某一时刻，生成新的数据目录 / make a new data folder as everything was at one moment."""
    with explained():
        moment = None if to_time is None else _moment(to_time)
        last = restore.restore(Store(source), moment, target)
    typer.echo(f"已恢复 / restored: {target}")
    typer.echo(f"其中最后一次写入 / its last write: {last or '—'}")
    typer.echo("下一步 / next: labour-warning backup resume")


@app.command("resume")
def resume(
    epoch: Annotated[
        int | None,
        typer.Option(min=2, help="新的主题世代，BUS=kafka 时必填 / the topics' new epoch, with BUS=kafka"),
    ] = None,
    data: DataFolder = None,
) -> None:
    """恢复之后、启动服务之前：让事实重新发出 / after a restore, before services start: let facts leave again."""
    with explained():
        common = CommonSettings()
        if common.bus == "kafka" and (epoch is None or epoch <= common.kafka_epoch):
            raise EpochMissing
    until, again = run_with_databases(data, _resume)
    if until is None:
        typer.echo("没有可重发的事实 / there are no facts to tell again")
        return
    typer.echo(f"数据截至 / the data reaches to {until.isoformat()}")
    for name, count in again.items():
        typer.echo(f"{name}: {count} 件事实将重新发出 / facts leave again")
    if epoch is not None:
        # Signals may have waited in their topic at that moment; one that is read twice is a duplicate.
        since = (until - WINDOW_MARGIN).isoformat()
        typer.echo(f"下一步 / next: KAFKA_EPOCH={epoch}, labour-warning kafka rewind --to {since}")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise MomentMalformed from None
    if moment.tzinfo is None:
        raise MomentMalformed
    return moment


async def _resume(databases: Databases) -> tuple[datetime | None, dict[str, int]]:
    """Let every service tell again what it told in the window before the restored moment.

    The moment is taken from the facts themselves, so that it is right whichever tool restored them.
    """
    known = []
    for name, database in databases.items():
        async with database.read() as tx:
            known.append(await last_fact_at(tx, SPECS[name].mailboxes))
    until = max((at for at in known if at is not None), default=None)
    if until is None:
        return None, {}
    again = {}
    for name, database in databases.items():
        async with database.write() as tx:
            again[name] = await relay_again(tx, name, SPECS[name].mailboxes, until - RECOVERY_WINDOW)
    return until, again
