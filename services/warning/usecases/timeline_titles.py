"""What the entries of a time line are called, in both languages."""

from collections.abc import Mapping
from typing import Any

from services.warning.domain.indicators import Indicator

_LEVELS: Mapping[str, tuple[str, str]] = {
    "none": ("无风险", "none"),
    "watch": ("关注", "watch"),
    "orange": ("橙色", "orange"),
    "red": ("红色", "red"),
}

_ACTIONS: Mapping[str, tuple[str, str]] = {
    "raise": ("发出预警", "raised"),
    "assign": ("派单", "assigned"),
    "reassign": ("改派", "reassigned"),
    "accept": ("签收", "accepted"),
    "reject": ("退回", "rejected"),
    "visit": ("首次到场", "visited"),
    "hand_over": ("移交调解", "handed over"),
    "refer": ("移送监察", "referred"),
    "return": ("退回承办", "returned"),
    "resolve": ("处置完毕", "resolved"),
    "dismiss": ("误报", "false alarm"),
    "close": ("结案", "closed"),
    "reopen": ("重新启动", "reopened"),
    "upgrade": ("升级", "upgraded"),
    "downgrade": ("降级", "downgraded"),
    "escalate": ("提级督办", "escalated"),
    "pause": ("暂停时限", "clocks paused"),
    "resume": ("恢复时限", "clocks resumed"),
}


def title_of(
    kind: str, subject: str, facts: Mapping[str, Any], indicators: Mapping[str, Indicator]
) -> tuple[str, str]:
    """Return the title of an entry; `subject` is a signal's series, a new level, or a warning's step."""
    if kind == "signal":
        return _signal_title(subject, indicators)
    if kind == "assessment":
        before, after = _LEVELS[facts["previous_level"]], _LEVELS[subject]
        return f"评估：{before[0]}→{after[0]}", f"assessed: {before[1]} to {after[1]}"
    zh, en = _ACTIONS.get(subject, (subject, subject))
    level = _LEVELS.get(facts["to_level"], ("", ""))
    return f"{level[0]}预警：{zh}", f"{level[1]} warning: {en}"


def _signal_title(series: str, indicators: Mapping[str, Indicator]) -> tuple[str, str]:
    name, _, choice = series.partition(":")
    indicator = indicators.get(name)
    if indicator is None:
        return series, series
    zh, en = _choice_names(indicator, choice)
    return f"{indicator.name_zh}{zh}", f"{indicator.name_en}{en}"


def _choice_names(indicator: Indicator, choice: str) -> tuple[str, str]:
    field = indicator.detail_field(indicator.aspect) if indicator.aspect else None
    if field is None or choice not in field.choices:
        return "", ""
    if not field.choice_names:
        return f"（{choice}）", f" ({choice})"
    zh, en = field.choice_names[field.choices.index(choice)]
    return f"（{zh}）", f" ({en})"
