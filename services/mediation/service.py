"""The mediation service: cases in the four-tier mediation network (区、街镇、园区楼宇行业、企业)."""

import json
from importlib.resources import files

from services.mediation.api import cases, organisations
from services.mediation.consumers import gateway_events, warning_events
from services.mediation.domain.policy import Policy, parse_policies
from services.mediation.jobs.watch_clocks import breaches_job
from services.mediation.repository.tables import MAILBOXES, metadata
from services.mediation.usecases.keep_organisations import seed_centre
from services.mediation.usecases.timing import TimingSource
from shared.runtime.spec import Context, Service, ServiceSpec
from shared.web.app import add_routes, make_app


def read_policies() -> tuple[Policy, ...]:
    """Return the policies of this release."""
    document = files("services.mediation").joinpath("data/mediation_policy.json")
    return parse_policies(json.loads(document.read_text(encoding="utf-8")))


def build(context: Context) -> Service:
    """Return the built service."""
    timing = TimingSource(read_policies())
    app = make_app(context.name, SPEC.title_en, context.db, context.tokens)
    app.state.timing = timing
    add_routes(app, cases.router, organisations.router)
    return Service(
        app=app,
        handlers={**gateway_events.handlers(timing), **warning_events.handlers(timing)},
        jobs=(breaches_job(context.db, timing),),
    )


SPEC = ServiceSpec("mediation", "调解服务", "Mediation", metadata, MAILBOXES, build, seed_centre)
