"""Under which name and address partners know us: kept beside the keys, so that every command tells the same."""

import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pydantic_core import from_json, to_json

_FILE: Final = "federation-identity.json"


@dataclass(frozen=True, slots=True)
class StandingName:
    """What partners were told last."""

    name: str
    base_url: str


def kept_name(keys: Path) -> StandingName | None:
    """Return what is kept beside the key file; None where nothing readable is."""
    try:
        told = from_json(keys.with_name(_FILE).read_bytes())
        name, base_url = told["name"], told["base_url"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return StandingName(name, base_url) if isinstance(name, str) and isinstance(base_url, str) else None


def keep_name(keys: Path, told: StandingName) -> None:
    """Keep it, whole or not at all.

    Where the folder cannot be written, as a mounted secret, the environment says it at every start anyway.
    """
    if kept_name(keys) == told:
        return
    making = keys.with_name(f".{_FILE}.{secrets.token_hex(4)}")
    with suppress(OSError):
        making.write_bytes(to_json(asdict(told), indent=1))
        making.replace(keys.with_name(_FILE))
