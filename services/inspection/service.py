"""The inspection service: cases of the labour inspectorate (劳动保障监察)."""

import json
from importlib.resources import files

from services.inspection.api import cases
from services.inspection.consumers import gateway_events, warning_events
from services.inspection.domain.periods import Periods, parse_periods
from services.inspection.jobs.watch_clocks import watch_clocks_job
from services.inspection.repository.tables import MAILBOXES, metadata
from services.inspection.usecases.timing import Timings
from shared.runtime.spec import Context, Service, ServiceSpec
from shared.web.app import add_routes, make_app


def read_periods() -> tuple[Periods, ...]:
    """Return the statutory periods of this release."""
    source = files("services.inspection").joinpath("data/inspection_periods.json")
    return parse_periods(json.loads(source.read_text(encoding="utf-8")))


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


SPEC = ServiceSpec("inspection", "监察服务", "Inspection", metadata, MAILBOXES, build)
