"""Whether an object is what the API takes, judged offline. A kind that nobody knows is not."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema
import kubernetes_validate

VERSION: Final = "1.31"
"""The oldest Kubernetes that the manifests are for."""
_SCHEMAS = Path(__file__).parent / "schemas"

# The package reads its two megabytes of definitions for every object.
kubernetes_validate.utils.schema_contents = cache(kubernetes_validate.utils.schema_contents)


class UnknownKind(Exception):
    """Neither Kubernetes nor a vendored schema knows the kind."""


def check(one: dict[str, Any]) -> None:
    """Raise jsonschema.ValidationError where the object is wrong, UnknownKind where nobody can tell."""
    try:
        kubernetes_validate.validate(one, VERSION, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        jsonschema.Draft202012Validator(_vendored(one["kind"], one["apiVersion"])).validate(one)


@cache
def _vendored(kind: str, api_version: str) -> Any:
    group, _, version = api_version.partition("/")
    path = _SCHEMAS / f"{kind.lower()}-{group.split('.')[0]}-{version}.json"
    if not path.exists():
        raise UnknownKind(f"{kind} {api_version}: {path.name} is not there")
    return _strict(json.loads(path.read_text("utf-8")))


def _strict(schema: Any) -> Any:
    """Refuse what a custom resource's schema does not name, as the API server does in strict mode."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "x-kubernetes-preserve-unknown-fields" not in schema:
        closed.setdefault("additionalProperties", False)
    return closed
