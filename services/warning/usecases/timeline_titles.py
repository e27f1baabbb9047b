"""What the entries of a time line are called, in both languages."""

from collections.abc import Mapping
from typing import Any

from services.warning.domain.indicators import Indicator

LEVELS: Mapping[str, tuple[str, str]] = {
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
    "contradict": ("新信号与处置结果不符", "new signals contradict the outcome"),
    "follow_workplace": ("随企业迁移", "follows the workplace"),
    "add_evidence": ("新增依据", "further evidence"),
    # As it was called while only further rules were told.
    "add_rules": ("新增依据", "further evidence"),
    "close": ("结案", "closed"),
    "reopen": ("重新启动", "reopened"),
    "upgrade": ("升级", "upgraded"),
    "downgrade": ("降级", "downgraded"),
    "escalate": ("提级督办", "escalated"),
    "pause": ("暂停时限", "clocks paused"),
    "resume": ("恢复时限", "clocks resumed"),
}


_SERVICES: Mapping[str, tuple[str, str]] = {
    "mediation": ("调解", "mediation"),
    "inspection": ("监察", "inspection"),
}

_CASE_STEPS: Mapping[str, tuple[str, str]] = {
    "opened": ("收件", "case received"),
    "accepted": ("受理", "accepted"),
    "released": ("调解员离岗，待接手", "the mediator left"),
    "level_changed": ("预警等级变化", "the warning's level changed"),
    "session_recorded": ("调解会", "session held"),
    "extended": ("双方同意延期", "extended by both parties"),
    "transfer_offered": ("提请转办", "transfer offered"),
    "transfer_accepted": ("转办", "transferred"),
    "transfer_returned": ("转办退回", "transfer returned"),
    "clock_breached": ("超期", "deadline missed"),
    "officers_assigned": ("立案", "two officers assigned"),
    "finding_recorded": ("检查结论", "finding recorded"),
    "order_issued": ("责令限期改正", "ordered to put it right"),
    "rectified": ("确认已改正", "put right"),
    "extension_requested": ("申请延长办案期限", "extension asked for"),
    "extension_decided": ("延长办案期限的决定", "extension decided"),
    "replacement_needed": ("监察员离岗，待补", "an officer left"),
    "closed": ("结案", "closed"),
}

_OUTCOMES: Mapping[str, tuple[str, str]] = {
    "agreement": ("（达成协议）", " (agreement)"),
    "failed": ("（调解不成）", " (failed)"),
    "withdrawn": ("（撤回）", " (withdrawn)"),
    "rectified": ("（已改正）", " (put right)"),
    "no_violation": ("（未发现违法）", " (nothing found)"),
    "not_rectified": ("（逾期未改正）", " (not put right)"),
}


def title_of(
    kind: str, subject: str, facts: Mapping[str, Any], indicators: Mapping[str, Indicator]
) -> tuple[str, str]:
    """Return the title of an entry; `subject` is a signal's series, a new level, or a warning's step."""
    if kind == "signal":
        return _signal_title(subject, indicators)
    if kind == "assessment":
        before, after = LEVELS[facts["previous_level"]], LEVELS[subject]
        return f"评估：{before[0]}→{after[0]}", f"assessed: {before[1]} to {after[1]}"
    if kind in _SERVICES:
        (body_zh, body_en), (zh, en) = _SERVICES[kind], _CASE_STEPS.get(subject, (subject, subject))
        outcome = _OUTCOMES.get(facts.get("outcome", ""), ("", ""))
        return f"{body_zh}：{zh}{outcome[0]}", f"{body_en}: {en}{outcome[1]}"
    zh, en = _ACTIONS.get(subject, (subject, subject))
    level = LEVELS.get(facts["to_level"], ("", ""))
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
