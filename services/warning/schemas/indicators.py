"""The indicator registry as clients read it."""

from collections.abc import Iterable
from datetime import date

from services.warning.domain.indicators import DetailField, Indicator
from shared.contracts.base import Outgoing


class DetailFieldOut(Outgoing):
    """A further field of an indicator's signals, under `detail`."""

    name: str
    type: str
    name_zh: str
    name_en: str
    required: bool
    choices: list[str]


class IndicatorOut(Outgoing):
    """What may be reported: unit, who reports it, how often, how long it holds."""

    id: str
    name_zh: str
    name_en: str
    unit: str
    source_departments: list[str]
    frequency: str
    validity_days: int
    owner: str
    combine: str
    fields: list[str]
    detail: list[DetailFieldOut]
    protective: bool
    article: str
    effective_from: date


class IndicatorList(Outgoing):
    """All registered indicators; there are few."""

    items: list[IndicatorOut]
    next_cursor: None = None


def indicator_list(indicators: Iterable[Indicator]) -> IndicatorList:
    """Return the registry in its order."""
    return IndicatorList(items=[_indicator(one) for one in indicators])


def _indicator(one: Indicator) -> IndicatorOut:
    return IndicatorOut(
        id=one.id,
        name_zh=one.name_zh,
        name_en=one.name_en,
        unit=one.unit,
        source_departments=list(one.source_departments),
        frequency=one.frequency,
        validity_days=one.validity_days,
        owner=one.owner,
        combine=one.combine.value,
        fields=list(one.fields),
        detail=[_detail(field) for field in one.detail],
        protective=one.protective,
        article=one.article,
        effective_from=one.effective_from,
    )


def _detail(field: DetailField) -> DetailFieldOut:
    return DetailFieldOut(
        name=field.name,
        type=field.type,
        name_zh=field.name_zh,
        name_en=field.name_en,
        required=field.required,
        choices=list(field.choices),
    )
