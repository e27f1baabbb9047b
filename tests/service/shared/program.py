"""A small service under the supervisor: `python -m tests.service.shared.program calm|failing`.

Its job fails every time where it is told to; its route takes its time.
"""

import asyncio
import sys
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends

from services.mediation.repository.tables import MAILBOXES, metadata
from shared.auth.tokens import TokenVerifier, generate_key, public_half
from shared.bus.local import LocalBus
from shared.kernel.clock import SystemClock
from shared.observability import logging
from shared.runtime import supervisor
from shared.runtime.host import host
from shared.runtime.service import Context, Job, Service
from shared.runtime.settings import CommonSettings
from shared.runtime.spec import ServiceSpec
from shared.web.app import make_app
from shared.web.guard import GuardedRoute, Public

SLOW_SECONDS = 1.0

router = APIRouter(route_class=GuardedRoute)


@router.get("/slow")
async def slow(_: Annotated[None, Depends(Public("for the tests"))]) -> str:
    await asyncio.sleep(SLOW_SECONDS)
    return "done"


async def rest() -> bool:
    return False


async def fail() -> bool:
    raise RuntimeError("the job cannot do its work")


def build(context: Context) -> Service:
    app = make_app(context.name, "Tests", context.db, context.tokens)
    app.include_router(router)
    run = fail if sys.argv[1] == "failing" else rest
    return Service(app, jobs=[Job("work", run, timedelta(milliseconds=10))])


if __name__ == "__main__":
    logging.configure("WARNING")
    supervisor.FAILURES_IN_A_ROW = 3
    supervisor._BACK_OFF_SECONDS = 0.001
    spec = ServiceSpec("mediation", "测试", "Tests", metadata, MAILBOXES, f"{__name__}:build")
    clock = SystemClock()
    tokens = TokenVerifier(public_half(generate_key()), clock)
    asyncio.run(supervisor.run(host([spec], CommonSettings(), clock, tokens, LocalBus())))
