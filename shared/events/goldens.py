"""The published form of every event, which others read by: `schemas/<type>.json`, written by `make events`."""

import json
from importlib.resources import files
from typing import Any

from shared.events import EVENT_TYPES
from shared.events.additive import breaking_changes


def golden(event_type: str) -> dict[str, Any]:
    """Return the published JSON schema of an event's data; raises FileNotFoundError where there is none."""
    path = files("shared.events").joinpath("schemas", f"{event_type}.json")
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def incompatibilities() -> dict[str, list[str]]:
    """Return, by event type, what in the declared events breaks those who read by the goldens."""
    found: dict[str, list[str]] = {}
    for event_type, declared in EVENT_TYPES.items():
        try:
            changes = breaking_changes(golden(event_type), declared.model_json_schema())
        except FileNotFoundError:
            changes = ["it was never published"]
        if changes:
            found[event_type] = changes
    return found
