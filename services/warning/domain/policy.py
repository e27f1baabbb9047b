"""The handling policy as versioned data: clocks, hysteresis, capacity, escalation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from services.warning.domain.clocks import ClockKind, ClockRule
from services.warning.domain.levels import WarningLevel
from shared.kernel.deadlines import ClockUnit
from shared.kernel.documents import Node, day, fail, number, one_of, only_keys, text, whole
from shared.kernel.errors import DomainError, Kind

_WARNING_LEVELS = (WarningLevel.ORANGE, WarningLevel.RED)
_CLOCK_KEYS = frozenset({"id", "level", "kind", "length", "unit", "article"})
_PER_HUNDRED = 100


class Authority(StrEnum):
    """Who hears of a breach, from below to above."""

    TOWN = "town"
    DISTRICT = "district"
    LEADING_GROUP = "leading_group"


class PolicyMissing(DomainError):
    """No policy is in force on that day."""

    kind = Kind.UNAVAILABLE
    code = "policy.missing"
    message_zh = "该日期没有生效的处置规则，请管理员检查生效日期。"
    message_en = "No handling policy is in force on that day; ask the administrator to check the dates."


@dataclass(frozen=True, slots=True)
class EscalationRule:
    """One rung: who is told, and how long after the breach."""

    to: Authority
    after_minutes: int


@dataclass(frozen=True, slots=True)
class Policy:
    """How warnings are handled from a date on.

    at_risk_share: a clock is at risk when less than this share of its time is left.
    hysteresis_days: how long the assessed level must stay lower before red becomes orange.
    reopen_days: how long after its closure a warning is reopened by the same rule.
    double_red_days: how long after the closure of a red a further red goes to the leading group at once.
    corroboration_days: how old a signal may be to corroborate a red score.
    red_share: share of the capacity that the score alone may propose as red.
    watch_multiple: how many times the capacity is watched.
    score_floor: the score below which nothing is even watched.
    """

    version: int
    effective_from: date
    source: str
    calendar_article: str
    clocks: tuple[ClockRule, ...]
    at_risk_share: float
    hysteresis_days: int
    reopen_days: int
    double_red_days: int
    corroboration_days: int
    capacity_per_100_coordinators: int
    red_share: float
    watch_multiple: float
    score_floor: float
    cap_open_per_coordinator: int
    escalation: Mapping[WarningLevel, tuple[EscalationRule, ...]]

    @property
    def memory(self) -> timedelta:
        """Return for how long a closed warning bears on what comes after it."""
        return timedelta(days=max(self.reopen_days, self.double_red_days))

    def clock_rules(self, level: WarningLevel) -> tuple[ClockRule, ...]:
        """Return the clocks of a level."""
        return tuple(rule for rule in self.clocks if rule.level is level)

    def clock_rule(self, level: WarningLevel, kind: ClockKind) -> ClockRule:
        """Return the clock of a level and kind; every pair has one."""
        return next(rule for rule in self.clocks if rule.level is level and rule.kind is kind)

    def clock_rule_by_id(self, rule_id: str) -> ClockRule:
        """Return the rule that a running clock names."""
        return next(rule for rule in self.clocks if rule.id == rule_id)

    def monthly_capacity(self, coordinators: int) -> int:
        """Return how many warnings a month these coordinators can take; at least one where there is one."""
        if coordinators <= 0:
            return 0
        return max(1, round(coordinators * self.capacity_per_100_coordinators / _PER_HUNDRED))


def parse_policies(doc: object) -> tuple[Policy, ...]:
    """Read all versions, oldest first."""
    root = Node.of(doc)
    only_keys(root, frozenset({"versions"}))
    policies = sorted(map(_policy, root.at("versions").items()), key=lambda one: one.effective_from)
    if not policies:
        fail(root.at("versions"), "至少须有一个版本", "there must be at least one version")
    for one, other in pairwise(policies):
        if one.effective_from == other.effective_from or one.version >= other.version:
            fail(root.at("versions"), "生效日期与版本号须递增", "dates and version numbers must rise")
    return tuple(policies)


def policy_on(policies: Sequence[Policy], on: date) -> Policy:
    """Return the policy in force on a day. Raises PolicyMissing."""
    in_force = [policy for policy in policies if policy.effective_from <= on]
    if not in_force:
        raise PolicyMissing
    return max(in_force, key=lambda policy: policy.effective_from)


def _policy(node: Node) -> Policy:
    only_keys(node, frozenset(Policy.__dataclass_fields__))
    return Policy(
        version=whole(node.at("version"), minimum=1),
        effective_from=day(node.at("effective_from")),
        source=text(node.at("source")),
        calendar_article=text(node.at("calendar_article")),
        clocks=_clocks(node.at("clocks")),
        at_risk_share=number(node.at("at_risk_share"), minimum=0, maximum=1),
        hysteresis_days=whole(node.at("hysteresis_days")),
        reopen_days=whole(node.at("reopen_days")),
        double_red_days=whole(node.at("double_red_days")),
        corroboration_days=whole(node.at("corroboration_days")),
        capacity_per_100_coordinators=whole(node.at("capacity_per_100_coordinators")),
        red_share=number(node.at("red_share"), minimum=0, maximum=1),
        watch_multiple=number(node.at("watch_multiple"), minimum=1),
        score_floor=number(node.at("score_floor"), minimum=0, maximum=1),
        cap_open_per_coordinator=whole(node.at("cap_open_per_coordinator"), minimum=1),
        escalation={level: _escalation(node.at("escalation").at(level.value)) for level in _WARNING_LEVELS},
    )


def _clocks(node: Node) -> tuple[ClockRule, ...]:
    rules = tuple(_clock(one) for one in node.items())
    pairs = [(rule.level, rule.kind) for rule in rules]
    wanted = {(level, kind) for level in _WARNING_LEVELS for kind in ClockKind}
    if set(pairs) != wanted or len(pairs) != len(wanted) or _repeats([rule.id for rule in rules]):
        fail(node, "每一级别须各有签收、到场、方案、复核一项", "each level needs each kind of clock once")
    return rules


def _clock(node: Node) -> ClockRule:
    only_keys(node, _CLOCK_KEYS)
    return ClockRule(
        id=text(node.at("id")),
        level=WarningLevel(one_of(node.at("level"), _WARNING_LEVELS)),
        kind=ClockKind(one_of(node.at("kind"), tuple(ClockKind))),
        length=whole(node.at("length"), minimum=1),
        unit=ClockUnit(one_of(node.at("unit"), tuple(ClockUnit))),
        article=text(node.at("article")),
    )


def _escalation(node: Node) -> tuple[EscalationRule, ...]:
    """The ladder may leave out a rung, never go down or back in time."""
    rungs = tuple(
        EscalationRule(Authority(one_of(one.at("to"), tuple(Authority))), whole(one.at("after_minutes")))
        for one in node.items()
    )
    order = [tuple(Authority).index(rung.to) for rung in rungs]
    delays = [rung.after_minutes for rung in rungs]
    if not rungs or order != sorted(set(order)) or delays != sorted(delays):
        fail(node, "须自下而上、时间递增", "must climb from town to leading group, with rising delays")
    return rungs


def _repeats(values: Collection[str]) -> bool:
    return len(set(values)) < len(values)
