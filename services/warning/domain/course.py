"""What an assessment means for the course of an enterprise's warning.

Up at once, down slowly: a graver level raises or upgrades immediately, a milder one has to last before red
becomes orange, and orange never ends by itself, because somebody has to say what came of it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from services.warning.domain.levels import WarningLevel
from services.warning.domain.lifecycle import State
from services.warning.domain.policy import Policy
from services.warning.domain.rule_pack import RulePack, Verdict, fresh_rules


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
    """The enterprise's last closed warning, with the rules for which it had been raised or upgraded."""

    closed_at: datetime
    peak_level: WarningLevel
    rule_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class News:
    """What of an assessment rests on signals that came in after the last outcome was recorded.

    Whoever recorded the outcome had judged the older ones: they hold for months, and would otherwise undo
    every outcome and reopen every closure at the next nightly run.
    """

    level: WarningLevel
    rule_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Raise:
    """Raise a new warning."""

    level: WarningLevel
    double_red: bool


@dataclass(frozen=True, slots=True)
class Reopen:
    """Reopen the last closed warning at this level; its peak is the graver of the old one and this."""

    level: WarningLevel
    double_red: bool


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Raise the level of the open warning; `lower_since` is cleared with it."""

    level: WarningLevel
    double_red: bool


@dataclass(frozen=True, slots=True)
class Contradict:
    """Give a warning whose outcome is on record back to its handler: new signals tell otherwise."""


@dataclass(frozen=True, slots=True)
class AddRules:
    """Let the handler know that further rules fired; `lower_since` is cleared when the level holds."""

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
    Raise | Reopen | Upgrade | Contradict | AddRules | Downgrade | NoteLower | ClearLower | Stay
)


def decide(
    open_warning: OpenWarning | None,
    last_closed: ClosedWarning | None,
    level: WarningLevel,
    fired_rule_ids: Collection[str],
    now: datetime,
    policy: Policy,
    *,
    news: News | None = None,
) -> Decision:
    """Return the one step that the assessed level asks for.

    `fired_rule_ids` are the rules that by themselves make a warning (`Verdict.rule_ids`). Without `news`
    everything counts as new.
    """
    fresh = news or News(level, frozenset(fired_rule_ids))
    if open_warning is not None:
        decision = _go_on(open_warning, last_closed, level, fresh, now, policy)
        return _or_add_rules(decision, open_warning, level, fired_rule_ids)
    if not level.is_warning or not fresh.level.is_warning:
        return Stay()
    double_red = _is_double_red(last_closed, level, now, policy)
    if last_closed is not None and _reopens(last_closed, fresh.rule_ids, now, policy):
        return Reopen(level, double_red)
    return Raise(level, double_red)


def news_since(pack: RulePack, verdict: Verdict, level: WarningLevel, fresh_series: Collection[str]) -> News:
    """Return the news in an assessment, given the (non-protective) series with signals since the outcome.

    A rule is news when one of its series is. What the score adds to the rules is news when anything is: it
    weighs everything together.
    """
    fresh = fresh_rules(pack, verdict.fired, fresh_series)
    by_rules = max((rule.level for rule in fresh), default=WarningLevel.NONE)
    by_score = level if fresh_series and level > verdict.level else WarningLevel.NONE
    return News(max(by_rules, by_score), frozenset(rule.rule_id for rule in fresh if rule.level.is_warning))


def _go_on(
    warning: OpenWarning,
    last_closed: ClosedWarning | None,
    level: WarningLevel,
    fresh: News,
    now: datetime,
    policy: Policy,
) -> Decision:
    if warning.state.is_settled:
        # The outcome lowered the level on the record; only what came in since may raise it again.
        level = min(level, max(fresh.level, warning.level))
    if level > warning.level:
        return Upgrade(level, _is_double_red(last_closed, level, now, policy))
    if warning.state.is_settled and fresh.level.is_warning and fresh.rule_ids:
        return Contradict()
    if level == warning.level:
        return Stay() if warning.lower_since is None else ClearLower()
    return _go_down(warning, now, policy)


def _or_add_rules(
    decision: Decision, warning: OpenWarning, level: WarningLevel, fired_rule_ids: Collection[str]
) -> Decision:
    """Of a warning that would stay as it is, its handler must at least hear what else fired."""
    if not isinstance(decision, Stay | ClearLower) or warning.state.is_settled or not level.is_warning:
        return decision
    return decision if warning.rule_ids.issuperset(fired_rule_ids) else AddRules(level >= warning.level)


def _go_down(warning: OpenWarning, now: datetime, policy: Policy) -> Decision:
    if warning.lower_since is None:
        return NoteLower(now)
    lasted = now - warning.lower_since >= timedelta(days=policy.hysteresis_days)
    if warning.level is WarningLevel.RED and lasted:
        return Downgrade(WarningLevel.ORANGE)
    return Stay()


def _reopens(closed: ClosedWarning, rule_ids: frozenset[str], now: datetime, policy: Policy) -> bool:
    recent = now - closed.closed_at < timedelta(days=policy.reopen_days)
    return recent and not rule_ids.isdisjoint(closed.rule_ids)


def _is_double_red(closed: ClosedWarning | None, level: WarningLevel, now: datetime, policy: Policy) -> bool:
    if closed is None or level is not WarningLevel.RED or closed.peak_level is not WarningLevel.RED:
        return False
    return now - closed.closed_at < timedelta(days=policy.double_red_days)
