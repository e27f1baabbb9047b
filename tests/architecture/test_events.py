"""Every event has a golden schema, an owner that emits it, and no room for a person's data."""

import ast
import json
from collections.abc import Iterator

import pytest

from shared.events import EVENT_TYPES, Event
from tests.architecture.tree import ROOT, SERVICES, functions, hand_written, nodes

GOLDEN = ROOT / "shared" / "events" / "schemas"
DECLARED = sorted(EVENT_TYPES)
PERSONAL = {
    "id_number",
    "id_card",
    "identity",
    "phone",
    "telephone",
    "mobile",
    "worker_name",
    "person_name",
    "email",
}


def names_used(service: str) -> Iterator[str]:
    """Names that a service's functions use; an import alone emits nothing."""
    for path in hand_written(f"services/{service}"):
        if "consumers" in path.parts:
            continue
        for node in nodes(path):
            if isinstance(node, ast.Name):
                yield node.id
            elif isinstance(node, ast.Attribute):
                yield node.attr


def test_events_are_declared() -> None:
    assert DECLARED


@pytest.mark.parametrize("event_type", DECLARED)
def test_event_names_its_owner_its_version_and_its_topic(event_type: str) -> None:
    owner, _, rest = event_type.partition(".")
    version = rest.rpartition(".")[2]
    assert owner in SERVICES
    assert version.startswith("v")
    assert version[1:].isdigit()
    assert EVENT_TYPES[event_type].TOPIC.startswith(f"{owner}.")


@pytest.mark.parametrize("event_type", DECLARED)
def test_event_has_the_golden_schema(event_type: str) -> None:
    """`make events` rewrites the goldens; a change that is not additive needs a new version of the type."""
    golden = json.loads((GOLDEN / f"{event_type}.json").read_text("utf-8"))
    assert golden == EVENT_TYPES[event_type].model_json_schema()


def test_no_golden_schema_outlives_its_event() -> None:
    found = sorted(path.stem for path in GOLDEN.glob("*.json"))
    assert found == DECLARED


@pytest.mark.parametrize("owner", sorted({event_type.partition(".")[0] for event_type in DECLARED}))
def test_every_event_is_emitted_by_its_owner(owner: str) -> None:
    owned = {
        EVENT_TYPES[event_type].__name__ for event_type in DECLARED if event_type.startswith(f"{owner}.")
    }
    assert owned - set(names_used(owner)) == set()


@pytest.mark.parametrize("event_type", DECLARED)
def test_event_carries_no_personal_data(event_type: str) -> None:
    event: type[Event] = EVENT_TYPES[event_type]
    assert not event.PERSONAL_DATA
    assert set(event.model_fields) & PERSONAL == set()


def test_emit_is_the_only_way_out() -> None:
    """Nobody but the relay and the buses publishes."""
    publishers = set()
    looked_at = 0
    for path in hand_written("services"):
        looked_at += 1
        for function in functions(path):
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Attribute)
                    and node.attr == "publish"
                    and "bus" in ast.unparse(node.value)
                ):
                    publishers.add(f"{path.name}:{function.name}")
    assert looked_at
    assert publishers == set()
