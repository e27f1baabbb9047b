"""Commands on a database: accounts, departments, indicators, signals, dead letters; what stops them, in one line."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import insert
from typer.testing import CliRunner, Result

from services.commands import dead_letters, departments, enterprises, indicators, signals, users
from services.warning.repository.tables import MAILBOXES
from services.warning.usecases.publish_indicators import default_indicators
from shared.db.engine import make_engine
from shared.events.base import Emitted
from shared.events.gateway import AccountChanged
from shared.kernel.ids import new_id
from tests.support.enterprises import a_table, a_uscc

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


def run(app: typer.Typer, url: str, *arguments: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments], env={"DATABASE_URL": url}, input=typed)


def succeed(app: typer.Typer, url: str, *arguments: object, typed: str | None = None) -> str:
    done = run(app, url, *arguments, typed=typed)
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(app: typer.Typer, url: str, *arguments: object, typed: str | None = None) -> str:
    done = run(app, url, *arguments, typed=typed)
    assert (done.exit_code, len(done.stderr.strip().splitlines())) == (1, 1), done.output
    return done.stderr


def test_a_user_is_added_with_a_password_shown_once_and_disabled_and_enabled(database_url: str) -> None:
    told = succeed(
        users.app, database_url, "add", "wang.fang", "--role", "town_officer", "--division", "310112101"
    )
    assert "wang.fang" in told
    assert len(told.splitlines()[-1].split(": ")[1]) >= 16
    assert "wang.fang" in refused(users.app, database_url, "add", "wang.fang", "--role", "auditor")
    succeed(users.app, database_url, "disable", "wang.fang")
    succeed(users.app, database_url, "enable", "wang.fang")
    refused(users.app, database_url, "enable", "nobody")


def test_a_password_from_standard_input_is_not_shown(database_url: str) -> None:
    arguments = ("add", "li.na", "--role", "grid_coordinator", "--grid-cells", "a, b", "--password-stdin")
    town = ("--division", "310112101")
    told = succeed(users.app, database_url, *arguments, *town, typed="correct-horse-battery\n")
    assert "correct-horse" not in told


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("--role", "emperor"), "role"),
        (("--role", "auditor", "--division", "999999"), "division"),
        (("--role", "town_officer"), "9 digits"),
        (("--role", "grid_coordinator"), "9 位"),
        (("--role", "auditor", "--password-stdin"), "password"),
    ],
)
def test_a_user_that_cannot_be_is_refused_in_one_line(
    database_url: str, arguments: tuple[str, ...], field: str
) -> None:
    assert field in refused(users.app, database_url, "add", "someone", *arguments, typed="short\n")


def test_a_department_gets_credentials_for_registered_indicators_only(database_url: str) -> None:
    told = succeed(departments.app, database_url, "add", "union", "--indicators", "complaint,wage_arrears")
    assert [line.split(":")[0] for line in told.splitlines()[:2]] == ["client_id", "client_secret"]
    assert "no_such" in refused(departments.app, database_url, "add", "other", "--indicators", "no_such")
    succeed(departments.app, database_url, "disable", "union")
    refused(departments.app, database_url, "disable", "nobody")


def test_a_departments_rights_and_secret_change_under_the_same_source(database_url: str) -> None:
    told = succeed(departments.app, database_url, "add", "union", "--indicators", "complaint")
    further = ("--indicators", "wage_arrears, rent_arrears")
    succeed(departments.app, database_url, "grant", "union", *further)
    succeed(departments.app, database_url, "revoke", "union", "--indicators", "rent_arrears")
    succeed(departments.app, database_url, "disable", "union")
    renewed = succeed(departments.app, database_url, "renew", "union")
    assert told.splitlines()[0] == renewed.splitlines()[0], "the client id stays"
    assert told.splitlines()[1] != renewed.splitlines()[1]
    (listed,) = json.loads(succeed(departments.app, database_url, "list", "--json"))
    assert (listed["indicators"], listed["enabled"]) == (["complaint", "wage_arrears"], False)
    succeed(departments.app, database_url, "enable", "union")
    assert "union" in succeed(departments.app, database_url, "list")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "union", "--indicators", "complaint"), "grant"),
        (("grant", "union", "--indicators", "no_such"), "no_such"),
        (("grant", "union", "--indicators", " "), "indicators list"),
        (("grant", "nobody", "--indicators", "complaint"), "departments list"),
        (("revoke", "union", "--indicators", "rent_arrears"), "rent_arrears"),
        (("revoke", "union", "--indicators", "complaint"), "departments disable"),
        (("renew", "nobody"), "departments list"),
        (("enable", "nobody"), "departments list"),
    ],
)
def test_what_a_department_cannot_be_given_is_refused_in_one_line(
    database_url: str, arguments: tuple[str, ...], told: str
) -> None:
    succeed(departments.app, database_url, "add", "union", "--indicators", "complaint")
    assert told in refused(departments.app, database_url, *arguments)


def test_an_indicator_is_added_as_data(database_url: str, tmp_path: Path) -> None:
    model = default_indicators()["indicators"][0]
    new = model | {"id": "deposit_unpaid", "name_zh": "保证金未缴", "name_en": "deposit unpaid"}
    file = tmp_path / "new.json"
    file.write_text(json.dumps({"version": 2, "effective_from": "2026-11-01", "indicators": [new, model]}))
    told = succeed(indicators.app, database_url, "add", file)
    assert told.splitlines() == [
        "自 / from: 2026-11-01",
        "新增 / added: deposit_unpaid",
        "替换 / replaced: -",
        "保持 / kept: wage_arrears",
    ]
    listed = json.loads(succeed(indicators.app, database_url, "list", "--json"))
    assert (listed[0]["id"], listed[-1]["id"]) == ("wage_arrears", "deposit_unpaid")


def test_a_faulty_indicator_file_changes_nothing(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "new.json"
    file.write_text(json.dumps({"effective_from": "2026-11-01", "indicators": [{"id": "x"}]}))
    refused(indicators.app, database_url, "add", file)
    file.write_text("{")
    assert "JSON" in refused(indicators.app, database_url, "add", file)


HEADER = (
    "source_ref",
    "uscc",
    "indicator",
    "period",
    "occurred_on",
    "amount_cny",
    "months",
    "workers",
    "detail",
)


def test_signals_are_taken_from_a_file_with_a_result_per_row(database_url: str, tmp_path: Path) -> None:
    firms = a_table(tmp_path / "firms.csv", ("uscc", "name"), [(a_uscc(1), "上海甲有限公司")])
    succeed(enterprises.app, database_url, "import", firms)
    succeed(departments.app, database_url, "add", "hrss", "--indicators", "wage_arrears")
    rows = [
        (
            "A-1",
            a_uscc(1),
            "wage_arrears",
            "2026-09",
            "",
            "1200.50",
            "2",
            "12",
            '{"principal_unreachable": true}',
        ),
        (
            "A-1",
            a_uscc(1),
            "wage_arrears",
            "2026-09",
            "",
            "1200.5",
            "2",
            "12",
            '{"principal_unreachable": true}',
        ),
        ("A-2", a_uscc(2), "wage_arrears", "2026-09", "", "", "1", "", ""),
        ("A-3", a_uscc(1), "wage_arrears", "", "2026-09-31", "", "1", "", ""),
        ("A-4", a_uscc(1), "wage_arrears", "2026-09", "", "", "one", "", ""),
        ("A-5", a_uscc(1), "wage_arrears", "2026-09", "", "", "1", "", "{"),
        ("A-6", a_uscc(1), "wage_arrears", "2026-09", "", "", "1", "", '{"a": 1, "a": 2}'),
        ("A-7", a_uscc(1), "rent_arrears", "2026-09", "", "", "1", "", ""),
    ]
    file = a_table(tmp_path / "signals.csv", HEADER, rows)
    report = tmp_path / "report.csv"
    told = succeed(
        signals.app, database_url, "import", file, "--source", "hrss", "--json", "--report", report
    )
    counted: dict[str, Any] = json.loads(told)
    reasons = counted.pop("reasons")
    assert counted == {"rows": 8, "accepted": 1, "duplicate": 1, "held": 1, "refused": 5}
    assert (sum(reasons.values()), reasons["repeated_key"], reasons["foreign_indicator"]) == (5, 1, 1)
    assert len(report.read_text("utf-8-sig").splitlines()) == 9


def test_signals_of_a_department_that_there_is_not_are_refused(database_url: str, tmp_path: Path) -> None:
    file = a_table(tmp_path / "signals.csv", HEADER, [])
    assert "departments add" in refused(signals.app, database_url, "import", file, "--source", "hrs")


def test_a_report_of_signals_is_not_written_over_their_file(tmp_path: Path) -> None:
    file = a_table(tmp_path / "signals.csv", HEADER, [])
    before = file.read_bytes()
    told = refused(signals.app, "", "import", file, "--source", "hrss", "--report", file)
    assert "overwrite" in told
    assert file.read_bytes() == before


async def bury(url: str) -> str:
    """Leave an event that the warning service gave up; return its id."""
    event = AccountChanged(
        account_id=new_id(),
        username="c9",
        role="grid_coordinator",
        division="310112101",
        grid_cells=(),
        deputy_cells=(),
        enabled=True,
    )
    event_id = new_id()
    body = Emitted(event_id, event, NOW, "test").envelope("gateway").model_dump_json()
    letter = {"event_id": event_id, "topic": event.TOPIC, "key": event.key, "type": event.TYPE, "body": body}
    failure = {"error_class": "ValueError", "error": "no", "attempts": 4}
    engine = make_engine(url, application="test")
    async with engine.begin() as connection:
        times = {"first_failed_at": NOW, "last_failed_at": NOW}
        await connection.execute(insert(MAILBOXES.dead_letters).values(**letter, **failure, **times))
    await engine.dispose()
    return str(event_id)


def test_a_dead_letter_is_listed_and_handed_to_its_service_once_more(database_url: str) -> None:
    event_id = asyncio.run(bury(database_url))
    (listed,) = json.loads(succeed(dead_letters.app, database_url, "list", "--json"))
    assert (listed["service"], listed["event_id"]) == ("warning", event_id)
    assert event_id in succeed(dead_letters.app, database_url, "replay", "warning", event_id)
    assert json.loads(succeed(dead_letters.app, database_url, "list", "--json")) == []


def test_an_unknown_letter_cannot_be_replayed(database_url: str) -> None:
    assert "no such letter" in refused(dead_letters.app, database_url, "replay", "warning", new_id())


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://nobody@127.0.0.1:1/nothing", "cannot be reached"),
        ("postgresql://postgres@/postgres?host=/nowhere", "cannot be reached"),
        ("no address", "DATABASE_URL"),
    ],
)
def test_an_unreachable_database_ends_in_one_line(url: str, told: str) -> None:
    assert told in refused(indicators.app, url, "list")


def test_a_database_that_does_not_exist_ends_in_one_line(postgres: str) -> None:
    url = postgres.replace("/postgres?", "/no_such_database?", 1)
    assert "no_such_database" in refused(indicators.app, url, "list")


def test_a_folder_that_cannot_be_made_ends_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = refused(indicators.app, "", "list", "--data", tmp_path / "file" / "data")
    assert str(tmp_path) in told


def test_a_missing_data_folder_is_made_and_migrated_for_a_dry_run_too(tmp_path: Path) -> None:
    file = a_table(tmp_path / "firms.csv", ("uscc", "name"), [(a_uscc(1), "上海甲有限公司")])
    arguments = ("import", file, "--json", "--data", tmp_path / "data")
    tried = json.loads(succeed(enterprises.app, "", *arguments, "--dry-run"))
    done = json.loads(succeed(enterprises.app, "", *arguments))
    assert tried == done == tried | {"rows": 1, "created": 1}
    assert [line for line in _running() if str(tmp_path / "data") in line] == [], "no server is left running"


def _running() -> list[str]:
    return [_command_of(process) for process in Path("/proc").iterdir() if process.name.isdecimal()]


def _command_of(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def test_a_replay_checks_tokens_by_the_data_folders_key_where_no_other_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TOKEN_KEY_FILE", "TOKEN_PUBLIC_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    assert dead_letters._settings(tmp_path).token_key_file is None
    (tmp_path / "token.pem").write_bytes(b"a key")
    assert dead_letters._settings(tmp_path).token_key_file == tmp_path / "token.pem"
    monkeypatch.setenv("TOKEN_KEY_FILE", str(tmp_path / "another.pem"))
    assert dead_letters._settings(tmp_path).token_key_file == tmp_path / "another.pem"
