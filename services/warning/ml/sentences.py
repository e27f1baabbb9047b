"""Reasons as short sentences with their figures, simplified Chinese with English beside."""

from collections.abc import Iterator, Mapping

import numpy as np

from services.warning.ml.catalogue import HEADCOUNT, INDUSTRY, SOLE_TRADER, Series
from services.warning.ml.features import FeatureRows

# GB/T 4754-2017, sections A to T.
_SECTIONS = (
    ("农、林、牧、渔业", "agriculture, forestry, animal husbandry and fishery"),
    ("采矿业", "mining"),
    ("制造业", "manufacturing"),
    ("电力、热力、燃气及水生产和供应业", "electricity, heat, gas and water supply"),
    ("建筑业", "construction"),
    ("批发和零售业", "wholesale and retail"),
    ("交通运输、仓储和邮政业", "transport, storage and post"),
    ("住宿和餐饮业", "accommodation and catering"),
    ("信息传输、软件和信息技术服务业", "information technology"),
    ("金融业", "finance"),
    ("房地产业", "real estate"),
    ("租赁和商务服务业", "leasing and business services"),
    ("科学研究和技术服务业", "research and technical services"),
    ("水利、环境和公共设施管理业", "water, environment and public facilities"),
    ("居民服务、修理和其他服务业", "household services and repair"),
    ("教育", "education"),
    ("卫生和社会工作", "health and social work"),
    ("文化、体育和娱乐业", "culture, sports and entertainment"),
    ("公共管理、社会保障和社会组织", "public administration and social organisations"),
    ("国际组织", "international organisations"),
)

Sentence = tuple[str, str]


class Sentences:
    """Tells what a reason's group looks like in one row."""

    def __init__(self, rows: FeatureRows) -> None:
        self._rows = rows

    def of(self, group: str, position: int) -> Sentence:
        """Return the sentence for a series, or for an attribute of the enterprise itself."""
        rows, catalogue = self._rows, self._rows.catalogue
        if group == HEADCOUNT:
            return _headcount_sentence(float(rows.headcount[position]))
        if group == INDUSTRY:
            return _industry_sentence(int(rows.features[position, catalogue.feature_position[INDUSTRY]]) - 1)
        if group == SOLE_TRADER:
            return "个体工商户", "sole trader"
        series = catalogue.position[group]
        return _series_sentence(catalogue.series[series], self._measures_of(series, position))

    def _measures_of(self, series: int, position: int) -> Mapping[str, float]:
        rows, width = self._rows, self._rows.catalogue.width
        start, end = np.searchsorted(rows.measure_row, (position, position + 1))
        return {
            rows.catalogue.measure_names[column].rpartition(".")[2]: value
            for column, value in zip(
                rows.measure_column[start:end].tolist(), rows.measure_value[start:end].tolist(), strict=True
            )
            if column // width == series
        }


def _headcount_sentence(headcount: float) -> Sentence:
    if not headcount > 0:
        return "职工人数不详", "headcount unknown"
    return f"职工 {headcount:.0f} 人", _counted(headcount, "employee")


def _industry_sentence(section: int) -> Sentence:
    zh, en = _SECTIONS[section] if section >= 0 else ("不详", "unknown")
    return f"行业：{zh}", f"industry: {en}"


def _series_sentence(series: Series, measures: Mapping[str, float]) -> Sentence:
    name_zh, name_en = series.title
    if series.indicator.protective:
        return f"{name_zh}（有利因素）", f"{name_en} (lowers the risk)"
    figures = list(_figures(series, measures))
    if not figures:
        return f"曾有{name_zh}记录", f"earlier record of {name_en}"
    zh, en = zip(*figures, strict=True)
    return f"{name_zh} {'，'.join(zh)}", f"{name_en}: {', '.join(en)}"


def _figures(series: Series, measures: Mapping[str, float]) -> Iterator[Sentence]:
    reports_months = "months" in series.indicator.fields
    if reports_months and measures.get("months"):
        yield f"{measures['months']:g} 个月", _counted(measures["months"], "month")
    if measures.get("amount_cny"):
        yield f"金额 {measures['amount_cny']:,.0f} 元", f"CNY {measures['amount_cny']:,.0f}"
    if measures.get("workers"):
        yield f"涉及 {measures['workers']:g} 人", _counted(measures["workers"], "worker")
    yield from _detail_figures(series, measures)
    if not reports_months or not measures.get("active"):
        yield from _count_figures(measures)


def _detail_figures(series: Series, measures: Mapping[str, float]) -> Iterator[Sentence]:
    for field in series.measured:
        value = measures.get(field.name)
        if value and field.type == "boolean":
            yield field.name_zh, field.name_en
        elif value and field.type == "number":
            yield _with_unit(field.name_zh, "（%）", value), _with_unit(field.name_en, " (%)", value)


def _counted(number: float, noun: str) -> str:
    return f"{number:,.10g} {noun}" if number == 1 else f"{number:,.10g} {noun}s"


def _with_unit(name: str, percent: str, value: float) -> str:
    if name.endswith(percent):
        return f"{name.removesuffix(percent)} {value:g}%"
    return f"{name} {value:g}"


def _count_figures(measures: Mapping[str, float]) -> Iterator[Sentence]:
    for days in (90, 180):
        count = measures.get(f"count_{days}d")
        if count:
            yield f"近{days}天 {count:g} 次", f"{count:g} in the last {days} days"
            return
