"""The warning service: signals, assessments, warnings and their clocks."""

import json
from importlib.resources import files
from pathlib import Path

from services.warning.api import assessments, coordinators, enterprises, rule_packs, signals, warnings
from services.warning.consumers import case_events, gateway_events
from services.warning.consumers.intake_topic import TOPIC, intake_feed
from services.warning.domain.policy import Policy, parse_policies
from services.warning.jobs.assess import assess_job, nightly_job
from services.warning.jobs.set_bands import bands_job
from services.warning.jobs.watch_clocks import audit_job, escalate_job
from services.warning.ml.on_demand import Factory
from services.warning.repository.tables import MAILBOXES, metadata
from services.warning.settings import WarningSettings
from services.warning.usecases.publish_indicators import default_indicators, publish_indicators
from services.warning.usecases.reference_data import ReferenceData
from services.warning.usecases.rule_pack_steps import seed_pack
from shared.contracts.base import JsonObject
from shared.db.tx import WriteTx
from shared.runtime.spec import Context, Service, ServiceSpec
from shared.web.app import add_routes, make_app


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


def build(context: Context) -> Service:
    """Return the built service."""
    factory = Factory()
    reference = ReferenceData(read_policies(WarningSettings().policy_file), factory)
    app = make_app(context.name, SPEC.title_en, context.db, context.tokens)
    app.state.reference = reference
    app.state.model_factory = factory
    app.state.indicators = reference.registry
    rooms = (signals, warnings, enterprises, coordinators, rule_packs, assessments)
    add_routes(app, *(room.router for room in rooms))
    db = context.db
    return Service(
        app=app,
        handlers={**gateway_events.handlers(reference), **case_events.handlers(reference)},
        feeds={TOPIC: intake_feed(reference.registry)},
        jobs=(
            assess_job(db, reference),
            nightly_job(db),
            bands_job(db, reference),
            escalate_job(db, reference),
            audit_job(db),
        ),
    )


SPEC = ServiceSpec("warning", "预警服务", "Early warning", metadata, MAILBOXES, build, seed)
