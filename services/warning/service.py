"""The warning service: signals, assessments, warnings and their clocks."""

import json
from importlib.resources import files
from pathlib import Path

from services.warning.domain.policy import Policy, parse_policies
from services.warning.repository import tables, warning_tables
from services.warning.usecases.publish_indicators import default_indicators, publish_indicators
from services.warning.usecases.rule_pack_steps import seed_pack
from shared.contracts.base import JsonObject
from shared.db.tx import WriteTx
from shared.runtime.spec import ServiceSpec

# A table is known once its module is loaded.
TABLES = (tables, warning_tables)


def read_policies(path: Path | None) -> tuple[Policy, ...]:
    """Return the handling policies of a file, or of this release. Raises DocumentInvalid."""
    source = path if path is not None else files("services.warning").joinpath("data/policy.json")
    return parse_policies(json.loads(source.read_text(encoding="utf-8")))


def default_rule_pack() -> JsonObject:
    """Return the rule pack of this release."""
    document: JsonObject = json.loads(
        files("services.warning").joinpath("data/rule_pack.json").read_text(encoding="utf-8")
    )
    return document


async def seed(tx: WriteTx) -> None:
    """Put this release's indicators and default rule pack in place."""
    await publish_indicators(tx, default_indicators())
    await seed_pack(tx, default_rule_pack())


SPEC = ServiceSpec(
    "warning",
    "预警服务",
    "Early warning",
    tables.metadata,
    tables.MAILBOXES,
    "services.warning.assembly:build",
    seed,
)
