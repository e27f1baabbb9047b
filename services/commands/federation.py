"""`federation`: who we are to other institutions, who they are, and what they may ask of us."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from services.commands.database import Databases, DataFolder, run_with_databases, token_key_of
from services.commands.faults import explained
from services.commands.import_report import keep_apart
from services.gateway.assembly import federation_key_file, own_identity
from services.gateway.domain.partners import (
    Ask,
    DataClass,
    Descriptor,
    DescriptorInvalid,
    Operation,
    Partner,
    PartnerStatus,
    Purpose,
    check_fingerprint,
    read_descriptor,
)
from services.gateway.federation.identity import Identity, add_key, document_of, retire_oldest_key
from services.gateway.federation.standing_name import StandingName, keep_name, kept_name
from services.gateway.repository.partners import GrantLine
from services.gateway.settings import GatewaySettings
from services.gateway.usecases import partner_registry
from shared.db.tx import Database
from shared.kernel.clock import SHANGHAI, midnight
from shared.kernel.errors import DomainError, Kind
from shared.runtime.settings import CommonSettings

BY = "command line"

app = typer.Typer(name="federation", no_args_is_help=True, help="友好仲裁院 / partner institutions")
partner = typer.Typer(name="partner", no_args_is_help=True, help="伙伴登记 / the registry of partners")
grant = typer.Typer(name="grant", no_args_is_help=True, help="授权 / what partners may ask of us")
app.add_typer(partner)
app.add_typer(grant)

AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]
Name = Annotated[str, typer.Argument(help="伙伴名称 / the partner's name")]


class NotCompared(DomainError):
    """Nobody has said that the fingerprint was compared."""

    kind = Kind.CONFLICT
    code = "federation.not_compared"


class NoDayAfter(DomainError):
    """A grant would end after the last day there is."""

    code = "federation.no_day_after"
    message_zh = "--expires 不能是历法的最后一天：请用更早的日期。"
    message_en = "--expires cannot be the last day of the calendar: give an earlier one."


@app.command("identity")
def identity(
    as_json: AsJson = False,
    out: Annotated[
        Path | None, typer.Option(help="写入此文件，交给伙伴 / write the file that partners get")
    ] = None,
    add: Annotated[
        bool, typer.Option("--add-key", help="增加一个密钥，尚不用于签名 / add a key, not yet signing")
    ] = False,
    retire: Annotated[
        bool, typer.Option("--retire-key", help="停用最早的密钥，重启后生效 / retire the oldest key")
    ] = False,
    data: DataFolder = None,
) -> None:
    """显示本院名称、地址、公钥与指纹 / show our name, address, public keys and fingerprint."""
    with explained():
        keys = federation_key_file(_settings(data), GatewaySettings())
        keep_apart(out, keys)
        if add:
            own(data)
            add_key(keys)
        if retire:
            retire_oldest_key(keys)
        descriptor = own(data).descriptor
        document = json.dumps(document_of(descriptor), ensure_ascii=False, indent=1)
        if out is not None:
            out.write_text(document + "\n", encoding="utf-8")
    if as_json:
        typer.echo(document)
        return
    rows = (
        f"名称 / name         {descriptor.name}",
        f"地址 / address      {descriptor.base_url}",
        f"密钥 / keys         {', '.join(key.kid for key in descriptor.keys)}",
        f"指纹 / fingerprint  {descriptor.fingerprint}",
    )
    typer.echo("\n".join(rows))


def own(data: Path | None) -> Identity:
    """Return this installation's identity; its keys are made when there are none."""
    common, settings = _settings(data), GatewaySettings()
    identity = own_identity(common, settings)
    keys = federation_key_file(common, settings)
    told = StandingName(identity.descriptor.name, identity.descriptor.base_url)
    kept = kept_name(keys)
    if kept is None:
        keep_name(keys, told)
    elif kept != told:
        typer.echo(
            f"环境变量 GATEWAY_FEDERATION_… 取代了本院所记的 {kept.name} {kept.base_url} / "
            f"the environment overrides what is kept: {kept.name} {kept.base_url}",
            err=True,
        )
    return identity


def _settings(data: Path | None) -> CommonSettings:
    """Return the settings; without a token key of its own, an installation keeps its keys in the data folder."""
    settings = CommonSettings()
    if settings.token_key_file is not None:
        return settings
    return settings.model_copy(update={"token_key_file": token_key_of(data)})


@partner.command("add")
def add_partner(
    file: Annotated[Path, typer.Argument(help="伙伴给的文件 / the partner's file")],
    fingerprint: Annotated[
        str | None, typer.Option(help="对方电话念出的指纹 / the fingerprint that the partner read out")
    ] = None,
    compared: Annotated[
        bool, typer.Option("--yes-i-compared", help="已与对方核对指纹 / the fingerprint was compared")
    ] = False,
    data: DataFolder = None,
) -> None:
    """添加伙伴，或换用其新文件 / add a partner, or take its new file."""
    with explained():
        told = _read(file)
        if fingerprint is not None:
            check_fingerprint(told, fingerprint)
        elif not compared:
            raise NotCompared(
                f"文件的指纹是 {told.fingerprint}：请与对方电话核对，然后加 --fingerprint 或 --yes-i-compared。",
                f"The file's fingerprint is {told.fingerprint}: compare it with the partner by telephone, then "
                "give --fingerprint or --yes-i-compared.",
            )
        ours = own(data).descriptor
    added = run_with_databases(data, lambda databases: _add(databases["gateway"], told, ours))
    typer.echo(f"已添加 / added: {added.name} {added.base_url} {added.status}")


def _read(file: Path) -> Descriptor:
    try:
        document = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        raise DescriptorInvalid from None
    return read_descriptor(document)


async def _add(database: Database, told: Descriptor, ours: Descriptor) -> Partner:
    async with database.write() as tx:
        return await partner_registry.add_partner(tx, told, ours, BY)


@partner.command("list")
def list_partners(as_json: AsJson = False, data: DataFolder = None) -> None:
    """列出伙伴 / list the partners."""
    found = run_with_databases(data, _partners)
    if as_json:
        typer.echo(
            json.dumps(
                [
                    {
                        "id": str(one.id),
                        "name": one.name,
                        "base_url": one.base_url,
                        "fingerprint": one.fingerprint,
                        "status": one.status,
                        "added_by": one.added_by,
                        "added_at": _shown(one.added_at),
                    }
                    for one in found
                ],
                ensure_ascii=False,
            )
        )
        return
    for one in found:
        typer.echo(f"{one.name}  {one.base_url}  {one.status}\n  {one.fingerprint}")
    typer.echo(f"共 {len(found)} 个 / partners")


async def _partners(databases: Databases) -> list[Partner]:
    async with databases["gateway"].read() as tx:
        return list(await partner_registry.list_partners(tx))


@partner.command("suspend")
def suspend(name: Name, data: DataFolder = None) -> None:
    """暂停往来，立即生效 / suspend the exchange at once."""
    run_with_databases(data, lambda databases: _set(databases["gateway"], name, PartnerStatus.SUSPENDED))
    typer.echo(f"已暂停 / suspended: {name}")


@partner.command("resume")
def resume(name: Name, data: DataFolder = None) -> None:
    """恢复往来 / take the exchange up again."""
    run_with_databases(data, lambda databases: _set(databases["gateway"], name, PartnerStatus.ACTIVE))
    typer.echo(f"已恢复 / resumed: {name}")


async def _set(database: Database, name: str, status: PartnerStatus) -> None:
    async with database.write() as tx:
        await partner_registry.set_partner_status(tx, name, status, BY)


@grant.command("add")
def add_grant(
    name: Name,
    operation: Annotated[Operation, typer.Option(help="事项 / operation")],
    jurisdiction: Annotated[str, typer.Option(help="辖区代码 / code of the division")],
    expires: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="有效期至该日（含） / last day on which it holds")
    ],
    data_class: Annotated[DataClass, typer.Option(help="数据类别 / data class")] = DataClass.CASE,
    purpose: Annotated[Purpose, typer.Option(help="用途 / purpose")] = Purpose.ARBITRATION,
    data: DataFolder = None,
) -> None:
    """准许伙伴请求一类协助 / allow a partner to ask for one thing."""
    ask = Ask(operation, data_class, jurisdiction, purpose)
    with explained():
        until = _end_of(expires.date())
    given = run_with_databases(data, lambda databases: _grant(databases["gateway"], name, ask, until))
    typer.echo(f"已授权 / granted: {given}")


def _end_of(day: date) -> datetime:
    """Return the instant at which a day is over in Shanghai. Raises NoDayAfter."""
    if day == date.max:
        raise NoDayAfter
    return midnight(day + timedelta(days=1))


async def _grant(database: Database, name: str, ask: Ask, until: datetime) -> UUID:
    async with database.write() as tx:
        return (await partner_registry.add_grant(tx, name, ask, until, BY)).id


@grant.command("list")
def list_grants(
    name: Annotated[
        str | None, typer.Argument(help="伙伴名称，缺省全部 / the partner's name, or all")
    ] = None,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """列出授权 / list the grants."""
    found = run_with_databases(data, lambda databases: _grants(databases["gateway"], name))
    if as_json:
        typer.echo(json.dumps([_grant_document(line) for line in found], ensure_ascii=False))
        return
    for line in found:
        ask = line.grant.ask
        ended = "已撤销 / revoked" if line.grant.revoked_at else f"至 / until {_shown(line.grant.expires_at)}"
        what = f"{ask.operation} {ask.data_class} {ask.jurisdiction} {ask.purpose}"
        typer.echo(f"{line.grant.id}  {line.partner}  {what}  {ended}")
    typer.echo(f"共 {len(found)} 项 / grants")


async def _grants(database: Database, name: str | None) -> list[GrantLine]:
    async with database.read() as tx:
        return list(await partner_registry.list_grants(tx, name))


def _grant_document(line: GrantLine) -> dict[str, str | None]:
    one = line.grant
    return {
        "id": str(one.id),
        "partner": line.partner,
        "operation": one.ask.operation,
        "data_class": one.ask.data_class,
        "jurisdiction": one.ask.jurisdiction,
        "purpose": one.ask.purpose,
        "expires_at": _shown(one.expires_at),
        "revoked_at": _shown(one.revoked_at) if one.revoked_at else None,
    }


@grant.command("revoke")
def revoke_grant(
    grant_id: Annotated[UUID, typer.Argument(help="授权编号 / the grant's id")], data: DataFolder = None
) -> None:
    """撤销授权，立即生效 / revoke a grant at once."""
    run_with_databases(data, lambda databases: _revoke(databases["gateway"], grant_id))
    typer.echo(f"已撤销 / revoked: {grant_id}")


async def _revoke(database: Database, grant_id: UUID) -> None:
    async with database.write() as tx:
        await partner_registry.revoke_grant(tx, grant_id, BY)


@app.command("verify-log")
def verify_log(data: DataFolder = None) -> None:
    """核验往来报文的哈希链 / check the chain of all exchanged messages."""
    count, broken = run_with_databases(
        data, lambda databases: partner_registry.check_log(databases["gateway"])
    )
    if broken is not None:
        typer.echo(f"第 {broken} 条被改动 / message {broken} was tampered with", err=True)
        raise typer.Exit(1)
    typer.echo(f"完好 / sound: {count}")


def _shown(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="minutes")
