"""A rule pack's way: draft, reviewed by a second person, tried dry, live from its date."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row

from services.warning.domain.indicators import Indicator, measure_names
from services.warning.domain.ports import FactChunk
from services.warning.domain.rule_pack import parse_rule_pack
from services.warning.repository import assessments, enterprise_views, facts, outcomes, rule_packs
from services.warning.repository.assessments import Standing
from services.warning.usecases.judge_enterprises import judge
from services.warning.usecases.reference_data import Reference
from shared.auth.principal import Principal
from shared.contracts.base import JsonObject
from shared.contracts.warning import DryRun, LevelChange, RulePackOut, RulePackPage
from shared.contracts.warning_actions import RulePackDraft
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.clock import shanghai_day
from shared.kernel.errors import DomainError, FieldProblem, Kind, found
from shared.kernel.masking import masked
from shared.kernel.paging import Page, cut

SAMPLE = 50


class RulePackStepRefused(DomainError):
    """The pack does not stand where this step begins."""

    kind = Kind.CONFLICT
    code = "warning.rule_pack_step_refused"


class PackSuperseded(DomainError):
    """Another pack stands before this one on every day on which it could be in force."""

    kind = Kind.CONFLICT
    code = "warning.rule_pack_superseded"


class SamePerson(DomainError):
    """Who drafted a pack may not review it."""

    kind = Kind.FORBIDDEN
    code = "warning.rule_pack_same_person"
    message_zh = "规则包须由起草人以外的人员审核：请另一位人员办理。"
    message_en = "A pack is reviewed by somebody who did not draft it: ask a colleague."


class EffectiveInThePast(DomainError):
    """A pack cannot have been in force before it was drafted."""

    code = "warning.rule_pack_in_the_past"

    def __init__(self) -> None:
        """Name the field and what to do."""
        zh, en = "生效日期不得早于今天。", "The effective date must not lie in the past."
        super().__init__(fields=[FieldProblem("effective_from", self.code, zh, en)])


async def list_packs(tx: ReadTx, page: Page) -> RulePackPage:
    """Return packs, newest first."""
    part = cut(await rule_packs.pack_page(tx, page), page, lambda row: (str(row.version),))
    return RulePackPage(items=await _out(tx, part.items), next_cursor=part.next_cursor)


class DraftIdTaken(DomainError):
    """The client used this action id for another draft."""

    kind = Kind.CONFLICT
    code = "warning.action_id_taken"
    message_zh = "该 action_id 已用于内容不同的草案：每份新草案请生成新的编号。"
    message_en = "This action_id was used for another draft: make a new one for each draft."


async def draft_pack(
    tx: WriteTx, who: Principal, draft: RulePackDraft, indicators: Mapping[str, Indicator]
) -> tuple[RulePackOut, bool]:
    """Keep a draft under the next version number; the second value tells whether it is new.

    Raises RulePackInvalid with the path of what is wrong, EffectiveInThePast, DraftIdTaken.
    """
    known = await rule_packs.find_draft(tx, draft.action_id)
    if known is not None:
        return await _same_draft(tx, known, draft), False
    if draft.effective_from < shanghai_day(tx.now):
        raise EffectiveInThePast
    document = draft.document | {"version": 1, "effective_from": draft.effective_from.isoformat()}
    parse_rule_pack(document, measure_names(indicators))
    version = await rule_packs.add_pack(
        tx, document, draft.effective_from, who.username, action_id=draft.action_id
    )
    return await _read(tx, version), True


async def _same_draft(tx: ReadTx, known: Row[Any], draft: RulePackDraft) -> RulePackOut:
    told = draft.document | {"version": known.version, "effective_from": draft.effective_from.isoformat()}
    if told != known.document:
        raise DraftIdTaken
    return await _shown(tx, known)


async def review_pack(tx: WriteTx, who: Principal, version: int) -> RulePackOut:
    """Let a second person confirm a draft; done twice by the same person it stays done.

    Raises SamePerson, RulePackStepRefused.
    """
    row = await _locked(tx, version)
    if row.status == "reviewed" and row.reviewed_by == who.username:
        return await _shown(tx, row)
    if row.drafted_by == who.username:
        raise SamePerson
    _expect(row, "draft")
    await rule_packs.mark_pack(tx, version, status="reviewed", reviewed_by=who.username, reviewed_at=tx.now)
    return await _read(tx, version)


async def publish_pack(tx: WriteTx, who: Principal, version: int) -> RulePackOut:
    """Put a reviewed pack in force from its date; if that has come, everybody is assessed anew.

    Raises RulePackStepRefused, PackSuperseded.
    """
    row = await _locked(tx, version)
    if row.status == "live":
        return await _shown(tx, row)
    _expect(row, "reviewed")
    await _check_not_superseded(tx, row)
    await rule_packs.mark_pack(tx, version, status="live", published_by=who.username, published_at=tx.now)
    if row.effective_from <= shanghai_day(tx.now):
        await rule_packs.retire_before(tx, version, row.effective_from)
        await assessments.enqueue_all(tx)
    return await _read(tx, version)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a dry run needs."""

    version: int
    pack_document: JsonObject
    chunk: FactChunk
    standings: Mapping[int, Standing]
    reference: Reference


async def prepare_trial(tx: ReadTx, version: int, reference: Reference) -> Trial:
    """Read everybody's facts. Raises NotFound."""
    row = found(await rule_packs.find_pack(tx, version))
    ids = await outcomes.enterprise_ids(tx)
    chunk = await facts.read_chunk(tx, ids, reference.series)
    return Trial(version, row.document, chunk, await assessments.standings(tx, ids), reference)


@dataclass(frozen=True, slots=True)
class Change:
    """An enterprise whose level another pack would change."""

    standing: Standing
    from_level: str
    to_level: str


def run_trial(trial: Trial) -> tuple[int, Sequence[Change]]:
    """Judge everybody by the live pack and by the other one; seconds of a processor, so it belongs in a thread."""
    other = replace(trial.reference, pack=parse_rule_pack(trial.pack_document))
    now = {
        one.standing.enterprise_id: one.level for one in judge(trial.chunk, trial.standings, trial.reference)
    }
    then = judge(trial.chunk, trial.standings, other)
    changes = [
        Change(one.standing, now[one.standing.enterprise_id].value, one.level.value)
        for one in then
        if one.level is not now[one.standing.enterprise_id]
    ]
    return len(then), changes


async def tell_trial(tx: ReadTx, version: int, assessed: int, changes: Sequence[Change]) -> DryRun:
    """Return the dry run's result with a sample of the enterprises concerned, gravest first."""
    order = ("red", "orange", "watch", "none")
    sample = sorted(changes, key=lambda one: (order.index(one.to_level), one.standing.uscc))[:SAMPLE]
    names = await enterprise_views.names_of(tx, [one.standing.enterprise_id for one in sample])
    return DryRun(
        version=version,
        enterprises=assessed,
        changes=dict(Counter(f"{one.from_level}→{one.to_level}" for one in changes)),
        sample=[
            LevelChange(
                uscc=one.standing.uscc,
                name=masked(names[one.standing.enterprise_id], sole_trader=one.standing.sole_trader),
                division=one.standing.division,
                from_level=one.from_level,
                to_level=one.to_level,
            )
            for one in sample
        ],
    )


async def seed_pack(tx: WriteTx, document: JsonObject) -> None:
    """Put this release's default pack in force where there is none at all."""
    if await rule_packs.find_pack(tx, 1) is None:
        effective_from = date.fromisoformat(document["effective_from"])
        version = await rule_packs.add_pack(tx, document, effective_from, "release")
        await rule_packs.mark_pack(
            tx, version, status="live", reviewed_by="default", published_by="release", published_at=tx.now
        )


async def _locked(tx: WriteTx, version: int) -> Row[Any]:
    return found(await rule_packs.find_pack(tx, version, lock=True))


async def _read(tx: ReadTx, version: int) -> RulePackOut:
    return await _shown(tx, found(await rule_packs.find_pack(tx, version)))


def _expect(row: Row[Any], status: str) -> None:
    if row.status != status:
        raise RulePackStepRefused(
            f"规则包当前为 {row.status}，此步骤要求 {status}。",
            f"The pack is {row.status}; this step needs {status}.",
            facts={"pack_status": row.status},
        )


async def _check_not_superseded(tx: ReadTx, row: Row[Any]) -> None:
    """Ask which pack is in force on the first day that this one could have."""
    first_on = max(shanghai_day(tx.now), row.effective_from)
    other = await rule_packs.live_pack(tx, first_on)
    if other is not None and (other.effective_from, other.version) > (row.effective_from, row.version):
        raise PackSuperseded(
            f"规则包 {row.version} 已被规则包 {other.version}（{other.effective_from} 起生效）取代，发布后也不会生效："
            "请以更晚的生效日期另拟草案。",
            f"Pack {other.version}, in force from {other.effective_from}, supersedes pack {row.version}, which would"
            " never take effect: draft a new one with a later effective date.",
            facts={"superseded_by": other.version},
        )


async def _shown(tx: ReadTx, row: Row[Any]) -> RulePackOut:
    (one,) = await _out(tx, [row])
    return one


async def _out(tx: ReadTx, rows: Sequence[Row[Any]]) -> list[RulePackOut]:
    """Show packs as they stand today: a live one ends on the day on which a scheduled one takes its place."""
    today = shanghai_day(tx.now)
    in_force = await rule_packs.live_pack(tx, today)
    return [
        RulePackOut(
            version=row.version,
            status="retired" if _is_replaced(row, in_force, today) else row.status,
            effective_from=row.effective_from,
            drafted_by=row.drafted_by,
            reviewed_by=row.reviewed_by,
            published_by=row.published_by,
            document=row.document,
        )
        for row in rows
    ]


def _is_replaced(row: Row[Any], in_force: Row[Any] | None, today: date) -> bool:
    begun = row.status == "live" and row.effective_from <= today
    return begun and in_force is not None and row.version != in_force.version
