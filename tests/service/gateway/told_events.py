"""An event of each kind that somebody is told of, with who hears of it and in which words."""

from collections.abc import Iterator
from uuid import UUID

from shared.auth.permissions import Role
from shared.events import inspection, mediation, warning
from shared.events.base import Event, Recipient
from shared.kernel.ids import new_id
from tests.service.gateway.newsroom import (
    DISTRICT,
    DISTRICT_OFFICE,
    TOWN,
    TOWN_OFFICE,
    assigned,
    case_facts,
    facts,
)
from tests.support.system import System

LEADING_GROUP = Recipient(role="leading_group", division=DISTRICT)
MEDIATORS = Recipient(role=Role.MEDIATOR, division=TOWN)
INSPECTORS = Recipient(role=Role.INSPECTOR, division=DISTRICT)

Told = tuple[Event, str, str]


def every_event(system: System, one: UUID) -> Iterator[Told]:
    """Give each event; `one` is the coordinator, or the officer, whom it names."""
    yield from _of_warnings(system, one)
    yield from _of_mediation(system, one)
    yield from _of_inspection(system, one)


def _of_warnings(system: System, one: UUID) -> Iterator[Told]:
    of = facts(system)
    rules = {**of, "rule_ids": ("wage_arrears",), "told": (DISTRICT_OFFICE, TOWN_OFFICE)}
    owner = Recipient(role=Role.GRID_COORDINATOR, division=TOWN, account_id=one)
    both = "town district"

    event: Event = warning.WarningRaised.model_validate({**rules, "double_red": False})
    yield event, both, "新的红色预警，请跟进"
    event = warning.WarningReopened.model_validate(rules)
    yield event, both, "已办结的红色预警再次触发，已重新开启"
    yield warning.WarningUpgraded.model_validate(rules), both, "橙色预警升级为红色"
    moved = {"from_division": "310112103", "grid_cell": None, "assignee_id": one, "queue_division": None}
    yield warning.WarningMoved.model_validate({**of, **moved}), "town", "红色预警的企业已迁入本街镇"
    told = (owner, DISTRICT_OFFICE, LEADING_GROUP)
    event = warning.WarningEscalated.model_validate(
        {**of, "cause": "accept", "to": "leading_group", "told": told}
    )
    yield event, "coordinator district", "红色预警逾期未签收，已上报领导小组"
    back = {"by": "mediation", "cause": "failed", "assignee_id": one, "queue_division": None}
    event = warning.WarningReturned.model_validate({**of, **back})
    yield event, "coordinator", "调解未达成协议，红色预警退回，请继续处置"
    more = {"rule_ids": ("rent_arrears",), "assignee_id": one}
    event = warning.WarningEvidenceAdded.model_validate({**of, **more})
    yield event, "coordinator", "红色预警有新的依据，请查看"
    event = warning.WarningOutcomeRecorded.model_validate({**of, "outcome": "resolved"})
    yield event, "town", "红色预警已化解，请核实并办结"
    yield assigned(system, one), "coordinator", "红色预警已派给您，请签收"


def _of_mediation(system: System, one: UUID) -> Iterator[Told]:
    case = {**case_facts(system), "organisation_id": new_id(), "told": (MEDIATORS,)}

    opened = {"tier": "town", "organisation_name": "调委会", "rule_id": "r"}
    event: Event = mediation.MediationCaseOpened.model_validate({**case, **opened})
    yield event, "mediator", "新的调解案件，请受理"
    offer = {"to_organisation_id": new_id(), "to_tier": "district", "reason": "难"}
    event = mediation.MediationTransferOffered.model_validate({**case, **offer})
    yield event, "mediator", "有调解案件拟移送您处，请答复"
    taken = {"from_organisation_id": new_id(), "tier": "district", "organisation_name": "调委会"}
    event = mediation.MediationTransferAccepted.model_validate({**case, **taken})
    yield event, "mediator", "调解案件已转办"
    refusal = {"by_organisation_id": new_id(), "reason": "不收"}
    event = mediation.MediationTransferReturned.model_validate({**case, **refusal})
    yield event, "mediator", "移送的调解案件被退回，请继续办理"
    event = mediation.MediationCaseReleased.model_validate({**case, "cause": "account_disabled"})
    yield event, "mediator", "调解员离岗，案件待接手"
    graver = {"from_level": "orange", "level": "red", "tier": "park", "lowest_tier": "town"}
    event = mediation.MediationCaseLevelChanged.model_validate({**case, **graver})
    yield event, "mediator", "调解案件预警升级，应由更高层级组织办理，请考虑移送"
    due = {"rule_id": "mediation.end", "due_at": system.clock.now(), "told": (MEDIATORS, TOWN_OFFICE)}
    event = mediation.MediationClockBreached.model_validate({**case, **due})
    yield event, "mediator town", "调解案件逾期，请处理"
    del case["told"]
    settled = {"mediator_id": one, "amount_cny": None, "due_on": None, "reason": "好了"}
    agreed = {"outcome": "agreement", "deemed": False}
    event = mediation.MediationCaseClosed.model_validate({**case, **settled, **agreed})
    yield event, "town district", "调解达成协议，案件已结"


def _of_inspection(system: System, one: UUID) -> Iterator[Told]:
    case = case_facts(system)
    told = {"told": (INSPECTORS,)}

    event: Event = inspection.InspectionCaseOpened.model_validate({**case, **told})
    yield event, "inspector", "新的监察案件，请承办"
    event = inspection.InspectionOfficersAssigned.model_validate({**case, "officer_ids": (one, new_id())})
    yield event, "coordinator", "监察案件已派给您承办"
    event = inspection.InspectionReplacementNeeded.model_validate(
        {**case, **told, "left_officer_ids": (one,)}
    )
    yield event, "inspector", "监察员离岗，案件待补派人员"
    event = inspection.InspectionExtensionRequested.model_validate(
        {**case, "reason": "案情复杂", "told": (DISTRICT_OFFICE,)}
    )
    yield event, "district", "监察案件申请延长办案期限，请审批"
    decided = {"approved": True, "due_at": system.clock.now()}
    event = inspection.InspectionExtensionDecided.model_validate({**case, **told, **decided})
    yield event, "inspector", "延长办案期限已批准"
    due = {"rule_id": "rectify", "due_at": system.clock.now()}
    event = inspection.InspectionClockBreached.model_validate({**case, **told, **due})
    yield event, "inspector", "监察案件逾期，请处理"
    outcome = {"outcome": "rectified", "amount_cny": None, "reason": "已改"}
    event = inspection.InspectionCaseClosed.model_validate({**case, **outcome})
    yield event, "town district", "监察案件已结：已整改"
