"""Each service can run alone, and a process that cannot run says why in one line."""

import asyncio
from pathlib import Path

import asyncpg
import httpx
import pytest

from shared.auth.tokens import generate_key, public_half
from tests.flows.running import Running, answers, run, up
from tests.support.collector import a_collector


@pytest.fixture
def public_key(tmp_path: Path) -> str:
    """Give the file of a public key, all that a service behind the gateway has."""
    path = tmp_path / "token.pub"
    path.write_bytes(public_half(generate_key()))
    return str(path)


def one_line(text: str) -> str:
    """Return the only line of an error output."""
    (line,) = text.splitlines()
    assert "Traceback" not in line
    return line


def test_a_service_alone_tells_that_it_lives_that_it_is_ready_and_how_it_fares(
    database_url: str, public_key: str, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": database_url, "TOKEN_PUBLIC_KEY_FILE": public_key}
    with up(["mediation"], tmp_path / "log", **settings) as running:
        running.wait_until(answers)

        ready = httpx.get(f"{running.address}/readyz")
        metrics = httpx.get(f"{running.address}/metrics")

        assert ready.status_code == 200, ready.text
        assert ready.json()["checks"]["mediation.database"] == "ok"
        assert metrics.status_code == 200
        assert 'http_requests_total{method="GET",route="/readyz",service="mediation"' in metrics.text
        assert httpx.get(f"{running.address}/warnings").status_code == 404
        assert running.stop() == 0


def guess(gateway: Running, address: str) -> int:
    """Return the status of a wrong login by somebody behind an edge."""
    guessed = {"username": "known", "password": "a guess"}
    told = {"X-Forwarded-For": f"198.51.100.99, {address}"}
    return httpx.post(f"{gateway.address}/api/auth/v1/login", json=guessed, headers=told).status_code


@pytest.mark.parametrize(("trusted", "another"), [("192.0.2.0/24, 127.0.0.1", 401), ("192.0.2.7", 429)])
def test_who_guesses_behind_an_edge_slows_nobody_else_where_the_edge_is_ours(
    database_url: str, tmp_path: Path, trusted: str, another: int
) -> None:
    (tmp_path / "key.pem").write_bytes(generate_key())
    settings = {"DATABASE_URL": database_url, "TOKEN_KEY_FILE": str(tmp_path / "key.pem")}
    settings |= {f"UPSTREAM_{name}": "http://127.0.0.1:9" for name in ("WARNING", "MEDIATION", "INSPECTION")}
    with up(["gateway"], tmp_path / "log", TRUSTED_PROXIES=trusted, **settings) as gateway:
        gateway.wait_until(answers)
        assert [guess(gateway, "203.0.113.5") for _ in range(6)][-1] == 429
        assert guess(gateway, "203.0.113.6") == another


def test_an_edge_that_is_no_address_is_told_in_one_line(public_key: str) -> None:
    refused = run(["up", "mediation"], TRUSTED_PROXIES="edge.example", TOKEN_PUBLIC_KEY_FILE=public_key)

    assert refused.returncode == 1
    assert "TRUSTED_PROXIES" in one_line(refused.stderr)


def test_a_service_sends_its_traces_to_the_collector_that_is_named(
    database_url: str, public_key: str, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": database_url, "TOKEN_PUBLIC_KEY_FILE": public_key}
    with (
        a_collector() as collector,
        up(
            ["mediation"], tmp_path / "log", OTEL_EXPORTER_OTLP_ENDPOINT=collector.address, **settings
        ) as running,
    ):
        running.wait_until(answers)
        assert httpx.get(f"{running.address}/cases").status_code == 401
        assert running.stop() == 0
        sent = collector.next()

    assert sent.resource["service.name"] == "labour-warning-mediation"
    assert sent.spans == ["GET /cases"]


def test_a_schema_that_was_never_migrated_is_not_served(empty_database_url: str, public_key: str) -> None:
    refused = run(["up", "mediation"], DATABASE_URL=empty_database_url, TOKEN_PUBLIC_KEY_FILE=public_key)

    assert refused.returncode == 1
    assert "labour-warning migrate" in one_line(refused.stderr)
    assert refused.stdout == ""


def test_the_schema_of_the_next_release_is_served(
    empty_database_url: str, public_key: str, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": empty_database_url, "TOKEN_PUBLIC_KEY_FILE": public_key}
    assert run(["migrate", "mediation"], **settings).returncode == 0
    asyncio.run(_say("UPDATE mediation.alembic_version SET version_num = 'of_tomorrow'", empty_database_url))

    with up(["mediation"], tmp_path / "log", **settings) as running:
        running.wait_until(lambda one: answers(one, "/readyz"))
    assert "of_tomorrow" in (tmp_path / "log").read_text()


async def _say(statement: str, url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


def test_an_unknown_service_is_named_with_those_there_are() -> None:
    refused = run(["up", "arbitration"])

    assert refused.returncode == 1
    line = one_line(refused.stderr)
    assert "arbitration" in line
    assert "mediation" in line


def test_a_service_without_a_key_to_check_callers_does_not_start(database_url: str) -> None:
    refused = run(["up", "mediation"], DATABASE_URL=database_url)

    assert refused.returncode == 1
    assert "TOKEN_PUBLIC_KEY_FILE" in one_line(refused.stderr)


def test_a_database_that_does_not_answer_is_told_in_one_line(public_key: str) -> None:
    nowhere = "postgresql://postgres@/postgres?host=/nowhere/at/all"

    refused = run(["up", "mediation"], DATABASE_URL=nowhere, TOKEN_PUBLIC_KEY_FILE=public_key)

    assert refused.returncode == 1
    assert "DATABASE_URL" in one_line(refused.stderr)


def test_a_port_that_is_taken_is_told_in_one_line(database_url: str, public_key: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": database_url, "TOKEN_PUBLIC_KEY_FILE": public_key}
    with up(["mediation"], tmp_path / "log", **settings) as running:
        running.wait_until(answers)

        refused = run(["up", "mediation"], PORT=str(running.port), HOST="127.0.0.1", **settings)

    assert refused.returncode == 1
    assert str(running.port) in one_line(refused.stderr)


def test_migrating_makes_a_database_that_is_served(
    empty_database_url: str, public_key: str, tmp_path: Path
) -> None:
    settings = {"DATABASE_URL": empty_database_url, "TOKEN_PUBLIC_KEY_FILE": public_key}

    assert run(["migrate", "mediation"], **settings).returncode == 0

    with up(["mediation"], tmp_path / "log", **settings) as running:
        running.wait_until(lambda one: answers(one, "/readyz"))
