from datetime import date

import pytest

from services.warning.ml.features import feature_rows
from services.warning.ml.sentences import Sentences
from tests.ml.reports import Report, facts_of

TODAY = date(2026, 11, 22)
_DAY = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("report", "zh", "en"),
    [
        (
            Report("power_use_drop", _DAY, detail={"drop_percent": 62, "cut_off": 1}),
            "用电量下降 同比降幅 62%，已停电，近90天 1 次",
            "power-use drop: drop against the same month last year 62%, power was cut off, 1 in the last 90 days",
        ),
        (
            Report("labour_relations_change:layoff_plan", _DAY, workers=1, detail={"without_notice": 1}),
            "劳动关系异动（经济性裁员方案） 涉及 1 人，未提前三十日说明情况，近90天 1 次",
            (
                "abnormal labour-relations change (mass-layoff plan): "
                "1 worker, no explanation thirty days ahead, 1 in the last 90 days"
            ),
        ),
        (
            Report("wage_arrears", date(2026, 7, 10), months=1),
            "欠薪 近180天 1 次",
            "wage arrears: 1 in the last 180 days",
        ),
        (
            Report("wage_arrears", date(2025, 7, 10), months=1),
            "曾有欠薪记录",
            "earlier record of wage arrears",
        ),
        (
            Report("collective_contract", _DAY, detail={"in_force": 1}),
            "集体合同（有利因素）",
            "collective contract (lowers the risk)",
        ),
    ],
)
def test_a_series_is_told_with_its_figures(report: Report, zh: str, en: str) -> None:
    rows = feature_rows(facts_of([report, Report("complaint", _DAY)]), TODAY)
    assert Sentences(rows).of(report.series, 0) == (zh, en)


@pytest.mark.parametrize(
    ("feature", "zh", "en"),
    [
        ("enterprise.log_headcount", "职工 120 人", "120 employees"),
        ("enterprise.industry", "行业：不详", "industry: unknown"),
        ("enterprise.sole_trader", "个体工商户", "sole trader"),
    ],
)
def test_an_attribute_is_told_with_its_value(feature: str, zh: str, en: str) -> None:
    assert Sentences(feature_rows(facts_of([], headcount=120), TODAY)).of(feature, 0) == (zh, en)
