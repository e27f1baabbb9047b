"""Mediation organisations, their mediators, and what lies with them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql import Select

from services.mediation.domain.organisations import Organisation, Place, Tier
from services.mediation.repository.tables import mediators, organisation_mediators, organisations
from shared.db.rows import among
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.divisions import DivisionLevel
from shared.kernel.paging import Page

_PLACE = ("division", "zone", "industry", "uscc")
_REGISTER = "mediation.organisations"
_PAGE = """
SELECT o.*,
       ARRAY(SELECT m.username FROM mediation.organisation_mediators s
             JOIN mediation.mediators m ON m.account_id = s.account_id AND m.enabled
             WHERE s.organisation_id = o.id ORDER BY m.username) AS usernames,
       (SELECT count(*) FROM mediation.cases c WHERE c.organisation_id = o.id AND c.state <> 'closed') AS open_cases
FROM mediation.organisations o
WHERE (starts_with(o.division, :division) OR starts_with(:division, o.division)) AND o.code > :after
ORDER BY o.code LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class MediatorRow:
    """A mediator as the gateway's events tell of them."""

    account_id: UUID
    username: str
    division: str
    enabled: bool


def _with_mediators() -> Select[Any]:
    """Select organisations with the accounts of their working mediators, in the order of their user names."""
    staff = organisation_mediators.join(
        mediators,
        (mediators.c.account_id == organisation_mediators.c.account_id) & mediators.c.enabled,
    )
    working = (
        select(
            func.coalesce(
                func.array_agg(aggregate_order_by(mediators.c.account_id, mediators.c.username)),
                array([], type_=mediators.c.account_id.type),
            )
        )
        .select_from(staff)
        .where(organisation_mediators.c.organisation_id == organisations.c.id)
        .correlate(organisations)
        .scalar_subquery()
    )
    return select(organisations, working.label("working"))


def _organisation(row: Row[Any]) -> Organisation:
    place = Place(
        Tier(row.tier), grid_cells=frozenset(row.grid_cells), **{name: getattr(row, name) for name in _PLACE}
    )
    return Organisation(row.id, row.code, row.name, place, row.enabled, tuple(row.working))


async def near(tx: ReadTx, divisions: Collection[str], usccs: Collection[str]) -> Sequence[Organisation]:
    """Return whatever may take a case of these places and enterprises, and every district's centre."""
    codes = {code[:length] for code in divisions for length in DivisionLevel}
    chosen = _with_mediators().where(
        or_(
            among(organisations.c.division, codes),
            among(organisations.c.uscc, usccs),
            organisations.c.tier == Tier.DISTRICT.value,
        )
    )
    return [_organisation(row) for row in await tx.rows(chosen)]


async def by_id(tx: ReadTx, ids: Collection[UUID]) -> Mapping[UUID, Organisation]:
    """Return these organisations."""
    rows = await tx.rows(_with_mediators().where(among(organisations.c.id, ids)))
    return {row.id: _organisation(row) for row in rows}


async def by_code(tx: ReadTx, code: str) -> Organisation | None:
    """Return the organisation of a code."""
    row = await tx.row(_with_mediators().where(organisations.c.code == code))
    return None if row is None else _organisation(row)


async def page(tx: ReadTx, division: str, page: Page) -> Sequence[Row[Any]]:
    """Return organisations of a division and those above it, by code; one more than asked."""
    after = page.read_after(str)[0] if page.after else ""
    return await tx.rows(text(_PAGE), {"division": division, "after": after, "limit": page.limit + 1})


def working_for(account_id: UUID) -> Select[Any]:
    """Select the organisations for which somebody works whose account is in use."""
    return (
        select(organisation_mediators.c.organisation_id)
        .join(mediators, mediators.c.account_id == organisation_mediators.c.account_id)
        .where(organisation_mediators.c.account_id == account_id, mediators.c.enabled)
    )


async def of_mediator(tx: ReadTx, account_id: UUID) -> frozenset[UUID]:
    """Return the organisations for which somebody works."""
    return frozenset(row.organisation_id for row in await tx.rows(working_for(account_id)))


async def attached_to(tx: ReadTx, account_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return the organisations to which these accounts are attached, in use or not."""
    chosen = select(organisation_mediators.c.organisation_id).where(
        among(organisation_mediators.c.account_id, account_ids)
    )
    return frozenset(row.organisation_id for row in await tx.rows(chosen))


async def hold_still(tx: WriteTx) -> None:
    """Let nobody change until the commit who works where: a case must not go to an organisation as it empties.

    Taken before any case is locked, here and in `lock_all`, so that the two cannot wait for each other in a ring.
    """
    await tx.share_lock(_REGISTER)


async def lock_all(tx: WriteTx) -> None:
    """Let one change of who works where follow the other, and wait for what rests on it."""
    await tx.lock(_REGISTER)


async def add(tx: WriteTx, made: Organisation) -> None:
    """Insert an organisation."""
    await tx.execute(
        insert(organisations).values(id=made.id, code=made.code, **_values(made), changed_at=tx.now)
    )


async def save(tx: WriteTx, changed: Organisation) -> None:
    """Write a changed organisation."""
    statement = update(organisations).where(organisations.c.id == changed.id)
    await tx.execute(statement.values(**_values(changed), changed_at=tx.now))


def _values(one: Organisation) -> dict[str, Any]:
    place = {name: getattr(one.place, name) for name in _PLACE}
    cells = sorted(one.place.grid_cells)
    return {"name": one.name, "tier": one.tier.value, "enabled": one.enabled, "grid_cells": cells} | place


async def enabled_centres(tx: ReadTx, district: str) -> Sequence[str]:
    """Return the codes of a district's enabled centres."""
    chosen = select(organisations.c.code).where(
        organisations.c.tier == Tier.DISTRICT.value,
        organisations.c.enabled,
        organisations.c.division == district,
    )
    return [row.code for row in await tx.rows(chosen)]


async def mediator_of(tx: ReadTx, username: str) -> Row[Any] | None:
    """Return the mediator of a user name."""
    return await tx.row(select(mediators).where(mediators.c.username == username))


async def staff_of(tx: ReadTx, organisation_id: UUID) -> Sequence[str]:
    """Return the user names of an organisation's working mediators."""
    chosen = (
        select(mediators.c.username)
        .join(organisation_mediators, organisation_mediators.c.account_id == mediators.c.account_id)
        .where(organisation_mediators.c.organisation_id == organisation_id, mediators.c.enabled)
        .order_by(mediators.c.username)
    )
    return [row.username for row in await tx.rows(chosen)]


async def attach(tx: WriteTx, organisation_id: UUID, account_id: UUID) -> None:
    """Let somebody work for an organisation; who does already goes on."""
    row = {"organisation_id": organisation_id, "account_id": account_id, "added_at": tx.now}
    await tx.execute(upsert(organisation_mediators).values(row).on_conflict_do_nothing())


async def detach(tx: WriteTx, organisation_id: UUID, account_id: UUID) -> None:
    """Let somebody work there no more."""
    await tx.execute(
        delete(organisation_mediators).where(
            organisation_mediators.c.organisation_id == organisation_id,
            organisation_mediators.c.account_id == account_id,
        )
    )


async def known_mediators(tx: ReadTx, account_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of these accounts are known as mediators."""
    chosen = select(mediators.c.account_id).where(among(mediators.c.account_id, account_ids))
    return frozenset(row.account_id for row in await tx.rows(chosen))


async def save_mediators(tx: WriteTx, rows: Sequence[MediatorRow]) -> None:
    """Insert or replace mediators."""
    if not rows:
        return
    values = [
        {name: getattr(row, name) for name in MediatorRow.__dataclass_fields__} | {"changed_at": tx.now}
        for row in rows
    ]
    statement = upsert(mediators)
    fresh = {column: statement.excluded[column] for column in values[0] if column != "account_id"}
    await tx.execute(
        statement.on_conflict_do_update(index_elements=[mediators.c.account_id], set_=fresh), values
    )
