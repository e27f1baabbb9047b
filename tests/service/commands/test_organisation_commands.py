"""`organisations`: the mediation network from a file, and who works in it."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import typer
from typer.testing import CliRunner

from services.commands import organisations
from services.mediation.domain.policy import policy_on
from services.mediation.repository.tables import MAILBOXES
from services.mediation.service import read_policies
from services.mediation.usecases.follow_accounts import follow_accounts
from services.mediation.usecases.timing import Timing
from shared.db.engine import make_engine
from shared.db.tx import Database
from shared.events.gateway import AccountChanged
from shared.kernel.calendar import ChinaCalendar
from shared.kernel.clock import FixedClock
from shared.kernel.ids import new_id
from tests.support.enterprises import a_table, a_uscc

CLOCK = FixedClock(datetime(2026, 11, 18, 2, 0, tzinfo=UTC))
HEADER = ("code", "name", "tier", "division", "grid_cells", "uscc")


def run(url: str, *arguments: object, app: typer.Typer = organisations.app) -> str:
    done = CliRunner().invoke(app, [str(one) for one in arguments], env={"DATABASE_URL": url})
    assert done.exit_code == 0, done.output
    return done.stdout


def counts(url: str, *arguments: object) -> dict[str, object]:
    found: dict[str, object] = json.loads(run(url, "import", *arguments, "--json"))
    return {name: value for name, value in found.items() if value}


def network_file(folder: Path) -> Path:
    rows = [
        ("T-1", "莘庄镇调解中心", "town", "310112101", "", ""),
        ("P-1", "园区调解委员会", "park", "310112101", "310112101-G01 310112101-G02", ""),
        ("E-1", "企业调解委员会", "enterprise", "310112101", "", a_uscc(3)),
        ("P-2", "没有范围的园区", "park", "310112101", "", ""),
    ]
    return a_table(folder / "organisations.csv", HEADER, rows)


def test_a_file_is_tried_then_taken_and_changes_nothing_the_second_time(
    database_url: str, tmp_path: Path
) -> None:
    file = network_file(tmp_path)
    first = {"rows": 4, "created": 3, "refused": 1, "reasons": {"grid_cells_invalid": 1}}
    assert counts(database_url, file, "--dry-run") == first
    assert counts(database_url, file) == first
    again = {"rows": 4, "unchanged": 3, "refused": 1, "reasons": {"grid_cells_invalid": 1}}
    assert counts(database_url, file) == again
    listed = json.loads(run(database_url, "list", "--json"))
    assert [one["code"] for one in listed] == ["E-1", "MED-D-1", "P-1", "T-1"]
    assert listed[2]["grid_cells"] == ["310112101-G01", "310112101-G02"]


def test_a_refused_row_is_told_with_its_number(database_url: str, tmp_path: Path) -> None:
    told = run(database_url, "import", network_file(tmp_path))
    assert "row 5 (P-2)" in told


def test_a_mediator_is_attached_and_detached(database_url: str, tmp_path: Path) -> None:
    run(database_url, "import", network_file(tmp_path))
    asyncio.run(employ(database_url, "wang.fang"))
    assert "wang.fang" in run(database_url, "staff", "T-1", "wang.fang")
    assert "wang.fang" in run(database_url, "list")
    assert "wang.fang" not in run(database_url, "staff", "T-1", "wang.fang", "--remove")


async def employ(url: str, name: str) -> None:
    """Let the service have heard of a mediator's account."""
    account = AccountChanged(
        account_id=new_id(),
        username=name,
        role="mediator",
        division="310112101",
        grid_cells=(),
        deputy_cells=(),
        enabled=True,
    )
    db = Database(make_engine(url, application="tests"), "mediation", MAILBOXES.outbox, CLOCK)
    policies = read_policies()
    async with db.write() as tx:
        timing = Timing(policy_on(policies, CLOCK.now().date()), ChinaCalendar(), policies)
        await follow_accounts(tx, [account], timing)
    await db.close()
