"""The rule pack: thresholds as versioned data, and what they say of an enterprise's measures.

Every hard rule explains itself: what fired, with which value against which threshold, in a sentence.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.warning.domain.levels import WarningLevel
from services.warning.domain.rule_documents import read_rules
from services.warning.domain.rules import Alternative, Rule
from shared.kernel.documents import DocumentInvalid, Node, day, only_keys, text, whole

_PACK_KEYS = frozenset({"version", "title_zh", "title_en", "effective_from", "source", "rules"})


class RulePackInvalid(DocumentInvalid):
    """The rule pack cannot be used; `path` says where it is wrong."""

    code = "rule_pack.invalid"


@dataclass(frozen=True, slots=True)
class RulePack:
    """All rules in force together, and per measure the rules that begin with it."""

    version: int
    title_zh: str
    title_en: str
    effective_from: date
    source: str
    rules: tuple[Rule, ...]
    rules_of_measure: Mapping[str, tuple[int, ...]]

    def rule(self, rule_id: str) -> Rule:
        """Return the rule of this id; KeyError when another pack's evidence is asked of this one."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(f"rule {rule_id!r} is not in pack {self.version}")


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule at the gravest level at which it fired, with everything its sentence needs."""

    rule_id: str
    level: WarningLevel
    measure: str
    op: str
    threshold: float
    value: float
    alternative: int = 0

    def is_worse_than(self, told: "FiredRule") -> bool:
        """Say whether it is graver than the same rule as it was told, or its figure has grown."""
        if self.level is not told.level or self.measure != told.measure:
            return self.level > told.level
        return self.value > told.value


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say: the gravest level, and every rule that fired, in the pack's order.

    Protective rules that fired are among `fired` at level `none`, to be shown beside the others.
    """

    level: WarningLevel
    fired: tuple[FiredRule, ...]

    @property
    def protected(self) -> bool:
        """Say whether a protective rule fired: only those have the level `none`."""
        return any(rule.level is WarningLevel.NONE for rule in self.fired)

    @property
    def rule_ids(self) -> frozenset[str]:
        """Return the rules that by themselves make a warning: orange or red.

        These are what `course.decide` compares; a lone complaint (`watch`) is no reason to reopen.
        """
        return frozenset(rule.rule_id for rule in self.fired if rule.level.is_warning)


_QUIET = Verdict(WarningLevel.NONE, ())


def parse_rule_pack(doc: object, known_measures: Collection[str] | None = None) -> RulePack:
    """Read a pack. With `known_measures`, a rule over a measure that nothing measures is refused."""
    try:
        return _read_pack(Node.of(doc), known_measures)
    except DocumentInvalid as fault:
        problem = fault.fields[0]
        raise RulePackInvalid(fault.path, problem.message_zh, problem.message_en) from None


def evaluate(pack: RulePack, measures: Mapping[str, float]) -> Verdict:
    """Return what fires."""
    return _verdict(pack, measures, lambda one: one.holds(measures))


def evaluate_worse(pack: RulePack, measures: Mapping[str, float], judged: Mapping[str, float]) -> Verdict:
    """Return what fires in a way in which it did not when `judged` was judged (`Alternative.is_worse`)."""
    return _verdict(pack, measures, lambda one: one.is_worse(measures, judged))


def sentences(pack: RulePack, fired: Iterable[FiredRule]) -> list[tuple[str, str]]:
    """Return each fired rule's sentence in Chinese and English, with value and threshold."""
    return [_sentence(_alternative(pack, rule), rule) for rule in fired]


def _read_pack(root: Node, known_measures: Collection[str] | None) -> RulePack:
    only_keys(root, _PACK_KEYS)
    rules = read_rules(root.at("rules"), known_measures)
    return RulePack(
        version=whole(root.at("version"), minimum=1),
        title_zh=text(root.at("title_zh")),
        title_en=text(root.at("title_en")),
        effective_from=day(root.at("effective_from")),
        source=text(root.at("source")),
        rules=rules,
        rules_of_measure=_index(rules),
    )


def _index(rules: tuple[Rule, ...]) -> dict[str, tuple[int, ...]]:
    """Alternatives need all their measures, so that being found by the first one is enough."""
    positions: dict[str, list[int]] = {}
    for position, rule in enumerate(rules):
        firsts = {one.conditions[0].measure for _, alternatives in rule.levels for one in alternatives}
        for measure in firsts:
            positions.setdefault(measure, []).append(position)
    return {measure: tuple(found) for measure, found in positions.items()}


def _verdict(pack: RulePack, measures: Mapping[str, float], counts: Callable[[Alternative], bool]) -> Verdict:
    """Only rules that begin with a present measure are looked at: most have none."""
    touched: set[int] = set()
    for measure in measures:
        touched.update(pack.rules_of_measure.get(measure, ()))
    fired = [one for at in sorted(touched) if (one := _fire(pack.rules[at], measures, counts)) is not None]
    if not fired:
        return _QUIET
    return Verdict(max(one.level for one in fired), tuple(fired))


def _fire(
    rule: Rule, measures: Mapping[str, float], counts: Callable[[Alternative], bool]
) -> FiredRule | None:
    for level, alternatives in rule.levels:
        for at, alternative in enumerate(alternatives):
            if counts(alternative):
                first = alternative.conditions[0]
                return FiredRule(
                    rule.id, level, first.measure, first.op, first.value, measures[first.measure], at
                )
    return None


def _alternative(pack: RulePack, fired: FiredRule) -> Alternative:
    return pack.rule(fired.rule_id).alternatives(fired.level)[fired.alternative]


def _sentence(alternative: Alternative, fired: FiredRule) -> tuple[str, str]:
    facts = {
        "value": _plain(fired.value),
        "threshold": _plain(fired.threshold),
        "value_percent": _plain(fired.value * 100),
        "threshold_percent": _plain(fired.threshold * 100),
    }
    return alternative.sentence_zh.format(**facts), alternative.sentence_en.format(**facts)


def _plain(number: float) -> str:
    """Write 2.0 as 2 and 33.333 as 33.33."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
