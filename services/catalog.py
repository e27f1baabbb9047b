"""Composition root: the only module that sees all four services."""

from collections.abc import Mapping

from services.gateway.service import SPEC as GATEWAY
from services.inspection.service import SPEC as INSPECTION
from services.mediation.service import SPEC as MEDIATION
from services.warning.service import SPEC as WARNING
from shared.runtime.spec import ServiceSpec

SPECS: Mapping[str, ServiceSpec] = {spec.name: spec for spec in (WARNING, MEDIATION, INSPECTION, GATEWAY)}
