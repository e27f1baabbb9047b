"""Reading the rules of a pack from its document. A draft is an official's text: everything in it is checked."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from string import Formatter

from services.warning.domain.levels import WarningLevel
from services.warning.domain.rules import COMPARISONS, Alternative, Condition, Levels, Rule
from shared.kernel.documents import Node, boolean, fail, number, one_of, only_keys, text

_PLACEHOLDERS = frozenset({"value", "threshold", "value_percent", "threshold_percent"})
_SENTENCE_KEYS = frozenset({"sentence_zh", "sentence_en"})
_LEVELS = (WarningLevel.WATCH, WarningLevel.ORANGE, WarningLevel.RED)
_RULE_KEYS = frozenset({"id", "name_zh", "name_en", "article", "source", "protective", "when", *_LEVELS})
_CONDITION_KEYS = frozenset({"measure", "op", "value"})
_MOST_RULES = 500
_MOST_ALTERNATIVES = 50


def read_rules(node: Node, known_measures: Collection[str] | None) -> tuple[Rule, ...]:
    """Read the list of rules; measures are only checked where the known ones are given."""
    nodes = node.items()
    if not 0 < len(nodes) <= _MOST_RULES:
        fail(node, f"须有1至{_MOST_RULES}条规则", f"must hold 1 to {_MOST_RULES} rules")
    rules = tuple(_rule(one, known_measures) for one in nodes)
    _check_ids(nodes, rules)
    return rules


@dataclass(frozen=True, slots=True)
class _Given:
    """What the readers of a rule's conditions need from further up."""

    known_measures: Collection[str] | None
    sentence_zh: str
    sentence_en: str


def _check_ids(nodes: tuple[Node, ...], rules: tuple[Rule, ...]) -> None:
    seen: set[str] = set()
    for node, rule in zip(nodes, rules, strict=True):
        if rule.id in seen:
            fail(node.at("id"), "规则编号重复", "this rule id is used twice")
        seen.add(rule.id)


def _rule(node: Node, known_measures: Collection[str] | None) -> Rule:
    only_keys(node, _RULE_KEYS | _SENTENCE_KEYS)
    protective = boolean(node.at("protective"))
    given = _Given(known_measures, _template(node.at("sentence_zh")), _template(node.at("sentence_en")))
    levels = _protective_levels(node, given) if protective else _graded_levels(node, given)
    if not any(alternatives for _, alternatives in levels):
        fail(node, "规则没有任何条件", "the rule has no condition")
    return Rule(
        id=text(node.at("id")),
        name_zh=text(node.at("name_zh")),
        name_en=text(node.at("name_en")),
        article=text(node.at("article")),
        source=text(node.at("source")),
        protective=protective,
        levels=levels,
    )


def _protective_levels(node: Node, given: _Given) -> Levels:
    for level in _LEVELS:
        if node.has(level.value):
            fail(node.at(level.value), "保护性规则不得设级别", "a protective rule has no level, only `when`")
    return ((WarningLevel.NONE, _alternatives(node.at("when"), given)),)


def _graded_levels(node: Node, given: _Given) -> Levels:
    if node.has("when"):
        fail(node.at("when"), "仅保护性规则可用", "only a protective rule has `when`")
    rising = [
        (level, _alternatives(node.at(level.value), given)) for level in _LEVELS if node.has(level.value)
    ]
    rising = [(level, found) for level, found in rising if found]
    for (_, below), (level, above) in pairwise(rising):
        _check_rising(node.at(level.value), below, above)
    return tuple(reversed(rising))


def _check_rising(node: Node, below: tuple[Alternative, ...], above: tuple[Alternative, ...]) -> None:
    """A graver level with a lower threshold is a slip of the pen: the milder one could never be reached."""
    least = {one.conditions[0].measure: one.conditions[0].value for one in below if len(one.conditions) == 1}
    for at, one in enumerate(above):
        condition = one.conditions[0]
        if len(one.conditions) == 1 and condition.value < least.get(condition.measure, condition.value):
            slip = Node(condition.value, f"{node.path}[{at}].value")
            fail(slip, "阈值低于较轻级别的阈值", "the threshold is below the one of the milder level")


def _alternatives(node: Node, given: _Given) -> tuple[Alternative, ...]:
    nodes = node.items()
    if len(nodes) > _MOST_ALTERNATIVES:
        fail(node, f"至多{_MOST_ALTERNATIVES}项", f"at most {_MOST_ALTERNATIVES} alternatives")
    return tuple(_read_alternative(one, given) for one in nodes)


def _read_alternative(node: Node, given: _Given) -> Alternative:
    if node.has("all"):
        only_keys(node, _SENTENCE_KEYS | {"all"})
        conditions = tuple(_condition(one, _CONDITION_KEYS, given) for one in node.at("all").items())
    else:
        conditions = (_condition(node, _CONDITION_KEYS | _SENTENCE_KEYS, given),)
    if not 0 < len(conditions) <= _MOST_ALTERNATIVES:
        most = _MOST_ALTERNATIVES
        fail(node.at("all"), f"须有1至{most}个条件", f"must hold 1 to {most} conditions")
    return Alternative(
        conditions,
        _template(node.at("sentence_zh")) if node.has("sentence_zh") else given.sentence_zh,
        _template(node.at("sentence_en")) if node.has("sentence_en") else given.sentence_en,
    )


def _condition(node: Node, allowed: frozenset[str], given: _Given) -> Condition:
    only_keys(node, allowed)
    measure = text(node.at("measure"))
    if given.known_measures is not None and measure not in given.known_measures:
        fail(node.at("measure"), "未知的量，没有指标提供", "no indicator gives this measure")
    return Condition(measure, one_of(node.at("op"), tuple(COMPARISONS)), number(node.at("value")))


def _template(node: Node) -> str:
    """A sentence may name the facts of the rule and nothing else: no attributes, no formats."""
    template = text(node)
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        fail(node, "花括号不成对", "the braces do not match")
    if any(name is not None and (name not in _PLACEHOLDERS or form or turn) for _, name, form, turn in parts):
        names = sorted(_PLACEHOLDERS)
        fail(node, f"只能使用：{'、'.join(names)}", f"may only name: {', '.join(names)}")
    return template
