"""This installation's keys: a file of private Ed25519 keys, oldest first; the first one signs.

A key is changed without a gap: add one, let the partners take the new descriptor, then retire the oldest.
"""

import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from services.gateway.domain.partners import Descriptor, PartnerKey, key_document, thumbprint
from shared.kernel.errors import DomainError, Kind

_OWNER_ALONE = 0o600


class KeyFileUnusable(DomainError):
    """The file of our own keys cannot be used."""

    kind = Kind.UNAVAILABLE
    code = "federation.key_file_unusable"


class LastKey(DomainError):
    """An installation always keeps one key."""

    kind = Kind.CONFLICT
    code = "federation.last_key"
    message_zh = "只有一个密钥，不能停用：请先添加新密钥。"
    message_en = "There is one key only: add another before this one is retired."


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are to partners, and the key that we sign with."""

    descriptor: Descriptor
    kid: str
    private_key: Ed25519PrivateKey


def identity_from(path: Path, name: str, base_url: str) -> Identity:
    """Return the identity of a key file, which is made when it is not there. Raises KeyFileUnusable."""
    keys = _read(path)
    public = tuple(_public(key) for key in keys)
    private = keys[0].private_key
    if not isinstance(private, Ed25519PrivateKey):
        raise _unusable(path)
    return Identity(Descriptor(name, base_url, public), public[0].kid, private)


def document_of(descriptor: Descriptor) -> dict[str, object]:
    """Return the file that partners get."""
    return {
        "name": descriptor.name,
        "base_url": descriptor.base_url,
        "jwks": {"keys": [key_document(key) for key in descriptor.keys]},
        "fingerprint": descriptor.fingerprint,
    }


def add_key(path: Path) -> None:
    """Add a key, which signs as soon as those before it are retired."""
    _write(path, [*_read(path), _new()])


def retire_oldest_key(path: Path) -> None:
    """Remove the key that signs now; the next one signs from the next start. Raises LastKey."""
    keys = _read(path)
    if len(keys) == 1:
        raise LastKey
    _write(path, keys[1:])


def _read(path: Path) -> list[OKPKey]:
    if not path.exists():
        _make(path)
    try:
        keys = [OKPKey.import_key(one) for one in json.loads(path.read_bytes())["keys"]]
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _unusable(path) from error
    if not keys:
        raise _unusable(path)
    return keys


def _make(path: Path) -> None:
    """Make the file whole or not at all; of two processes that start at once, one makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    making = _written_aside(path, [_new()])
    try:
        with suppress(FileExistsError):
            os.link(making, path)
    finally:
        making.unlink()


def _write(path: Path, keys: Sequence[OKPKey]) -> None:
    _written_aside(path, keys).replace(path)


def _written_aside(path: Path, keys: Sequence[OKPKey]) -> Path:
    making = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ALONE), "w") as file:
        json.dump({"keys": [key.as_dict(private=True) for key in keys]}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return making


def _new() -> OKPKey:
    return OKPKey.generate_key("Ed25519")


def _public(key: OKPKey) -> PartnerKey:
    x = str(key.as_dict(private=False)["x"])
    return PartnerKey(thumbprint(x), x)


def _unusable(path: Path) -> KeyFileUnusable:
    return KeyFileUnusable(
        f"联邦密钥文件 {path} 无法使用：请从备份恢复。",
        f"The federation key file {path} cannot be used: restore it from a backup.",
    )
