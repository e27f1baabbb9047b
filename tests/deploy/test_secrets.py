"""The secrets of an installation: made once, each for those who need it, and good for what they are for."""

import asyncio
import os
import re
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from cryptography import x509
from sqlalchemy.engine import make_url

from services.catalog import SPECS
from services.commands.kafka import OUR_OWN
from shared.auth.tokens import public_half
from shared.db.embedded import EmbeddedPostgres
from shared.db.engine import make_engine
from shared.db.programs import _binaries
from shared.kernel.clock import SystemClock
from shared.runtime.prepare import prepare
from tests.deploy.catalogue import ROOT
from tests.deploy.composing import ours
from tests.deploy.rendering import OVERLAYS, container, of_kind, pods


def make_secrets(folder: Path) -> str:
    program = [sys.executable, str(ROOT / "deploy/init_secrets.py"), str(folder), "--host", "warning.example"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(program, env=environment, check=True, capture_output=True, text=True).stdout


def address_of(database: str, role: str | None = None) -> str:
    """Return the address for a driver, as another role where one is given."""
    url = make_url(database).set(drivername="postgresql")
    return (url.set(username=role) if role else url).render_as_string(hide_password=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("secrets")
    make_secrets(made)
    return made


def test_a_second_run_changes_nothing(folder: Path) -> None:
    before = contents(folder)
    assert "未作改动" in make_secrets(folder)
    assert contents(folder) == before


def test_an_interrupted_run_is_done_anew(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "warning").mkdir()
    (tmp_path / "warning" / "kafka-password").write_text("half")
    make_secrets(tmp_path)
    made, other = contents(tmp_path), contents(folder)
    assert set(made) == set(other)
    assert made["warning/kafka-password"] == made["kafka/warning"]
    assert not {made[name] for name in made if "password" in name} & set(other.values())


def test_only_owner_and_group_may_look(folder: Path) -> None:
    paths = [path for path in folder.rglob("*") if path.name != folder.name]
    assert len(paths) > 30
    assert [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o027] == []


def test_the_gateway_alone_can_sign(folder: Path) -> None:
    private = (folder / "gateway" / "token.pem").read_bytes()
    assert [path.parent.name for path in folder.rglob("token.pem")] == ["gateway"]
    for service in SPECS:
        assert (folder / service / "token-public.pem").read_bytes() == public_half(private)


def test_certificates_are_the_authoritys_and_name_their_hosts(folder: Path) -> None:
    authority = x509.load_pem_x509_certificate((folder / "warning" / "kafka-ca.pem").read_bytes())
    for file, host in (("edge/tls.crt", "warning.example"), ("kafka/keystore.pem", "kafka")):
        certificate = x509.load_pem_x509_certificate((folder / file).read_bytes())
        certificate.verify_directly_issued_by(authority)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert host in names.get_values_for_type(x509.DNSName)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "edge" / "tls.crt", folder / "edge" / "tls.key")


def test_every_secret_that_a_container_is_told_of_is_there(folder: Path) -> None:
    looked = 0
    for name, one in ours().items():
        parts = {
            mount["target"]: mount["volume"]["subpath"] for mount in one["volumes"] if mount.get("volume")
        }
        for value in one.get("environment", {}).values():
            if value.startswith("/run/"):
                place = Path(value)
                assert (folder / parts[str(place.parent)] / place.name).is_file(), (name, value)
                looked += 1
    assert looked > 50


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_secret_that_a_pod_is_told_of_is_there(folder: Path, overlay: str) -> None:
    maps = of_kind(overlay, "ConfigMap")
    for name, pod in pods(overlay):
        (secret,) = (
            volume["secret"]["secretName"] for volume in pod["spec"]["volumes"] if "secret" in volume
        )
        told = [maps[source["configMapRef"]["name"]]["data"] for source in container(pod)["envFrom"]]
        files = [value for one in told for value in one.values() if value.startswith("/run/secrets/")]
        assert files
        for value in files:
            assert (folder / secret.removesuffix("-secrets") / Path(value).name).is_file(), (name, value)


@pytest.fixture(scope="module")
def database(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a database that roles.sh has made its roles in."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("pg"), durable=False) as server:
        url = make_url(server.url)
        environment = {
            "PATH": f"{_binaries()}:{os.environ['PATH']}",
            "PGHOST": str(url.query["host"]),
            "POSTGRES_USER": str(url.username),
            "POSTGRES_DB": "labour_warning",
            "ROLES": str(folder / "postgres" / "roles"),
        }
        create = [
            "psql",
            "-q",
            "-U",
            environment["POSTGRES_USER"],
            "-c",
            "CREATE DATABASE labour_warning",
            "postgres",
        ]
        subprocess.run(create, env=environment, check=True)
        subprocess.run([ROOT / "deploy/postgres/roles.sh"], env=environment, check=True)
        made = url.set(database="labour_warning").render_as_string(hide_password=False)
        asyncio.run(migrate(made))
        yield made


async def migrate(database: str) -> None:
    """Make every schema as its service does."""
    for name, spec in SPECS.items():
        engine = make_engine(address_of(database, name), application="deploy")
        await prepare(spec, engine, SystemClock())
        await engine.dispose()


@pytest.mark.asyncio
async def test_each_role_has_its_own_schema_and_sees_no_other(database: str) -> None:
    connection = await asyncpg.connect(address_of(database, "mediation"))
    try:
        assert await connection.fetchval("SELECT count(*) FROM mediation.outbox") == 0
        for other in set(SPECS) - {"mediation"}:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"SELECT * FROM {other}.outbox")  # noqa: S608  a name of the catalogue
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE public.notes (note text)")
    finally:
        await connection.close()


@pytest.mark.asyncio
async def test_admin_may_do_what_each_service_may(database: str) -> None:
    engine = make_engine(address_of(database, "admin"), application="deploy")
    for spec in SPECS.values():
        await prepare(spec, engine, SystemClock())
    await engine.dispose()
    connection = await asyncpg.connect(address_of(database, "admin"))
    try:
        owners = await connection.fetch(
            "SELECT DISTINCT schemaname, tableowner FROM pg_tables WHERE schemaname = ANY($1)", list(SPECS)
        )
    finally:
        await connection.close()
    assert {row["schemaname"]: row["tableowner"] for row in owners} == {name: name for name in SPECS}


@pytest.mark.asyncio
async def test_each_role_has_the_password_of_its_address(database: str, folder: Path) -> None:
    connection = await asyncpg.connect(address_of(database))
    try:
        stored = await connection.fetch(
            "SELECT rolname, rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL"
        )
    finally:
        await connection.close()
    assert {row["rolname"] for row in stored} >= {*SPECS, "admin"}
    assert all(row["rolpassword"].startswith("SCRAM-SHA-256$") for row in stored)
    for role in (*SPECS, "admin"):
        address = make_url((folder / role / "database-url").read_text())
        assert (address.username, address.host, address.database) == (role, "postgres", "labour_warning")
        assert address.password == (folder / "postgres" / "roles" / role).read_text()


def test_no_department_can_have_a_name_of_ours_at_the_broker() -> None:
    told = (ROOT / "deploy" / "kafka" / "server.properties").read_text("utf-8")
    (users,) = (line for line in told.splitlines() if line.startswith("super.users="))
    assert set(re.findall(r"User:([a-z]+)", users)) == OUR_OWN
