"""docs/metrics.md describes each metric that a process tells, and no other."""

import re
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import insert

from services.warning.repository.tables import MAILBOXES
from shared.kernel.ids import new_id
from tests.architecture.tree import ROOT
from tests.deploy.told import GIVEN, Family, families_told
from tests.support.system import System

pytestmark = pytest.mark.asyncio

PAGE = ROOT / "docs" / "metrics.md"
_ROW = re.compile(
    r"^\| `(?P<name>\w+)` \| (?P<type>\w+) \| (?P<labels>[^|]*)\| [^|]+ \| [^|]+ \|$", re.MULTILINE
)


def described() -> dict[str, Family]:
    rows = list(_ROW.finditer(PAGE.read_text("utf-8")))
    assert len(rows) == len({row["name"] for row in rows})
    return {row["name"]: Family(row["type"], frozenset(re.findall(r"\w+", row["labels"]))) for row in rows}


async def test_the_page_describes_each_metric_and_no_other(system: System) -> None:
    told = await families_told(system)

    assert len(told) > 30
    assert described() == told


async def test_no_label_is_one_that_prometheus_gives() -> None:
    """It would be renamed to `exported_job`, and no rule would find it."""
    labels = {label for one in REGISTRY._collector_to_names for label in getattr(one, "_labelnames", ())}

    assert "service" in labels
    assert labels & GIVEN == set()


async def test_the_state_of_the_mailboxes_is_told_though_no_relay_runs(system: System) -> None:
    async with system.db("warning").write() as tx:
        event = {"event_id": new_id(), "type": "t", "topic": "t", "key": "k", "body": "{}"}
        waits = event | {"created_at": tx.now - timedelta(seconds=90)}
        await tx.execute(insert(MAILBOXES.outbox).values(waits))
        failed = {"error_class": "E", "error": "e", "attempts": 4, "first_failed_at": tx.now}
        letter = event | failed | {"last_failed_at": tx.now}
        await tx.execute(insert(MAILBOXES.dead_letters).values(letter))

    told = (await system.client("gateway").get("/metrics")).text

    assert 'outbox_oldest_unpublished_seconds{service="warning"} 90.0' in told
    assert 'outbox_oldest_unpublished_seconds{service="gateway"} 0.0' in told
    assert 'dead_letters_waiting{service="warning"} 1.0' in told
    assert 'readiness_check_ok{check="warning.database"} 1.0' in told


async def test_where_the_database_does_not_answer_no_state_is_told_but_the_rest_is(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise ConnectionRefusedError

    for hosted in system.host.hosted.values():
        monkeypatch.setattr(hosted.db, "read", refused)

    told = (await system.client("gateway").get("/metrics")).text

    assert 'outbox_oldest_unpublished_seconds{service="warning"} NaN' in told
    assert 'readiness_check_ok{check="warning.database"} 0.0' in told
    assert "job_runs_total" in told
