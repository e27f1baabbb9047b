"""What nobody means to send, for every parameter and every field of a body that an OpenAPI document declares."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import uuid4

from shared.kernel.paging import encode_cursor

Document = Mapping[str, Any]

_UUID = "0199f5a0-5bd1-7a30-8c2f-0d8f3a1b2c3d"
# As they stand in an address: NUL, half a character, no UTF-8 at all, numbers and days beyond every column.
IN_ADDRESSES = (
    "%00",
    "a%00b",
    "91310112%00133304518C",
    "%ED%A0%80",
    "%FF%FE",
    "%E2%80%AE",
    "x" * 3_000,
    "%E6%AC%A0" * 3_000,
    "9" * 40,
    str(2**63),
    str(2**31),
    "-1",
    "1e400",
    "NaN",
    "0001-01-01",
    "9999-12-31",
    "2026-11-18%00",
    "%27%20OR%201=1--",
    "%25%5F",
)
FORGED_CURSORS = tuple(
    encode_cursor(values)
    for values in (
        ["a\x00b"],
        ["\ud800"],
        ["9" * 40],
        ["-" + "9" * 40],
        [str(2**31)],
        [str(2**63)],
        ["٣"],
        ["x" * 200],
        [_UUID],
        ["0001-01-01T00:00:00+14:00", _UUID],
        ["9999-12-31T23:59:59-14:00", _UUID],
        ["2026-11-18T00:00:00+00:00", _UUID],
        ["2026-11-18T00:00:00", _UUID],
        ["never", _UUID],
        ["never", "\x00"],
        *(
            [name, at, _UUID]
            for name in ("mediation", "inspection.open", "inspection.closed")
            for at in ("0001-01-01T00:00:00+14:00", "2026-11-18T00:00:00", "never")
        ),
    )
)
IN_BODIES: tuple[object, ...] = (
    "a\x00b",
    "\x00",
    "\ud800",
    "欠薪\udfff",
    "\u202e\u200b",
    "x" * 50_000,
    "",
    None,
    True,
    -1,
    2**31,
    2**63,
    10**40,
    float("nan"),
    float("inf"),
    1e300,
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-11-18T10:00:00",
    "1" * 40,
    "310112\x00",
    [],
    ["a\x00b"],
    {"a\x00b": "\ud800"},
    {"\ud800": ["\x00"]},
)

# It answers for as long as the client listens.
ENDLESS = "/api/notifications/v1/stream"


@dataclass(frozen=True, slots=True)
class Call:
    """One request: how it is sent, and what is unusual about it."""

    method: str
    address: str
    body: bytes
    what: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document, with sound values for its path and its body."""

    method: str
    path: str
    parameters: Mapping[str, str]
    """Where each is: path, query or header, by name."""
    sound: Mapping[str, str]
    body: Mapping[str, object]

    @property
    def address(self) -> str:
        return self.path.format(**self.sound)

    def addresses(self) -> Iterator[Call]:
        """Return a call for every value in every place of the address."""
        body = json.dumps(self.body).encode()
        yield Call(self.method, f"{self.address}?no_such=%00", body, "a parameter of no route")
        for name, place in self.parameters.items():
            for value in IN_ADDRESSES + (FORGED_CURSORS if name == "cursor" else ()):
                if place in {"path", "query"}:
                    yield Call(self.method, self._address(name, place, value), body, f"{name}={value[:60]}")

    def bodies(self) -> Iterator[Call]:
        """Return a call for every value in every field of the body."""
        for name, unusual in product(self.body, IN_BODIES):
            told = {**self.body, "action_id": str(uuid4())} if "action_id" in self.body else self.body
            content = json.dumps({**told, name: unusual}).encode()
            yield Call(self.method, self.address, content, f"{name}: {ascii(unusual)[:60]}")

    def _address(self, name: str, place: str, value: str) -> str:
        if place == "path":
            return self.path.format(**{**self.sound, name: value})
        return f"{self.address}?{name}={value}"


def operations_of(document: Document, known: Mapping[str, str]) -> Iterator[Operation]:
    """Return every operation; `known` gives values of parameters and fields that name something that exists."""
    for path, operations in document["paths"].items():
        if path == ENDLESS:
            continue
        for method, operation in operations.items():
            declared = {one["name"]: one["in"] for one in operation.get("parameters", [])}
            sound = {name: known.get(name, _UUID) for name in declared}
            body = _body(document, operation)
            told = {name: known.get(name, value) for name, value in body.items()}
            yield Operation(method.upper(), path, declared, sound, told)


def _body(document: Document, operation: Document) -> dict[str, object]:
    """Return a sound body of an operation, as far as its schema tells."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return {} if content is None else dict(_sample(document, content["schema"]))


def _sample(document: Document, schema: Document) -> Any:
    if "$ref" in schema:
        return _sample(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return _sample(document, schema["anyOf"][0])
    if schema.get("type") == "object":
        return {name: _sample(document, one) for name, one in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [_sample(document, schema["items"]) for _ in range(schema.get("minItems", 0))]
    return _plain_sample(schema)


def _plain_sample(schema: Document) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    samples = {"uuid": _UUID, "date": "2026-11-18", "date-time": "2026-11-18T02:00:00Z"}
    if schema.get("type") == "string":
        return samples.get(schema.get("format", ""), "310112101" if "pattern" in schema else "情况说明")
    return {"integer": 1, "number": 1, "boolean": False}.get(schema.get("type", ""), "1.00")
