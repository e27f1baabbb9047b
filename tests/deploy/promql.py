"""Which metrics a PromQL expression names, and by which labels: a reader of its words, not an engine."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKENS = re.compile(
    r"""(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
    | (?P<comment>\#[^\n]*)
    | (?P<range>\[[^\]]*\])
    | (?P<variable>\$\{?\w+\}?)
    | (?P<number>(?:0x[0-9a-f]+|\d[\d.]*(?:e[+-]?\d+)?(?:ms|[smhdwy])?)\w*)
    | (?P<word>[a-zA-Z_:][a-zA-Z0-9_:]*)
    | (?P<sign>=~|!~|!=|==|<=|>=|[-+*/%^<>=(){},@])
    | (?P<space>\s+)""",
    re.VERBOSE | re.IGNORECASE,
)
# Followed by labels in brackets, which belong to whatever the aggregation or the match is over.
_GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
_AFTER_A_FUNCTION = {"(", "by", "without"}
_KEYWORDS = {"and", "or", "unless", "offset", "bool", "inf", "nan", "start", "end", "atan2"}


@dataclass(slots=True)
class Named:
    """What an expression names: each metric with the labels that are matched on it, and those it is grouped by."""

    metrics: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    grouped_by: set[str] = field(default_factory=set)


def named_in(expression: str) -> Named:
    """Return what `expression` names. Raises ValueError at what is no PromQL."""
    found, words = Named(), list(_words(expression))
    place = 0
    while place < len(words):
        kind, word = words[place]
        following = words[place + 1][1] if place + 1 < len(words) else ""
        if kind == "word" and word.lower() in _GROUPING:
            if following == "(":
                place = _labels_until(")", words, place + 2, found.grouped_by)
        elif kind == "word" and following.lower() not in _AFTER_A_FUNCTION and word.lower() not in _KEYWORDS:
            labels = found.metrics[word]
            if following == "{":
                place = _labels_until("}", words, place + 2, labels)
        place += 1
    return found


def _words(expression: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(expression):
        match = _TOKENS.match(expression, place)
        if match is None:
            raise ValueError(f"no PromQL at {expression[place : place + 20]!r}")
        place, kind = match.end(), str(match.lastgroup)
        if kind not in {"comment", "range", "space"}:
            yield kind, match.group()


def _labels_until(end: str, words: list[tuple[str, str]], place: int, labels: set[str]) -> int:
    while words[place][1] != end:
        if words[place][0] == "word":
            labels.add(words[place][1])
        place += 1
    return place
