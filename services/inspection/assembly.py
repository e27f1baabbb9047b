"""Builds the inspection service of its parts."""

from services.inspection.api import cases
from services.inspection.consumers import gateway_events, warning_events
from services.inspection.jobs.watch_clocks import watch_clocks_job
from services.inspection.service import SPEC, read_periods
from services.inspection.usecases.timing import Timings
from shared.runtime.service import Context, Service
from shared.web.app import add_routes, make_app


def build(context: Context) -> Service:
    """Return the built service."""
    timings = Timings(read_periods())
    app = make_app(context.name, SPEC.title_en, context.db, context.tokens)
    app.state.timings = timings
    add_routes(app, cases.router)
    return Service(
        app=app,
        handlers={**gateway_events.handlers(), **warning_events.handlers(timings)},
        jobs=(watch_clocks_job(context.db),),
    )
