"""What the tests of the warning domain start from: the shipped data, and a few short ways to say things."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

from services.warning.domain.indicators import Indicator, load_indicators, measure_names
from services.warning.domain.policy import Policy, parse_policies, policy_on
from services.warning.domain.rule_pack import RulePack, parse_rule_pack
from services.warning.domain.signals import SignalContent
from shared.kernel.calendar import ChinaCalendar
from shared.kernel.clock import SHANGHAI

CALENDAR = ChinaCalendar()
TODAY = date(2026, 11, 22)


def document(name: str) -> Any:
    """Return a shipped data file."""
    return json.loads(files("services.warning").joinpath("data", name).read_text(encoding="utf-8"))


INDICATORS: dict[str, Indicator] = load_indicators(document("indicators.json"))
PACK: RulePack = parse_rule_pack(document("rule_pack.json"), measure_names(INDICATORS))
POLICY: Policy = policy_on(parse_policies(document("policy.json")), TODAY)


def shanghai(text: str) -> datetime:
    """Return the instant of a local time written 2026-11-20 09:00."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def a_signal(**changes: Any) -> SignalContent:
    """Return a sound report of wage arrears, with changes."""
    content: dict[str, Any] = {
        "source": "hrss",
        "source_ref": "A-1",
        "uscc": "91110000600037341L",
        "indicator": "wage_arrears",
        "period": "2026-10",
        "occurred_on": None,
        "amount_cny": Decimal("1200.50"),
        "months": 2,
        "workers": 12,
        "detail": {},
        "corrects": None,
    }
    return SignalContent(**(content | changes))
