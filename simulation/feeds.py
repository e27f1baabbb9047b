"""Which department sends which indicator, as the world outside sees it, and how soon after the fact."""

from dataclasses import dataclass
from typing import NamedTuple


class Feed(NamedTuple):
    """One indicator from one department, told by the month or by the day."""

    source: str
    indicator: str
    monthly: bool


@dataclass(frozen=True, slots=True)
class Department:
    """A department that reports; `delay_days` after the month's end or the day, and the share that is late."""

    source: str
    name_zh: str
    name_en: str
    indicators: tuple[str, ...]
    monthly_delay_days: tuple[int, int]
    event_delay_days: tuple[int, int]
    late_share: float
    around_the_clock: bool = False


DEPARTMENTS: tuple[Department, ...] = (
    Department(
        "hrss",
        "区人力资源和社会保障局",
        "District Human Resources and Social Security Bureau",
        (
            "wage_arrears",
            "arbitration_case",
            "wage_blacklist",
            "pay_below_minimum",
            "excess_overtime",
            "harmonious_award",
            "compliance_grade",
            "collective_contract",
            "labour_relations_change",
        ),
        (4, 14),
        (0, 4),
        0.05,
    ),
    Department(
        "social_insurance",
        "区社会保险事业管理中心",
        "District Social Insurance Centre",
        ("social_insurance_arrears", "labour_relations_change"),
        (8, 15),
        (1, 5),
        0.04,
    ),
    Department(
        "park",
        "园区与物业管理方",
        "Parks and property managers",
        ("rent_arrears", "labour_relations_change"),
        (3, 12),
        (1, 6),
        0.08,
    ),
    Department(
        "tax",
        "区税务局",
        "District Tax Bureau",
        ("tax_arrears", "tax_declaration_missed"),
        (14, 18),
        (2, 6),
        0.04,
    ),
    Department(
        "utility",
        "供电供水企业",
        "Power and water suppliers",
        ("power_use_drop", "water_use_drop"),
        (4, 9),
        (1, 3),
        0.03,
    ),
    Department(
        "hotline",
        "12345、12333热线",
        "Hotlines 12345 and 12333",
        ("complaint",),
        (1, 2),
        (0, 1),
        0.02,
        around_the_clock=True,
    ),
    Department(
        "court", "区人民法院", "District People's Court", ("court_enforcement",), (5, 12), (2, 9), 0.08
    ),
    Department(
        "market_regulator",
        "区市场监督管理局",
        "District Market Regulation Bureau",
        ("licence_change",),
        (5, 12),
        (1, 7),
        0.06,
    ),
    Department(
        "street",
        "街镇劳动保障服务所",
        "Street and town labour offices",
        ("wage_arrears", "rent_arrears", "labour_relations_change"),
        (1, 9),
        (0, 3),
        0.07,
    ),
)

SOURCES: tuple[str, ...] = tuple(department.source for department in DEPARTMENTS)
INDICATORS: tuple[str, ...] = tuple(
    sorted({indicator for department in DEPARTMENTS for indicator in department.indicators})
)
SOURCE_NUMBER = {source: number for number, source in enumerate(SOURCES)}
INDICATOR_NUMBER = {indicator: number for number, indicator in enumerate(INDICATORS)}
