"""ADR 0002: every service has the same rooms."""

from tests.architecture.tree import ROOT, SERVICES, name_of, python_files

FILES = {"__init__.py", "assembly.py", "service.py"}
OPTIONAL = {"settings.py", "data"}  # where a service has values or statutory data of its own
ROOMS = {"api", "consumers", "domain", "jobs", "migrations", "repository", "schemas", "usecases"}
ROOMS_OF_ONE = {"gateway": {"clients", "federation", "static"}, "warning": {"ml"}}
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "managers", "misc"}


def test_services_are_the_four() -> None:
    found = {path.relative_to(ROOT / "services").parts[0] for path in python_files("services")}
    folders = {name for name in found if not name.endswith(".py")}
    assert folders == {*SERVICES, "commands"}


def test_every_service_has_the_same_rooms() -> None:
    looked_at = 0
    for service in SERVICES:
        here = ROOT / "services" / service
        found = {path.name for path in here.iterdir() if path.name != "__pycache__"}
        assert found - OPTIONAL - ROOMS_OF_ONE.get(service, set()) == FILES | ROOMS, service
        looked_at += len(found)
    assert looked_at >= len(SERVICES) * len(FILES | ROOMS)


def test_every_service_has_an_alembic_history() -> None:
    for service in SERVICES:
        migrations = ROOT / "services" / service / "migrations"
        assert (migrations / "env.py").is_file(), service
        assert list((migrations / "versions").glob("*.py")), service


def test_every_room_is_a_package_that_imports_nothing_by_itself() -> None:
    packages = [path for path in python_files("services") if path.name == "__init__.py"]
    assert len(packages) > len(SERVICES) * 5
    assert [name_of(path) for path in packages if path.read_text().strip()] == []


def test_no_file_is_named_after_nothing() -> None:
    files = python_files("services", "shared", "simulation", "tests", "benchmarks")
    assert files
    assert [name_of(path) for path in files if FORBIDDEN_NAMES & {*path.parts, path.stem}] == []
