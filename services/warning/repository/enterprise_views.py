"""Enterprises as lists and details show them. Every query carries the caller's jurisdiction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from services.warning.repository.tables import enterprise_names, enterprise_risk, enterprises
from services.warning.repository.warning_tables import warnings
from shared.db.rows import among
from shared.db.tx import ReadTx

MOST_NAMES = 200

_OPEN = and_(warnings.c.enterprise_id == enterprises.c.id, warnings.c.state != "closed")
_LEVEL = func.coalesce(enterprise_risk.c.level, "none").label("risk_level")
_RISK = enterprise_risk.c.enterprise_id == enterprises.c.id
_WITH_RISK = enterprises.outerjoin(enterprise_risk, _RISK).outerjoin(warnings, _OPEN)


async def search(
    tx: ReadTx, division: str, fragments: tuple[str, str] | None, after_id: int, limit: int
) -> Sequence[Row[Any]]:
    """Return enterprises of a jurisdiction in the order of their registration, beyond `after_id`.

    `fragments`: part of a code, and part of a present or former name in its folded form; an empty one finds nothing.
    """
    chosen = select(
        enterprises.c.id,
        enterprises.c.uscc,
        enterprises.c.name,
        enterprises.c.workplace_division,
        enterprises.c.industry,
        enterprises.c.headcount,
        enterprises.c.sole_trader,
        _LEVEL,
        warnings.c.id.label("open_warning_id"),
    ).select_from(_WITH_RISK)
    chosen = chosen.where(_within(division), enterprises.c.id > after_id)
    if fragments is not None:
        chosen = chosen.where(_named(*fragments))
    return await tx.rows(chosen.order_by(enterprises.c.id).limit(limit))


async def find(tx: ReadTx, division: str, uscc: str) -> Row[Any] | None:
    """Return an enterprise of a jurisdiction with its risk and its open warning."""
    chosen = select(
        enterprises, _LEVEL, enterprise_risk.c.score, warnings.c.id.label("open_warning_id")
    ).select_from(_WITH_RISK)
    return await tx.row(chosen.where(_within(division), enterprises.c.uscc == uscc))


async def former_names(tx: ReadTx, enterprise_id: int) -> list[str]:
    """Return the names that the enterprise no longer has, each once, newest first."""
    until = enterprise_names.c.used_until
    ended = (
        select(enterprise_names.c.name)
        .where(enterprise_names.c.enterprise_id == enterprise_id)
        .group_by(enterprise_names.c.name)
        .having(func.bool_and(until.is_not(None)))
    )
    newest = ended.order_by(func.max(until).desc(), func.max(enterprise_names.c.id).desc())
    return [row.name for row in await tx.rows(newest.limit(MOST_NAMES))]


def _within(division: str) -> ColumnElement[bool]:
    return enterprises.c.workplace_division.startswith(division, autoescape=True)


def _named(code: str, name_key: str) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if code:
        conditions.append(enterprises.c.uscc.contains(code, autoescape=True))
    if name_key:
        # Every name that an enterprise has or had is a row here.
        bearing = select(enterprise_names.c.enterprise_id).where(
            enterprise_names.c.name_key.contains(name_key, autoescape=True)
        )
        conditions.append(enterprises.c.id.in_(bearing))
    return or_(*conditions) if conditions else enterprises.c.id.is_(None)


async def names_of(tx: ReadTx, enterprise_ids: Sequence[int]) -> dict[int, str]:
    """Return the names of these enterprises by id."""
    chosen = select(enterprises.c.id, enterprises.c.name).where(among(enterprises.c.id, enterprise_ids))
    return {row.id: row.name for row in await tx.rows(chosen)}
