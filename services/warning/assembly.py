"""Builds the warning service of its parts."""

from services.warning.api import assessments, coordinators, enterprises, rule_packs, signals, warnings
from services.warning.consumers import case_events, gateway_events
from services.warning.consumers.intake_topic import TOPIC, intake_feed
from services.warning.jobs.assess import assess_job, nightly_job
from services.warning.jobs.set_bands import bands_job
from services.warning.jobs.watch_clocks import audit_job, escalate_job, stand_in_job
from services.warning.ml.on_demand import Factory
from services.warning.service import SPEC, read_policies
from services.warning.settings import WarningSettings
from services.warning.usecases.reference_data import ReferenceData
from shared.runtime.service import Context, Service
from shared.web.app import add_routes, make_app


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
        feeds={TOPIC: intake_feed(reference.registry, context.tokens)},
        jobs=(
            assess_job(db, reference),
            nightly_job(db),
            bands_job(db, reference),
            escalate_job(db, reference),
            stand_in_job(db, reference),
            audit_job(db),
        ),
    )
