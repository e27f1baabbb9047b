"""Builds the mediation service of its parts."""

from services.mediation.api import cases, organisations
from services.mediation.consumers import gateway_events, warning_events
from services.mediation.jobs.watch_clocks import breaches_job
from services.mediation.service import SPEC, read_policies
from services.mediation.usecases.timing import TimingSource
from shared.runtime.service import Context, Service
from shared.web.app import add_routes, make_app


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
