"""What happened to an enterprise, newest first: signals, assessments, and steps of warnings and cases.

Every entry has an id that is unique in all kinds. Its first letter says what comes first of one instant: an assessment
follows a signal, and a warning's step the assessment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text

from services.warning.repository.signals import NAME
from shared.db.tx import ReadTx

_SIGNAL_ID = "'a' || lpad(s.seq::text, 19, '0')"
_CASE_ID = "'d' || lpad(c.seq::text, 19, '0')"

# The branches of the union have their columns in this order: what it is, its place, and how to find those before.
_BRANCH = """
SELECT {at} AS at, ({id}) COLLATE "C" AS id, {kind} AS kind, {subject} AS subject, {facts} AS facts FROM {rows}
WHERE {whose} AND ({at}, ({id}) COLLATE "C") < (CAST(CAST(:at AS text) AS timestamptz), CAST(:id AS text) COLLATE "C")
  AND coalesce(CAST(:kind AS text), {kind}) = {kind}
ORDER BY 1 DESC, 2 DESC LIMIT CAST(:most AS int)
"""
_SIGNALS = _BRANCH.format(
    at="s.received_at",
    id=_SIGNAL_ID,
    kind="'signal'",
    subject="s.series",
    facts=f"""jsonb_build_object(
      'source', s.source, 'source_ref', s.source_ref, 'indicator', s.indicator, 'period', s.period,
      'occurred_on', s.occurred_on, 'amount_cny', s.amount_cny::text, 'months', s.months, 'workers', s.workers,
      'detail', s.detail, 'corrects', s.corrects, 'superseded', EXISTS (
        SELECT FROM warning.signals c WHERE c.source = s.source AND c.corrects = {NAME}))""",
    rows="warning.signals s",
    whose="s.enterprise_id = :enterprise_id",
)
_ASSESSMENTS = _BRANCH.format(
    at="a.assessed_at",
    id="'b' || a.id",
    kind="'assessment'",
    subject="a.level",
    facts="""jsonb_build_object(
      'level', a.level, 'previous_level', a.previous_level, 'rule_level', a.rule_level, 'score', a.score,
      'as_of', a.as_of, 'fired', a.fired, 'reasons', a.reasons, 'pack_version', a.pack_version,
      'registry_version', a.registry_version, 'model_version', a.model_version)""",
    rows="warning.assessments a",
    whose="a.enterprise_id = :enterprise_id",
)
_WARNING_STEPS = _BRANCH.format(
    at="h.at",
    id="'c' || h.id",
    kind="'warning'",
    subject="h.action",
    facts="""jsonb_build_object(
      'warning_id', h.warning_id, 'action', h.action, 'actor', h.actor, 'from_state', h.from_state,
      'to_state', h.to_state, 'from_level', h.from_level, 'to_level', h.to_level, 'note', h.note)""",
    rows="warning.warning_history h JOIN warning.warnings w ON w.id = h.warning_id",
    whose="w.enterprise_id = :enterprise_id",
)
_CASE_STEPS = _BRANCH.format(
    at="c.at",
    id=_CASE_ID,
    kind="c.service",
    subject="c.step",
    facts="""c.facts || jsonb_build_object(
      'case_id', c.case_id, 'warning_id', c.warning_id, 'state', c.state)""",
    rows="warning.case_steps c",
    whose="c.uscc = :uscc",
)
# Each branch is bounded by itself, so that a long one is never read to its end.
_TIMELINE = text(f"""
SELECT at, id, kind, subject, facts
FROM (({_SIGNALS}) UNION ALL ({_ASSESSMENTS}) UNION ALL ({_WARNING_STEPS}) UNION ALL ({_CASE_STEPS})) AS entries
ORDER BY at DESC, id DESC LIMIT CAST(:in_all AS int)
""")  # noqa: S608  pieces of this program's own SQL


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part of a time line begins: behind this instant and id."""

    at: str = "infinity"
    id: str = ""


async def entries(
    tx: ReadTx,
    enterprise: Row[Any],
    before: Place,
    *,
    kind: str | None = None,
    most_of_a_sort: int,
    in_all: int | None = None,
) -> Sequence[Row[Any]]:
    """Return what lies before a place, newest first, at most so many of each sort, and at most so many in all.

    The sorts are signals, assessments, steps of warnings and steps of cases; `kind` leaves only its own entries.
    """
    asked = {"enterprise_id": enterprise.id, "uscc": enterprise.uscc, "at": before.at, "id": before.id}
    bounds = {"kind": kind, "most": most_of_a_sort, "in_all": in_all}
    return await tx.rows(_TIMELINE, asked | bounds)
