"""What an assessment means for the course of an enterprise's warning.

Up at once, down slowly: a graver level raises or upgrades immediately, a milder one has to last before red
becomes orange, and orange never ends by itself, because somebody has to say what came of it.
"""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from services.warning.domain.levels import WarningLevel
from services.warning.domain.lifecycle import State
from services.warning.domain.policy import Policy
from services.warning.domain.rule_pack import FiredRule, RulePack, Verdict, evaluate_worse


@dataclass(frozen=True, slots=True)
class OpenWarning:
    """The open warning as far as its course depends on it; `lower_since` as NoteLower set it.

    rule_ids: the rules that its handler knows of.
    """

    level: WarningLevel
    state: State
    lower_since: datetime | None
    rule_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ClosedWarning:
    """A life of one of the enterprise's warnings, raised or reopened until closed, and the rules that spoke for it."""

    warning_id: UUID
    closed_at: datetime
    peak_level: WarningLevel
    rule_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What an assessment finds in certain signals: their measures, what the rules say of them, the level."""

    measures: Mapping[str, float]
    verdict: Verdict
    level: WarningLevel


@dataclass(frozen=True, slots=True)
class News:
    """What of an assessment rests on signals that came in after the last outcome was recorded.

    Whoever recorded the outcome had judged the older ones: they hold for months, and would otherwise undo
    every outcome and reopen every closure at the next nightly run. Nor do they lend their weight to what comes
    after: the level is the one that the news has by itself. `rule_ids` are the rules that by themselves make a
    warning, `fired` all that fired, as the news has them.
    """

    level: WarningLevel
    rule_ids: frozenset[str]
    fired: tuple[FiredRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Raise:
    """Raise a new warning."""

    level: WarningLevel
    double_red: bool


@dataclass(frozen=True, slots=True)
class Reopen:
    """Reopen a closed warning at this level; its peak is the graver of the old one and this."""

    level: WarningLevel
    double_red: bool
    warning_id: UUID


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Raise the level of the open warning; `lower_since` is cleared with it."""

    level: WarningLevel
    double_red: bool


@dataclass(frozen=True, slots=True)
class Contradict:
    """Give a warning whose outcome is on record back to its handler: new signals tell otherwise."""


@dataclass(frozen=True, slots=True)
class AddEvidence:
    """Show the handler what further signals tell; `lower_since` is cleared when the level holds.

    rule_ids: the rules that fired for the first time, or with a worse figure: of those the handler hears.
    """

    rule_ids: frozenset[str]
    holds: bool


@dataclass(frozen=True, slots=True)
class Downgrade:
    """Lower the level of the open warning; `lower_since` is cleared with it."""

    level: WarningLevel


@dataclass(frozen=True, slots=True)
class NoteLower:
    """Remember since when the assessed level is lower."""

    since: datetime


@dataclass(frozen=True, slots=True)
class ClearLower:
    """Forget it: the level is back."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Change nothing."""


Decision: TypeAlias = (
    Raise | Reopen | Upgrade | Contradict | AddEvidence | Downgrade | NoteLower | ClearLower | Stay
)


def decide(
    open_warning: OpenWarning | None,
    past: Sequence[ClosedWarning],
    level: WarningLevel,
    fired_rule_ids: Collection[str],
    now: datetime,
    policy: Policy,
    *,
    news: News | None = None,
) -> Decision:
    """Return the one step that the assessed level asks for. `past` begins with the newest.

    `fired_rule_ids` are the rules that by themselves make a warning (`Verdict.rule_ids`). Where an outcome was
    recorded, `news` is what of all this it had not judged, and nothing else counts: neither whether something
    happens nor how grave it is. Without it everything is new.
    """
    if news is not None:
        # An outcome lowered the level on the record; until it is closed, silence lowers it no further.
        held = WarningLevel.NONE
        if open_warning is not None and open_warning.state.is_settled:
            held = open_warning.level
        level, fired_rule_ids = min(level, max(news.level, held)), news.rule_ids
    if open_warning is not None:
        decision = _go_on(open_warning, past, level, fired_rule_ids, now, policy)
        return _or_add_evidence(decision, open_warning, level, fired_rule_ids)
    if not level.is_warning:
        return Stay()
    double_red = _is_double_red(past, level, now, policy)
    for closed in past:
        if _reopens(closed, fired_rule_ids, now, policy):
            return Reopen(level, double_red, closed.warning_id)
    return Raise(level, double_red)


def news_since(pack: RulePack, now: Found, judged: Found, alone: Found, adding: AbstractSet[str]) -> News:
    """Return what is new in `now` against what was `judged` at the outcome.

    now: everything that counts today. judged: what counted when the outcome was recorded, on the day of the outcome.
    alone: the signals since then that tell of something of their own, as if there were no others. A correction, or
    another report of one source about the same month, is none of these: it repeats what was judged, but for its
    figures that are worse.

    A rule is news at the gravest level at which
    - it fires from the new signals alone, or
    - it fires from everything, and either did not as judged, or one of its figures has grown since: of three months
      of arrears that were judged, the fourth is news, and the same three are none. What adds up (complaints in thirty
      days) has grown by what the new signals add, whatever of the judged has left its thirty days meanwhile.

    So it is with the score: news is what it says of the new signals alone, and a level that it gives to everything and
    did not give to what was judged.
    """
    without = {
        name: now.measures[name] - alone.measures.get(name, 0.0) for name in adding & now.measures.keys()
    }
    worse = evaluate_worse(pack, now.measures, {**judged.measures, **without})
    gravest = {rule.rule_id: rule for rule in alone.verdict.fired}
    for rule in worse.fired:
        known = gravest.get(rule.rule_id)
        if known is None or known.level <= rule.level:
            gravest[rule.rule_id] = rule
    grown = now.level > max(now.verdict.level, judged.level)
    by_score = now.level if grown else WarningLevel.NONE
    level = max(worse.level, alone.level, by_score)
    return News(level, worse.rule_ids | alone.verdict.rule_ids, tuple(gravest.values()))


def _go_on(
    warning: OpenWarning,
    past: Sequence[ClosedWarning],
    level: WarningLevel,
    fired_rule_ids: Collection[str],
    now: datetime,
    policy: Policy,
) -> Decision:
    if level > warning.level:
        return Upgrade(level, _is_double_red(past, level, now, policy))
    if warning.state.is_settled and level.is_warning and fired_rule_ids:
        return Contradict()
    if level == warning.level:
        return Stay() if warning.lower_since is None else ClearLower()
    return _go_down(warning, now, policy)


def _or_add_evidence(
    decision: Decision, warning: OpenWarning, level: WarningLevel, fired_rule_ids: Collection[str]
) -> Decision:
    """Of a warning that would stay as it is, its handler must at least hear what else fired."""
    if not isinstance(decision, Stay | ClearLower) or warning.state.is_settled or not level.is_warning:
        return decision
    further = frozenset(fired_rule_ids) - warning.rule_ids
    return AddEvidence(further, level >= warning.level) if further else decision


def _go_down(warning: OpenWarning, now: datetime, policy: Policy) -> Decision:
    if warning.lower_since is None:
        return NoteLower(now)
    lasted = now - warning.lower_since >= timedelta(days=policy.hysteresis_days)
    if warning.level is WarningLevel.RED and lasted:
        return Downgrade(WarningLevel.ORANGE)
    return Stay()


def _reopens(closed: ClosedWarning, rule_ids: Collection[str], now: datetime, policy: Policy) -> bool:
    recent = now - closed.closed_at < timedelta(days=policy.reopen_days)
    return recent and not closed.rule_ids.isdisjoint(rule_ids)


def _is_double_red(past: Sequence[ClosedWarning], level: WarningLevel, now: datetime, policy: Policy) -> bool:
    """Two reds in a row: this one, and the last that was closed, be it a former life of the same warning."""
    if not past or {level, past[0].peak_level} != {WarningLevel.RED}:
        return False
    return now - past[0].closed_at < timedelta(days=policy.double_red_days)
