"""The indicator registry: what may be reported, by whom, and how it is read. Adding one is data, not code."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, cast

from shared.kernel.documents import (
    Node,
    boolean,
    day,
    fail,
    number,
    one_of,
    only_keys,
    optional_text,
    text,
    texts,
    whole,
)
from shared.kernel.errors import DomainError, Kind

NumberField = Literal["amount_cny", "months", "workers"]
NUMBER_FIELDS: tuple[NumberField, ...] = ("amount_cny", "months", "workers")
DetailType = Literal["boolean", "number", "choice"]

# What the feature function measures of every series; number and boolean details come on top.
SERIES_MEASURES = (
    "active",
    "months",
    "amount_cny",
    "workers",
    "workers_share",
    "count_30d",
    "count_90d",
    "count_180d",
)
_COUNTS = tuple(f".{name}" for name in SERIES_MEASURES if name.startswith("count_"))
_SUMS = (".amount_cny", ".workers", ".workers_share")


class Combine(StrEnum):
    """How several signals of one enterprise, series and calendar month make one observation.

    latest: the greatest (day, months, amount, workers) wins, so that the order of arrival never matters.
    sum: amounts and workers add up, the greatest months count.
    count: the signals are counted; of amount, months and workers the greatest counts, because ten
        cases of one worker are not a case of ten.
    """

    LATEST = "latest"
    SUM = "sum"
    COUNT = "count"


class SourceMayNotSend(DomainError):
    """A department writes only its own indicators."""

    kind = Kind.FORBIDDEN
    code = "signal.source_may_not_send"
    message_zh = "该来源部门无权报送此指标，请核对来源与指标。"
    message_en = "This source may not send this indicator; check source and indicator."


class IndicatorUnknown(DomainError):
    """No indicator of this id is registered."""

    kind = Kind.INVALID
    code = "signal.indicator_unknown"
    message_zh = "未登记的指标，请使用指标目录中的编号。"
    message_en = "Unknown indicator; use an id from the indicator registry."


@dataclass(frozen=True, slots=True)
class DetailField:
    """A further field that an indicator's signals may carry.

    `aspects` lists the choices of the aspect to which the field belongs; empty means all.
    `default` is what a choice that was left out means.
    """

    name: str
    type: DetailType
    name_zh: str
    name_en: str
    required: bool = False
    choices: tuple[str, ...] = ()
    choice_names: tuple[tuple[str, str], ...] = ()
    default: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    aspects: tuple[str, ...] = ()

    @property
    def decisive(self) -> bool:
        """Say whether a zero here means that nothing is wrong: numbers, and truths that have to be given."""
        return self.type == "number" or (self.type == "boolean" and self.required)

    def belongs_to(self, choice: str | None) -> bool:
        """Say whether signals of this choice of the aspect may carry the field."""
        return not self.aspects or choice in self.aspects


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is observed: unit, who sends it, how long it holds, and how signals of one month combine."""

    id: str
    name_zh: str
    name_en: str
    unit: str
    source_departments: tuple[str, ...]
    frequency: str
    validity_days: int
    owner: str
    combine: Combine
    fields: tuple[NumberField, ...]
    aspect: str | None
    detail: tuple[DetailField, ...]
    protective: bool
    article: str
    effective_from: date

    @property
    def tells_of_events(self) -> bool:
        """Say whether each signal stands by itself; else it tells of a state, which a later one replaces.

        What protects, an award or a contract, is held or not: a state, whatever its unit.
        """
        return self.unit in {"event", "case"} and not self.protective

    def detail_field(self, name: str) -> DetailField | None:
        """Return the declared detail field of this name."""
        for field in self.detail:
            if field.name == name:
                return field
        return None

    def aspect_choice(self, detail: Mapping[str, object]) -> str | None:
        """Return the choice of the aspect that a signal with this detail makes."""
        if self.aspect is None:
            return None
        field = self.detail_field(self.aspect)
        chosen = detail.get(self.aspect)
        if chosen is None and field is not None:
            return field.default
        return chosen if isinstance(chosen, str) else None

    def series_of(self, detail: Mapping[str, object]) -> str:
        """Return the series to which a (checked) signal with this detail belongs."""
        choice = self.aspect_choice(detail)
        return self.id if choice is None else f"{self.id}:{choice}"

    @property
    def series(self) -> tuple[str, ...]:
        """Return all series of the indicator, in the order of the registry."""
        field = self.detail_field(self.aspect) if self.aspect else None
        return (self.id,) if field is None else tuple(f"{self.id}:{choice}" for choice in field.choices)


def check_source(indicator: Indicator, source: str) -> None:
    """Refuse a department that is not among the indicator's sources."""
    if source not in indicator.source_departments:
        raise SourceMayNotSend(facts={"indicator": indicator.id})


def series_names(indicators: Mapping[str, Indicator]) -> tuple[str, ...]:
    """Return every series of every indicator, in the order of the registry."""
    return tuple(name for indicator in indicators.values() for name in indicator.series)


def series_of_measure(measure: str) -> str:
    """Return the series that a measure such as `wage_arrears.months` is taken of."""
    return measure.rpartition(".")[0]


def measure_names(indicators: Mapping[str, Indicator]) -> frozenset[str]:
    """Return every measure that a rule may speak of."""
    return frozenset(name for indicator in indicators.values() for name in _measures_of(indicator))


def adding_measures(indicators: Mapping[str, Indicator]) -> frozenset[str]:
    """Return the measures that add up over signals: each signal makes them greater, whatever it says itself."""
    summed = {name for one in indicators.values() if one.combine is Combine.SUM for name in one.series}
    return frozenset(
        measure
        for measure in measure_names(indicators)
        if measure.endswith(_COUNTS) or (measure.endswith(_SUMS) and series_of_measure(measure) in summed)
    )


@dataclass(frozen=True, slots=True)
class RegisteredIndicator:
    """An indicator as a version of the registry brought it."""

    version: int
    position: int
    indicator: Indicator


def registry_on(registered: Sequence[RegisteredIndicator], on: date, version: int) -> dict[str, Indicator]:
    """Return every indicator as it holds on a day, from what the registry knew as of one of its versions.

    One that does not hold yet stands there as it will hold first: it may be granted to a department and a rule may
    be drafted on it, while signals of it are refused.
    """
    told: dict[str, list[RegisteredIndicator]] = {}
    for one in registered:
        if one.version <= version:
            told.setdefault(one.indicator.id, []).append(one)
    return {name: _holding(those, on) for name, those in told.items()}


def _holding(registered: Sequence[RegisteredIndicator], on: date) -> Indicator:
    """Of what has begun the latest counts, of one day the version that came last; else what begins first."""
    begun = [one for one in registered if one.indicator.effective_from <= on]
    first_on = min(one.indicator.effective_from for one in registered)
    chosen = begun or [one for one in registered if one.indicator.effective_from == first_on]
    return max(chosen, key=lambda one: (one.indicator.effective_from, one.version)).indicator


_MEMBERS = frozenset({"version", "effective_from", "indicators"})
_INDICATOR_MEMBERS = frozenset(Indicator.__dataclass_fields__) - {"effective_from"}
_DETAIL_MEMBERS = frozenset(DetailField.__dataclass_fields__) - {"minimum", "maximum"} | {"min", "max"}


def refuse_unknown_members(doc: object) -> None:
    """Refuse what nobody reads, such as a day from which one indicator alone should hold: all hold from the document's.

    Raises DocumentInvalid. What was taken before this was checked is read as ever.
    """
    root = Node.of(doc)
    only_keys(root, _MEMBERS)
    for node in root.at("indicators").items():
        only_keys(node, _INDICATOR_MEMBERS)
        for field in node.at("detail").items():
            only_keys(field, _DETAIL_MEMBERS)


def load_indicators(doc: object) -> dict[str, Indicator]:
    """Read the registry; the first thing wrong is named with its path."""
    root = Node.of(doc)
    effective_from = day(root.at("effective_from"))
    indicators: dict[str, Indicator] = {}
    for node in root.at("indicators").items():
        indicator = _indicator(node, effective_from)
        if indicator.id in indicators:
            fail(node.at("id"), "编号重复", "this id is used twice")
        indicators[indicator.id] = indicator
    return indicators


def _measures_of(indicator: Indicator) -> Iterator[str]:
    measured = [field for field in indicator.detail if field.type != "choice"]
    for series in indicator.series:
        choice = series.partition(":")[2] or None
        for name in SERIES_MEASURES:
            yield f"{series}.{name}"
        for field in measured:
            if field.belongs_to(choice):
                yield f"{series}.{field.name}"


def _indicator(node: Node, effective_from: date) -> Indicator:
    detail = tuple(_detail_field(field) for field in node.at("detail").items())
    indicator = Indicator(
        id=text(node.at("id")),
        name_zh=text(node.at("name_zh")),
        name_en=text(node.at("name_en")),
        unit=text(node.at("unit")),
        source_departments=texts(node.at("source_departments")),
        frequency=text(node.at("frequency")),
        validity_days=whole(node.at("validity_days"), minimum=1),
        owner=text(node.at("owner")),
        combine=Combine(one_of(node.at("combine"), tuple(Combine))),
        fields=tuple(
            cast("NumberField", one_of(field, NUMBER_FIELDS)) for field in node.at("fields").items()
        ),
        aspect=optional_text(node.at("aspect")),
        detail=detail,
        protective=boolean(node.at("protective")),
        article=text(node.at("article")),
        effective_from=effective_from,
    )
    _check_names(node, indicator)
    _check_aspect(node, indicator)
    return indicator


def _detail_field(node: Node) -> DetailField:
    kind = cast("DetailType", one_of(node.at("type"), ("boolean", "number", "choice")))
    choices = texts(node.at("choices")) if kind == "choice" else ()
    names = node.get("choice_names")
    return DetailField(
        name=text(node.at("name")),
        type=kind,
        name_zh=text(node.at("name_zh")),
        name_en=text(node.at("name_en")),
        required=boolean(node.at("required")) if node.has("required") else False,
        choices=choices,
        choice_names=tuple(_names(names.at(choice)) for choice in choices) if names else (),
        default=one_of(node.at("default"), choices) if node.has("default") else None,
        minimum=number(node.at("min")) if node.has("min") else None,
        maximum=number(node.at("max")) if node.has("max") else None,
        aspects=texts(node.at("aspects")) if node.has("aspects") else (),
    )


def _check_names(node: Node, indicator: Indicator) -> None:
    """A detail field may not take the name of a measure that every series has, nor hold `:` or `.`."""
    names = [field.name for field in indicator.detail]
    if len(set(names)) < len(names) or set(names) & {*SERIES_MEASURES, *NUMBER_FIELDS}:
        fail(node.at("detail"), "字段名重复或已被占用", "a field name is used twice or already taken")
    spoken = (indicator.id, *names, *(choice for field in indicator.detail for choice in field.choices))
    if any(mark in name for name in spoken for mark in ":."):
        fail(
            node.at("id"), "编号与字段名不得含冒号或句点", "ids and names may not hold a colon or a full stop"
        )


def _check_aspect(node: Node, indicator: Indicator) -> None:
    """The aspect must be a choice that is always known: required, or with a default."""
    if indicator.aspect is None:
        return
    field = indicator.detail_field(indicator.aspect)
    if field is None or field.type != "choice" or not (field.required or field.default):
        fail(
            node.at("aspect"),
            "须为必填或有默认值的选择字段",
            "must be a choice field that is required or has a default",
        )


def _names(node: Node) -> tuple[str, str]:
    chinese, english = texts(node, count=2)
    return chinese, english
