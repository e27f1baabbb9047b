"""What may change in an event that others read: new fields that may be absent, and nothing else.

An older consumer must be able to read what a newer producer sends, and a newer consumer what still waits from an
older producer. Everything else is a new version of the type.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
_SAYS_NOTHING = {"title", "description", "default", "additionalProperties"}


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Return in words what breaks readers when the JSON schema `old` becomes `new`."""
    return list(_differences("", _plain(old, old), _plain(new, new)))


def _plain(schema: Any, whole: Schema) -> Any:
    """Return a schema with its references resolved and without what only people read."""
    if isinstance(schema, list):
        return [_plain(one, whole) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        return _plain(whole["$defs"][str(schema["$ref"]).rpartition("/")[2]], whole)
    plain = {
        name: value for name, value in schema.items() if name not in _SAYS_NOTHING | {"$defs", "properties"}
    }
    plain = {name: _plain(value, whole) for name, value in plain.items()}
    if "properties" in schema:  # a field may be called `title`
        plain["properties"] = {name: _plain(one, whole) for name, one in schema["properties"].items()}
    return plain


def _differences(path: str, old: Any, new: Any) -> Iterator[str]:
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        if old != new:
            yield f"{path or 'the event'} has changed"
    elif "properties" in old and "properties" in new:
        yield from _fields(path, old, new)
    elif "items" in old and "items" in new:
        yield from _differences(f"{path}[]", old["items"], new["items"])
        yield from _rest(path, old, new, "items")
    else:
        yield from _rest(path, old, new)


def _fields(path: str, old: Schema, new: Schema) -> Iterator[str]:
    needed_before, needed_now = set(old.get("required", ())), set(new.get("required", ()))
    for name, field in old["properties"].items():
        place = f"{path}.{name}".lstrip(".")
        if name not in new["properties"]:
            yield f"{place} is gone"
            continue
        if (name in needed_before) != (name in needed_now):
            yield f"{place} may be absent in one of the two"
        yield from _differences(place, field, new["properties"][name])
    for name in new["properties"].keys() - old["properties"].keys():
        if name in needed_now:
            yield f"{f'{path}.{name}'.lstrip('.')} is new and required"
    yield from _rest(path, old, new, "properties", "required")


def _rest(path: str, old: Schema, new: Schema, *but: str) -> Iterator[str]:
    if {n: v for n, v in old.items() if n not in but} != {n: v for n, v in new.items() if n not in but}:
        yield f"{path or 'the event'} has changed"
