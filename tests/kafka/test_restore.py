"""A district over Kafka is lost and comes back as it was at one moment, under a new epoch of topics.

What it had told by then arrives again, what departments streamed after that moment is read again, nothing twice.
"""

import asyncio
import json
import re
import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest
from kafka import KafkaProducer

from services.gateway.usecases.add_department import ClientCredentials
from shared.bus.embedded import Broker
from shared.db.embedded import EmbeddedPostgres
from tests.conftest import migrated
from tests.flows import aftermath
from tests.flows.circle import Circle, Json, some_enterprises
from tests.flows.running import run
from tests.kafka.fleet import Fleet, an_epoch, known_people

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

TOPIC = "intake.signal"
(HANDED_OVER, BEFORE, AFTER) = some_enterprises(3).items()
SIGNALS = "SELECT uscc, count(*) FROM warning.signals GROUP BY 1"
RAISED = "SELECT uscc, count(*) FROM warning.warnings GROUP BY 1"
CASES = "SELECT warning_id FROM mediation.cases"


async def done(*arguments: object, **settings: str) -> str:
    """Return what a command printed."""
    ended = await asyncio.to_thread(run, list(map(str, arguments)), **settings)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


async def stream(broker: Broker, circle: Circle, uscc: str) -> None:
    """Write a signal of unpaid wages to the topic, as a department that streams does."""
    signal = {
        "source": "hrss",
        "source_ref": f"{uscc}/streamed",
        "uscc": uscc,
        "indicator": "wage_arrears",
        "occurred_on": str(circle.today),
        "amount_cny": "412600.00",
        "months": 3,
        "workers": 24,
    }
    proof = [("authorization", f"Bearer {circle.tokens['hrss']}".encode())]

    def send() -> None:
        producer = KafkaProducer(bootstrap_servers=broker.bootstrap_servers, acks="all")
        producer.send(TOPIC, json.dumps(signal).encode(), uscc.encode(), proof).get(30)
        producer.close()

    await asyncio.to_thread(send)


async def warned(circle: Circle, uscc: str) -> str:
    """Return the id of an enterprise's warning, once there is one."""

    async def listed() -> Json | None:
        found = await circle.read("district-1", f"/api/dashboard/v1/warnings?uscc={uscc}")
        return next(iter(found["items"]), None)

    return str((await circle.eventually(f"a warning of {uscc}", listed))["id"])


async def counted(url: str, question: str) -> Mapping[str, int]:
    return {row["uscc"]: row["count"] for row in await aftermath.rows(url, question)}


async def lives(fleet: Fleet, circle: Circle, broker: Broker, back_up: list[object]) -> tuple[str, str]:
    """Work, be backed up meanwhile, and go on beyond the moment; return it, and the warning that is on its way."""
    await circle.open_offices()
    for uscc, town in (HANDED_OVER, BEFORE, AFTER):
        await circle.register(uscc, town)
    await done(*back_up)
    uscc, town = HANDED_OVER
    warning_id = await circle.on_site(uscc, town)
    await stream(broker, circle, BEFORE[0])
    await warned(circle, BEFORE[0])
    fleet.kill("mediation")
    await circle.act(
        f"grid-{town}",
        f"/api/mobile/v1/warnings/{warning_id}/hand-over",
        note="双方愿意调解",
        workers=24,
        amount_cny="412600.00",
    )
    (now,) = await aftermath.rows(fleet.url, "SELECT to_json(clock_timestamp()) #>> '{}' AS moment")
    await stream(broker, circle, AFTER[0])
    await warned(circle, AFTER[0])
    return str(now["moment"]), warning_id


async def test_a_district_comes_back_to_one_moment_under_a_new_epoch(
    lasting_broker: Broker, tmp_path: Path
) -> None:
    data, backup, epoch = tmp_path / "data", tmp_path / "backup", an_epoch()
    back_up: list[object] = ["backup", "base", "--to", backup, "--data", data]
    with EmbeddedPostgres(data, durable=False) as server:
        await migrated(server.url)
    await done(*back_up)
    with EmbeddedPostgres(data) as server:
        credentials = await known_people(server.url)
        async with Fleet.serving(server.url, lasting_broker, tmp_path, epoch) as fleet:
            moment, on_its_way = await lives(fleet, fleet.people(credentials), lasting_broker, back_up)
            assert await aftermath.rows(server.url, CASES) == []
            fleet.stop()
    shutil.rmtree(data)

    await done("backup", "restore", "--from", backup, "--to-time", moment, "--data", data)
    with EmbeddedPostgres(data) as server:
        assert await counted(server.url, SIGNALS) == {HANDED_OVER[0]: 1, BEFORE[0]: 1}
        told = await done("backup", "resume", "--epoch", epoch + 1, "--data", data)
        await goes_on(server.url, lasting_broker, tmp_path, credentials, told, on_its_way)


async def goes_on(
    url: str, broker: Broker, folder: Path, credentials: ClientCredentials, told: str, on_its_way: str
) -> None:
    """Follow what `resume` says is next; everything must be there once, and work."""
    named = re.search(r"KAFKA_EPOCH=(\d+), labour-warning kafka rewind --to (\S+)", told)
    assert named is not None, told
    bus = {"BUS": "kafka", "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers, "KAFKA_EPOCH": named[1]}
    assert datetime.fromisoformat(named[2]).tzinfo is not None
    await done("kafka", "rewind", "--to", named[2], **bus)
    async with Fleet.serving(url, broker, folder, int(named[1])) as fleet:
        circle = fleet.people(credentials)
        uscc, town = HANDED_OVER
        case_id = await circle.case_of(f"mediator-{town}", "mediation", on_its_way)
        await circle.act(f"mediator-{town}", f"/api/mediation/v1/cases/{case_id}/accept")
        await warned(circle, AFTER[0])
        await fleet.come_to_rest()
        once = {uscc: 1, BEFORE[0]: 1, AFTER[0]: 1}
        assert await counted(url, SIGNALS) == once
        assert await counted(url, RAISED) == once
        assert len(await aftermath.rows(url, CASES)) == 1
        assert await aftermath.rows(url, aftermath.dead_letters()) == []
        fleet.stop()
