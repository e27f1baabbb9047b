"""The inspection service: cases of the labour inspectorate (劳动保障监察)."""

import json
from importlib.resources import files

from services.inspection.domain.periods import Periods, parse_periods
from services.inspection.repository.tables import MAILBOXES, metadata
from shared.runtime.spec import ServiceSpec


def read_periods() -> tuple[Periods, ...]:
    """Return the statutory periods of this release."""
    source = files("services.inspection").joinpath("data/inspection_periods.json")
    return parse_periods(json.loads(source.read_text(encoding="utf-8")))


SPEC = ServiceSpec(
    "inspection", "监察服务", "Inspection", metadata, MAILBOXES, "services.inspection.assembly:build"
)
