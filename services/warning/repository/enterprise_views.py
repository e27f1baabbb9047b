"""Enterprises as lists and details show them. Every query carries the caller's jurisdiction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, text

from services.warning.repository.signals import NAME
from services.warning.repository.tables import enterprise_names, enterprise_risk, enterprises
from services.warning.repository.warning_tables import warnings
from shared.db.rows import among
from shared.db.tx import ReadTx

MOST_ENTRIES = 200

_OPEN = and_(warnings.c.enterprise_id == enterprises.c.id, warnings.c.state != "closed")
_LEVEL = func.coalesce(enterprise_risk.c.level, "none").label("risk_level")
_RISK = enterprise_risk.c.enterprise_id == enterprises.c.id
_WITH_RISK = enterprises.outerjoin(enterprise_risk, _RISK).outerjoin(warnings, _OPEN)

# Each branch is bounded by itself, so that one noisy department cannot push out the rest before the sort.
_TIMELINE = text(f"""
SELECT at, kind, subject, facts FROM (
  (SELECT s.received_at AS at, 'signal' AS kind, s.series AS subject, jsonb_build_object(
      'source', s.source, 'source_ref', s.source_ref, 'indicator', s.indicator, 'period', s.period,
      'occurred_on', s.occurred_on, 'amount_cny', s.amount_cny::text, 'months', s.months, 'workers', s.workers,
      'detail', s.detail, 'corrects', s.corrects, 'superseded', EXISTS (
        SELECT FROM warning.signals c WHERE c.source = s.source AND c.corrects = {NAME})) AS facts
   FROM warning.signals s WHERE s.enterprise_id = :id ORDER BY s.received_at DESC, s.seq DESC LIMIT :most)
  UNION ALL
  (SELECT a.assessed_at, 'assessment', a.level, jsonb_build_object(
      'level', a.level, 'previous_level', a.previous_level, 'rule_level', a.rule_level, 'score', a.score,
      'as_of', a.as_of, 'fired', a.fired, 'reasons', a.reasons, 'pack_version', a.pack_version,
      'registry_version', a.registry_version, 'model_version', a.model_version)
   FROM warning.assessments a WHERE a.enterprise_id = :id ORDER BY a.assessed_at DESC LIMIT :most)
  UNION ALL
  (SELECT h.at, 'warning', h.action, jsonb_build_object(
      'warning_id', h.warning_id, 'action', h.action, 'actor', h.actor, 'from_state', h.from_state,
      'to_state', h.to_state, 'from_level', h.from_level, 'to_level', h.to_level, 'note', h.note)
   FROM warning.warning_history h JOIN warning.warnings w ON w.id = h.warning_id
   WHERE w.enterprise_id = :id ORDER BY h.at DESC, h.id DESC LIMIT :most)
  UNION ALL
  (SELECT c.at, c.service, c.step, c.facts || jsonb_build_object(
      'case_id', c.case_id, 'warning_id', c.warning_id, 'state', c.state)
   FROM warning.case_steps c WHERE c.uscc = :uscc ORDER BY c.at DESC, c.seq DESC LIMIT :most)
) AS entries ORDER BY at DESC LIMIT :most
""")  # noqa: S608  a piece of this program's own SQL


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
    """Return the names that the enterprise no longer has, newest first."""
    ended = select(enterprise_names.c.name).where(
        enterprise_names.c.enterprise_id == enterprise_id, enterprise_names.c.used_until.is_not(None)
    )
    newest = ended.order_by(enterprise_names.c.used_until.desc(), enterprise_names.c.id.desc()).limit(
        MOST_ENTRIES
    )
    return [row.name for row in await tx.rows(newest)]


async def timeline(tx: ReadTx, enterprise_id: int, uscc: str) -> Sequence[Row[Any]]:
    """Return the newest signals, assessments, and steps of warnings and cases, newest first."""
    return await tx.rows(_TIMELINE, {"id": enterprise_id, "uscc": uscc, "most": MOST_ENTRIES})


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
