"""Requests for assistance between two gateways, each a process with a database of its own, over real HTTP.

A round trip is what the product does for one request: taken from the queue, signed, sent, verified, stored with its
evidence, answered by a signed receipt, which is verified and stored. The floor is its four signatures alone.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy.engine import make_url

from benchmarks.processes import gateway
from benchmarks.results import Aim, Result
from benchmarks.stage import Stage, surroundings
from services.catalog import SPECS
from services.gateway.domain.partners import Ask, DataClass, Operation, PartnerStatus, Purpose
from services.gateway.federation.identity import Identity, identity_from
from services.gateway.federation.profile import (
    Request,
    Response,
    sign_request,
    sign_response,
    verify_request,
    verify_response,
)
from services.gateway.repository.assistance import WAKE_CHANNEL
from services.gateway.usecases.conduct_assistance import REQUESTS, ask_assistance
from services.gateway.usecases.partner_registry import add_grant, add_partner, set_partner_status
from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.auth.tokens import generate_key
from shared.bus.free_ports import free_port
from shared.contracts.federation import AskAssistance
from shared.db.engine import make_engine
from shared.db.tx import Database
from shared.kernel.clock import SystemClock
from shared.kernel.divisions import MINHANG
from shared.kernel.ids import new_id
from shared.runtime.prepare import prepare

ROUND_TRIPS: Final = 600
QUICK_ROUND_TRIPS: Final = 60
AIM_PER_SECOND: Final = 110
"""What a user of X-Road reported through its security servers (reliability.md 3.6)."""
_LONGEST_SECONDS = 120
_POLL_SECONDS = 0.02
_ASK = Ask(Operation.EVIDENCE, DataClass.CASE, MINHANG, Purpose.ARBITRATION)
_COUNT = "SELECT count(*) FROM gateway.federation_outgoing WHERE delivery = 'delivered'"


@dataclass(slots=True)
class Side:
    """One institution."""

    name: str
    url: str
    port: int
    key: Path
    identity: Identity
    db: Database


async def measure(stage: Stage) -> list[Result]:
    """Measure the scenario."""
    around = surroundings()
    count = ROUND_TRIPS if stage.sizes.latency_seconds > 10 else QUICK_ROUND_TRIPS  # noqa: PLR2004  --quick
    folder = Path(tempfile.mkdtemp(prefix="lew-bench-federation-"))
    try:
        async with AsyncExitStack() as stack:
            here = await stack.enter_async_context(_side(stage, folder, "ours"))
            there = await stack.enter_async_context(_side(stage, folder, "theirs"))
            await _introduce(here, there)
            await _queue(here, there, count)
            for side in (here, there):
                await stack.enter_async_context(gateway(side.url, folder, side.port, side.key, side.name))
            seconds = await _exchanged(here, there, count)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    floor = _bare(here.identity, there.identity, count)
    return [
        Result(
            name="机构往来 / federation round trips",
            value=count / seconds,
            unit="round trips/s",
            aim=Aim("value at least", AIM_PER_SECOND),
            floor="the same messages: two signatures made, two verified, nothing else",
            floor_value=count / floor,
            parameters={"round_trips": count, "processes": 2, **around},
        )
    ]


@asynccontextmanager
async def _side(stage: Stage, folder: Path, name: str) -> AsyncIterator[Side]:
    database = f"bench_{name}"
    await stage.database.execute(f"CREATE DATABASE {database}")
    try:
        url = make_url(stage.url).set(database=database).render_as_string(hide_password=False)
        home = folder / name
        home.mkdir()
        key = home / "token.pem"
        key.write_bytes(generate_key())
        port = free_port()
        identity = identity_from(home / "federation-keys.json", name, f"http://127.0.0.1:{port}")
        engine = make_engine(url, application="bench", pool_size=2)
        db = Database(engine, "gateway", SPECS["gateway"].mailboxes.outbox, SystemClock())
        try:
            await prepare(SPECS["gateway"], engine, SystemClock())
            yield Side(name, url, port, key, identity, db)
        finally:
            await db.close()
    finally:
        await stage.database.execute(f"DROP DATABASE {database} WITH (FORCE)")


async def _introduce(here: Side, there: Side) -> None:
    for mine, other in ((here, there), (there, here)):
        async with mine.db.write() as tx:
            await add_partner(tx, other.identity.descriptor, mine.identity.descriptor, "bench")
    async with there.db.write() as tx:
        await add_grant(tx, here.name, _ASK, tx.now + timedelta(days=1), "bench")


async def _queue(here: Side, there: Side, count: int) -> None:
    """Write all requests, and hold them back until both sides are up."""
    officer = Principal(new_id(), "officer", Role.DISTRICT_OFFICER, MINHANG, new_id())
    async with here.db.write() as tx:
        driver = await tx.driver()
        partner = await driver.fetchval("SELECT id FROM gateway.partners WHERE name = $1", there.name)
        for number in range(count):
            asked = _asked(partner, number)
            await ask_assistance(tx, officer, asked, "127.0.0.1")
        await set_partner_status(tx, there.name, PartnerStatus.SUSPENDED, "bench")


def _asked(partner: object, number: int) -> AskAssistance:
    return AskAssistance.model_validate(
        {
            "action_id": new_id(),
            "partner_id": str(partner),
            "operation": _ASK.operation.value,
            "data_class": _ASK.data_class.value,
            "jurisdiction": _ASK.jurisdiction,
            "purpose": _ASK.purpose.value,
            "case_reference": f"测算（2026）办字第{number:04d}号",
            "legal_basis": "劳动人事争议仲裁办案规则",
            "subject": "调取用工登记材料",
            "content": "请协助调取被申请人近十二个月的用工登记和社会保险缴纳记录。" * 4,
        }
    )


async def _exchanged(here: Side, there: Side, count: int) -> float:
    """Let the messages go; return the seconds until the last receipt is stored."""
    watching = await asyncpg.connect(here.url)
    try:
        async with here.db.write() as tx:
            await set_partner_status(tx, there.name, PartnerStatus.ACTIVE, "bench")
        began = time.perf_counter()
        await watching.execute(f"NOTIFY {WAKE_CHANNEL}")
        while await watching.fetchval(_COUNT) < count:
            assert time.perf_counter() - began < _LONGEST_SECONDS, "the messages do not arrive"
            await asyncio.sleep(_POLL_SECONDS)
        return time.perf_counter() - began
    finally:
        await watching.close()


def _bare(mine: Identity, other: Identity, count: int) -> float:
    """Return the seconds that the signatures of as many round trips take by themselves."""
    body = _asked(new_id(), 0).model_dump_json().encode()
    receipt = b'{"received_by":"theirs"}' * 8
    keys = {key.kid: key.x for side in (mine, other) for key in side.descriptor.keys}
    clock = SystemClock()
    began = time.perf_counter()
    for _ in range(count):
        now = clock.now()
        request = Request("POST", other.descriptor.base_url + REQUESTS, {"content-type": "application/json"})
        sign_request(mine, request, body, now)
        verify_request(request, keys, now)
        response = Response(201, {"content-type": "application/json"}, request)
        sign_response(other, response, receipt, now, "sig")
        verify_response(response, receipt, keys, now)
    return time.perf_counter() - began
