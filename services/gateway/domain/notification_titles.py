"""The sentences of notifications, as data: by kind, and where it says more by kind and variant."""

import re
from collections.abc import Mapping
from typing import Final

from services.gateway.domain.notifications import Title

_LEVELS: Final[Mapping[str, Title]] = {"red": Title("红色", "red"), "orange": Title("橙色", "orange")}
_AUTHORITIES: Final[Mapping[str, Title]] = {
    "town": Title("街镇", "town"),
    "district": Title("区级", "district"),
    "leading_group": Title("领导小组", "leading group"),
}
_NOTHING: Final = Title("", "")

TITLES: Final[Mapping[str, Title]] = {
    "warning_raised": Title("新的{level}预警，请跟进", "New {level} warning: please follow it up"),
    "warning_raised.double_red": Title(
        "新的红色预警，距上一次红色办结不久，请跟进", "New red warning soon after the last red was closed"
    ),
    "warning_reopened": Title(
        "已办结的{level}预警再次触发，已重新开启",
        "A closed {level} warning was reopened: its rule fired again",
    ),
    "warning_upgraded": Title("橙色预警升级为红色", "An orange warning became red"),
    "warning_moved": Title(
        "{level}预警的企业已迁入本街镇", "The enterprise of a {level} warning moved into your town"
    ),
    "warning_lost": Title(
        "{level}预警已转由他人承办，您无需再办",
        "A {level} warning went to somebody else: nothing is left for you to do",
    ),
    "warning_lost.moved": Title(
        "{level}预警的企业已迁出本街镇，不再由本街镇承办",
        "The enterprise of a {level} warning moved away: it is no longer your town's",
    ),
    "warning_escalated": Title(
        "{level}预警逾期，已上报{to}", "A {level} warning is overdue and was escalated to the {to}"
    ),
    "warning_escalated.accept": Title(
        "{level}预警逾期未签收，已上报{to}",
        "A {level} warning was not accepted in time: escalated to the {to}",
    ),
    "warning_escalated.visit": Title(
        "{level}预警逾期未到场，已上报{to}",
        "A {level} warning was not visited in time: escalated to the {to}",
    ),
    "warning_escalated.plan": Title(
        "{level}预警逾期未定处置方案，已上报{to}",
        "A {level} warning has no plan in time: escalated to the {to}",
    ),
    "warning_escalated.review": Title(
        "{level}预警逾期未复核，已上报{to}",
        "A {level} warning was not reviewed in time: escalated to the {to}",
    ),
    "warning_escalated.double_red": Title(
        "企业再次出现红色预警，已上报{to}", "A second red in a row was escalated to the {to}"
    ),
    "warning_assigned": Title(
        "{level}预警已派给您，请签收", "A {level} warning was assigned to you: please accept it"
    ),
    "warning_assigned.owned": Title(
        "{level}预警现由您负责，目前无需签收",
        "A {level} warning is yours now: nothing is to be accepted yet",
    ),
    "warning_assigned.queue": Title(
        "{level}预警暂无人可派，请指派", "Nobody is free for a {level} warning: please assign it"
    ),
    "warning_returned": Title(
        "{level}预警被退回，请继续处置", "A {level} warning came back: please go on with it"
    ),
    "warning_returned.mediation": Title(
        "调解未达成协议，{level}预警退回，请继续处置",
        "Mediation ended without an agreement and a {level} warning came back: please go on",
    ),
    "warning_returned.inspection": Title(
        "监察未能解决，{level}预警退回，请继续处置",
        "Inspection did not settle it and a {level} warning came back: please go on",
    ),
    "warning_returned.assessment": Title(
        "新信号与处置结果不符，{level}预警退回，请重新核查",
        "New signals contradict the outcome of a {level} warning: please look into it again",
    ),
    "warning_evidence_added": Title(
        "{level}预警有新的依据，请查看", "Further rules fired for a {level} warning: please look at it"
    ),
    "warning_outcome": Title(
        "{level}预警已有处置结果，请核实并办结", "A {level} warning has an outcome: please check and close it"
    ),
    "warning_outcome.resolved": Title(
        "{level}预警已化解，请核实并办结", "A {level} warning was resolved: please check and close it"
    ),
    "warning_outcome.false_alarm": Title(
        "{level}预警经查为误报，请核实并办结",
        "A {level} warning was a false alarm: please check and close it",
    ),
    "mediation_opened": Title("新的调解案件，请受理", "New mediation case: please accept it"),
    "mediation_released": Title(
        "调解员离岗，案件待接手", "A mediator left: the case waits for a colleague to take it over"
    ),
    "mediation_transfer_offered": Title(
        "有调解案件拟移送您处，请答复", "A mediation case is offered to you: please answer"
    ),
    "mediation_transfer_accepted": Title("调解案件已转办", "A mediation case was transferred"),
    "mediation_transfer_returned": Title(
        "移送的调解案件被退回，请继续办理",
        "A mediation case that was offered came back: please go on with it",
    ),
    "mediation_level_changed": Title(
        "调解案件预警升级，应由更高层级组织办理，请考虑移送",
        "A mediation case's warning became graver: it belongs to a higher tier, please consider a transfer",
    ),
    "mediation_overdue": Title("调解案件逾期，请处理", "A mediation case is overdue: please see to it"),
    "mediation_closed": Title("调解案件已结", "A mediation case was closed"),
    "mediation_closed.agreement": Title("调解达成协议，案件已结", "Mediation ended with an agreement"),
    "mediation_closed.failed": Title("调解不成，案件已结", "Mediation failed"),
    "mediation_closed.deemed": Title(
        "调解期满，视为调解不成，案件已结", "The period of mediation ended: it counts as failed"
    ),
    "mediation_closed.withdrawn": Title(
        "调解申请已撤回，案件已结", "The request for mediation was withdrawn"
    ),
    "inspection_opened": Title("新的监察案件，请承办", "New inspection case: please take it"),
    "inspection_assigned": Title("监察案件已派给您承办", "An inspection case was assigned to you"),
    "inspection_replacement_needed": Title(
        "监察员离岗，案件待补派人员", "An officer left: the case needs somebody to stand in"
    ),
    "inspection_extension_requested": Title(
        "监察案件申请延长办案期限，请审批", "An inspection needs more time: please decide"
    ),
    "inspection_extension_decided": Title("延长办案期限的申请已有决定", "The extension was decided"),
    "inspection_extension_decided.approved": Title("延长办案期限已批准", "The extension was approved"),
    "inspection_extension_decided.refused": Title("延长办案期限未获批准", "The extension was refused"),
    "inspection_overdue": Title("监察案件逾期，请处理", "An inspection case is overdue: please see to it"),
    "inspection_closed": Title("监察案件已结", "An inspection case was closed"),
    "inspection_closed.rectified": Title(
        "监察案件已结：已整改", "Inspection ended: the employer put it right"
    ),
    "inspection_closed.no_violation": Title(
        "监察案件已结：未发现违法", "Inspection ended: no violation found"
    ),
    "inspection_closed.not_rectified": Title("监察案件已结：未整改", "Inspection ended: not put right"),
    "assistance_received": Title(
        "友好仲裁院请求协助，请受理或答复", "A partner institution asks for assistance: please decide"
    ),
    "assistance_decided": Title("协助请求已有答复", "A partner has decided on a request for assistance"),
    "assistance_decided.accepted": Title("协助请求已被受理", "A partner accepted a request for assistance"),
    "assistance_decided.refused": Title(
        "协助请求未获协助，请查看理由", "A partner refused a request for assistance: please see why"
    ),
    "assistance_undeliverable": Title(
        "给友好仲裁院的报文无法送达，请查明后重发",
        "A message to a partner institution could not be delivered: please find out why and send it again",
    ),
}


# One of the two colours begins with a vowel.
_ARTICLE = re.compile(r"\b([Aa]) (?=orange\b)")


def title_of(kind: str, variant: str = "", *, level: str | None = None, to: str | None = None) -> Title:
    """Return the sentence; a variant that has none of its own gets its kind's. Raises KeyError for no kind."""
    title = TITLES.get(f"{kind}.{variant}") or TITLES[kind]
    colour = _LEVELS[level] if level is not None else _NOTHING
    authority = _AUTHORITIES[to] if to is not None else _NOTHING
    en = title.en.format(level=colour.en, to=authority.en)
    return Title(title.zh.format(level=colour.zh, to=authority.zh), _ARTICLE.sub(r"\1n ", en))
