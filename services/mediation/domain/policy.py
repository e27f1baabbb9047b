"""How cases are given out and until when what has to happen, as versioned data with articles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from services.mediation.domain.clocks import ClockKind, ClockRule, Start
from services.mediation.domain.organisations import Tier
from shared.kernel.deadlines import ClockUnit
from shared.kernel.documents import Node, day, fail, number, one_of, only_keys, text, whole
from shared.kernel.errors import DomainError, Kind

_COLOURS = ("orange", "red")


class Match(StrEnum):
    """What an organisation and a dispute have in common."""

    USCC = "uscc"
    GRID_CELL = "grid_cell"
    ZONE = "zone"
    INDUSTRY = "industry"
    DIVISION = "division"


class MediationPolicyMissing(DomainError):
    """No policy is in force on that day."""

    kind = Kind.UNAVAILABLE
    code = "mediation.policy_missing"
    message_zh = "该日期没有生效的调解规则，请管理员检查生效日期。"
    message_en = "No mediation policy is in force on that day; ask the administrator to check the dates."


@dataclass(frozen=True, slots=True)
class ChoiceRule:
    """One way in which an organisation of a tier fits; they are tried in their order."""

    id: str
    tier: Tier
    match: Match
    article: str


@dataclass(frozen=True, slots=True)
class Floor:
    """Disputes that go at least to a tier: by the number of workers, or by the warning's level."""

    id: str
    tier: Tier
    workers_at_least: int | None
    level: str | None
    article: str


class Limit(StrEnum):
    """How far ahead a day may lie that people agree on; the unit is the last word of the name."""

    EXTENSION_DAYS = "extension_days"
    AGREEMENT_DUE_YEARS = "agreement_due_years"


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds from a date on. `at_risk_share`: a clock is at risk when less of its time is left.

    limits: how many natural days one agreement may add to the period, within how many years an agreement is to
    be performed.
    """

    version: int
    effective_from: date
    at_risk_share: float
    clocks: tuple[ClockRule, ...]
    rules: tuple[ChoiceRule, ...]
    floors: tuple[Floor, ...]
    last_resort_id: str
    limits: Mapping[Limit, int]

    def clock_rule(self, kind: ClockKind) -> ClockRule:
        """Return the rule of a clock; every kind has one."""
        return next(rule for rule in self.clocks if rule.kind is kind)

    def clock_rules_from(self, start: Start) -> tuple[ClockRule, ...]:
        """Return the rules of the clocks that start together."""
        return tuple(rule for rule in self.clocks if rule.runs_from is start)


def parse_policies(doc: object) -> tuple[Policy, ...]:
    """Read all versions, oldest first. Raises DocumentInvalid."""
    root = Node.of(doc)
    only_keys(root, frozenset({"versions"}))
    policies = sorted(map(_policy, root.at("versions").items()), key=lambda one: one.effective_from)
    rising = all(a.version < b.version and a.effective_from < b.effective_from for a, b in pairwise(policies))
    if not policies or not rising:
        fail(
            root.at("versions"),
            "至少一个版本，日期与版本号递增",
            "needs versions with rising dates and numbers",
        )
    return tuple(policies)


def policy_on(policies: Sequence[Policy], on: date) -> Policy:
    """Return the policy in force on a day. Raises MediationPolicyMissing."""
    in_force = [policy for policy in policies if policy.effective_from <= on]
    if not in_force:
        raise MediationPolicyMissing
    return in_force[-1]


def _policy(node: Node) -> Policy:
    only_keys(
        node,
        frozenset(
            {
                "version",
                "effective_from",
                "source",
                "at_risk_share",
                "clocks",
                "rules",
                "last_resort",
                "floors",
                "limits",
            }
        ),
    )
    text(node.at("source"))
    text(node.at("last_resort").at("article"))
    return Policy(
        version=whole(node.at("version"), minimum=1),
        effective_from=day(node.at("effective_from")),
        at_risk_share=number(node.at("at_risk_share"), minimum=0, maximum=1),
        clocks=_clocks(node.at("clocks")),
        rules=_rules(node.at("rules")),
        floors=tuple(map(_floor, node.at("floors").items())),
        last_resort_id=text(node.at("last_resort").at("id")),
        limits=_limits(node.at("limits")),
    )


def _clocks(node: Node) -> tuple[ClockRule, ...]:
    rules = tuple(map(_clock, node.items()))
    if sorted(rule.kind for rule in rules) != sorted(ClockKind):
        fail(node, "每种时限须各有一项", "needs each kind of clock once")
    return rules


def _clock(node: Node) -> ClockRule:
    only_keys(node, frozenset(ClockRule.__dataclass_fields__))
    return ClockRule(
        id=text(node.at("id")),
        kind=ClockKind(one_of(node.at("kind"), tuple(ClockKind))),
        runs_from=Start(one_of(node.at("runs_from"), tuple(Start))),
        length=whole(node.at("length"), minimum=1),
        unit=ClockUnit(one_of(node.at("unit"), tuple(ClockUnit))),
        article=text(node.at("article")),
    )


def _rules(node: Node) -> tuple[ChoiceRule, ...]:
    rules = tuple(map(_rule, node.items()))
    ranks = [rule.tier.rank for rule in rules]
    if not rules or ranks != sorted(ranks) or len({rule.id for rule in rules}) < len(rules):
        fail(node, "须自下而上，编号不重复", "must climb from the lowest tier, without a repeated id")
    return rules


def _rule(node: Node) -> ChoiceRule:
    only_keys(node, frozenset(ChoiceRule.__dataclass_fields__))
    return ChoiceRule(
        id=text(node.at("id")),
        tier=Tier(one_of(node.at("tier"), tuple(Tier))),
        match=Match(one_of(node.at("match"), tuple(Match))),
        article=text(node.at("article")),
    )


def _limits(node: Node) -> Mapping[Limit, int]:
    limits = dict(map(_limit, node.items()))
    if set(limits) != set(Limit):
        fail(node, "每种上限须各有一项", "needs each limit once")
    return limits


def _limit(node: Node) -> tuple[Limit, int]:
    only_keys(node, frozenset({"id", "at_most", "article"}))
    text(node.at("article"))
    return Limit(one_of(node.at("id"), tuple(Limit))), whole(node.at("at_most"), minimum=1)


def _floor(node: Node) -> Floor:
    only_keys(node, frozenset(Floor.__dataclass_fields__))
    workers, level = node.get("workers_at_least"), node.get("level")
    if (workers is None) == (level is None):
        fail(node, "须填人数或级别之一", "needs either workers_at_least or level")
    return Floor(
        id=text(node.at("id")),
        tier=Tier(one_of(node.at("tier"), tuple(Tier))),
        workers_at_least=None if workers is None else whole(workers, minimum=1),
        level=None if level is None else one_of(level, _COLOURS),
        article=text(node.at("article")),
    )
