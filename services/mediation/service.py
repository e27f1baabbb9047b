"""The mediation service: cases in the four-tier mediation network (区、街镇、园区楼宇行业、企业)."""

import json
from importlib.resources import files

from services.mediation.domain.policy import Policy, parse_policies
from services.mediation.repository.tables import MAILBOXES, metadata
from services.mediation.usecases.keep_organisations import seed_centre
from shared.runtime.spec import ServiceSpec


def read_policies() -> tuple[Policy, ...]:
    """Return the policies of this release."""
    document = files("services.mediation").joinpath("data/mediation_policy.json")
    return parse_policies(json.loads(document.read_text(encoding="utf-8")))


SPEC = ServiceSpec(
    "mediation",
    "调解服务",
    "Mediation",
    metadata,
    MAILBOXES,
    "services.mediation.assembly:build",
    seed_centre,
)
