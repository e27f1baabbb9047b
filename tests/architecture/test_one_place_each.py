"""What may happen in one place only: commits, HTTP errors, reading the clock, building at import."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.web.errors import MEMBERS
from tests.architecture.tree import (
    ROOT,
    SHIPPED,
    calls,
    dotted,
    hand_written,
    name_of,
    nodes,
    parsed,
    place,
)

CLOCK = "shared/kernel/clock.py"
TRANSACTION_CALLS = {"begin", "begin_nested", "commit", "rollback", "transaction"}
# Where a transaction may begin and end: at the edges' own doors (ADR 0004), and where schemas are migrated.
TRANSACTION_PLACES = ("shared/db/tx.py", "shared/db/migrate.py", "shared/outbox/")
CLOCK_CALLS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
}
BUILT_AT_IMPORT = {"create_async_engine", "create_engine", "make_engine", "FastAPI", "APIApp"}


def shipped() -> list[Path]:
    files = hand_written(*SHIPPED)
    assert len(files) > 20
    return files


def offences(found: Iterator[str]) -> list[str]:
    return sorted(found)


def test_only_the_edge_owns_a_transaction() -> None:
    def found() -> Iterator[str]:
        for path in shipped():
            name = name_of(path)
            if name.startswith(TRANSACTION_PLACES) or "migrations" in path.parts:
                continue
            for call in calls(path):
                method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
                receiver = dotted(call.func).rpartition(".")[0]
                if method == "commit" and name.startswith("shared/bus/"):
                    continue  # of offsets
                if receiver.endswith("correlation"):
                    continue  # the beginning of a correlation id
                if method in TRANSACTION_CALLS:
                    yield f"{place(path, call)} {dotted(call.func)}()"

    assert offences(found()) == []


def test_http_errors_are_decided_in_shared_web() -> None:
    def found() -> Iterator[str]:
        for path in shipped():
            if name_of(path).startswith("shared/web/"):
                continue
            for node in nodes(path):
                if isinstance(node, ast.ImportFrom) and any(
                    alias.name == "HTTPException" for alias in node.names
                ):
                    yield place(path, node)
                if isinstance(node, ast.Attribute) and node.attr == "HTTPException":
                    yield place(path, node)

    assert offences(found()) == []


def test_only_the_clock_asks_the_machine_for_the_time() -> None:
    """Also by handing the function on, as in `default_factory=datetime.now`."""
    asked = {name_of(path): {dotted(node) for node in nodes(path)} & CLOCK_CALLS for path in shipped()}
    assert asked[CLOCK]
    assert {name: sorted(found) for name, found in asked.items() if found and name != CLOCK} == {}


RUN_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def module_level_calls(path: Path) -> Iterator[ast.Call]:
    """Calls that run on import: everything outside functions and lambdas, class bodies included."""
    waiting: list[ast.AST] = [parsed(path)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            yield node
        children = ast.iter_child_nodes(node)
        waiting.extend(child for child in children if not isinstance(child, RUN_LATER))


def test_importing_builds_nothing_that_connects_or_reads_the_environment() -> None:
    def found() -> Iterator[str]:
        for path in shipped():
            for call in module_level_calls(path):
                name = dotted(call.func).rpartition(".")[2]
                if name in BUILT_AT_IMPORT or name.endswith("Settings"):
                    yield f"{place(path, call)} {name}()"

    assert any(True for path in shipped() for _ in module_level_calls(path))
    assert offences(found()) == []


def test_only_the_entry_points_read_the_environment() -> None:
    """Values are handed in; a module that reads them by itself cannot be tested on other values."""
    allowed = (
        "services/__main__.py",
        "services/commands/",
        "simulation/",
        "shared/db/programs.py",
        "shared/bus/embedded.py",
    )

    def found() -> Iterator[str]:
        for path in shipped():
            if name_of(path).startswith(allowed):
                continue
            for node in nodes(path):
                if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv"}:
                    yield place(path, node)

    assert offences(found()) == []


SETS = {"batch", "chunk", "chunks", "batches"}
QUERIES = {"rows", "row", "value", "execute"}


def words_in(node: ast.AST) -> set[str]:
    """The words of the names in it: `chunk_of_outcomes` is a chunk."""
    return {word for inner in ast.walk(node) if isinstance(inner, ast.Name) for word in inner.id.split("_")}


def awaited_queries(node: ast.AST) -> Iterator[ast.Call]:
    """Awaited calls that ask the database: on a transaction, or with one as the first argument."""
    for inner in ast.walk(node):
        if not (isinstance(inner, ast.Await) and isinstance(inner.value, ast.Call)):
            continue
        call = inner.value
        on_tx = (
            isinstance(call.func, ast.Attribute)
            and call.func.attr in QUERIES
            and dotted(call.func.value) == "tx"
        )
        with_tx = bool(call.args) and dotted(call.args[0]) == "tx"
        if on_tx or with_tx:
            yield call


def queries_in_loops(path: Path) -> Iterator[ast.Call]:
    for node in nodes(path):
        if isinstance(node, ast.For | ast.AsyncFor) and not words_in(node.target) & SETS:
            for statement in node.body:
                yield from awaited_queries(statement)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            once = set(awaited_queries(node.generators[0].iter))
            yield from (call for call in awaited_queries(node) if call not in once)


# A loop over a handful of things that are different statements anyway, with the reason.
LOOPS_WITH_REASON: dict[str, str] = {
    "services/warning/usecases/follow_accounts.py": "people leave one at a time, and who takes over sees the former's",
}


@pytest.mark.parametrize("room", ["api", "consumers", "jobs", "repository", "usecases"])
def test_no_query_runs_once_per_row(room: str) -> None:
    """A loop may go over chunks (name its variable so), not over rows."""
    files = [path for path in hand_written("services") if path.parent.name == room]
    assert files
    found = [
        f"{place(path, call)} {dotted(call.func)}()" for path in files for call in queries_in_loops(path)
    ]
    assert [line for line in found if line.split(":")[0] not in LOOPS_WITH_REASON] == []


def test_every_exception_to_the_loop_rule_still_exists() -> None:
    assert [name for name in LOOPS_WITH_REASON if not list(queries_in_loops(ROOT / name))] == []


def test_no_fact_of_a_refusal_is_named_like_a_member_of_problems() -> None:
    """Such a fact would not be shown: the member's meaning is RFC 9457's. Names stand in the code, to be found here."""

    def found() -> Iterator[str]:
        for path in shipped():
            for call in calls(path):
                for keyword in call.keywords:
                    if keyword.arg == "facts" and isinstance(keyword.value, ast.Dict):
                        yield from (place(path, call) for key in keyword.value.keys if _is_member(key))

    assert offences(found()) == []


def _is_member(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and key.value in MEMBERS
