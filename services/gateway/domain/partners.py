"""Who is behind another installation, what it may ask of us, and how both sides compare keys."""

import base64
import hashlib
import ipaddress
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from shared.kernel.divisions import contains
from shared.kernel.errors import DomainError, FieldProblem, Kind

_GROUP = 4
_NAME_LENGTH = 80
_MOST_KEYS = 8
_AUTHORITY = re.compile(r"[a-z0-9.-]+(?::[0-9]{1,5})?|\[[0-9a-f:]+\](?::[0-9]{1,5})?")
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
"""A 32-byte key, or a SHA-256 thumbprint, in base64url."""


class Operation(StrEnum):
    """What one institution may ask of another."""

    SERVICE_OF_DOCUMENTS = "service_of_documents"
    EVIDENCE = "evidence"
    ONLINE_MEDIATION = "online_mediation"


class DataClass(StrEnum):
    """How much about people a message holds."""

    CASE = "case"
    PERSONAL = "personal"


class Purpose(StrEnum):
    """What the answer will be used for, and for nothing else."""

    ARBITRATION = "arbitration"
    MEDIATION = "mediation"
    INSPECTION = "inspection"


class PartnerStatus(StrEnum):
    """Whether messages are taken from and sent to a partner."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class DescriptorInvalid(DomainError):
    """A partner's file cannot be used."""

    code = "federation.descriptor_invalid"
    message_zh = "伙伴文件无效：应为 labour-warning federation identity --out 写出的文件。"
    message_en = "Not a partner's file: it is what `labour-warning federation identity --out` writes."


class FingerprintDiffers(DomainError):
    """The file is not the one that the partner wrote, or the fingerprint was read wrongly."""

    kind = Kind.CONFLICT
    code = "federation.fingerprint_differs"


class KeyTaken(DomainError):
    """Another partner has this key, name or address."""

    kind = Kind.CONFLICT
    code = "federation.partner_taken"
    message_zh = "该名称、地址或密钥已属于另一伙伴。"
    message_en = "This name, address or key belongs to another partner."


class PartnerUnknown(DomainError):
    """No partner has that name."""

    kind = Kind.NOT_FOUND
    code = "federation.partner_unknown"
    message_zh = "没有这个伙伴；请用 labour-warning federation partner list 查看。"
    message_en = "No such partner; see `labour-warning federation partner list`."


@dataclass(frozen=True, slots=True)
class PartnerKey:
    """A public Ed25519 key. `kid` is its RFC 7638 thumbprint, so that nobody can claim another's."""

    kid: str
    x: str


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What an installation tells of itself: the file that partners exchange."""

    name: str
    base_url: str
    keys: tuple[PartnerKey, ...]

    @property
    def fingerprint(self) -> str:
        """Return what both sides read to each other: SHA-256 over name, address and keys, in groups of four.

        The address is covered because messages with case data go there.
        """
        keys = [key_document(key) for key in sorted(self.keys, key=lambda key: key.kid)]
        told = {"base_url": self.base_url, "jwks": {"keys": keys}, "name": self.name}
        canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        return " ".join(digest[at : at + _GROUP] for at in range(0, len(digest), _GROUP))


@dataclass(frozen=True, slots=True)
class Partner:
    """An institution that we exchange messages with."""

    id: UUID
    name: str
    base_url: str
    fingerprint: str
    status: PartnerStatus
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Ask:
    """What a request asks to be allowed. `jurisdiction`: code of the division where help is wanted."""

    operation: Operation
    data_class: DataClass
    jurisdiction: str
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Grant:
    """One thing that a partner may ask of us, within a division, for one purpose, until a date."""

    id: UUID
    ask: Ask
    expires_at: datetime
    revoked_at: datetime | None = None

    def in_force(self, now: datetime) -> bool:
        """Tell whether the grant counts at `now`."""
        return self.revoked_at is None and now < self.expires_at

    def covers(self, ask: Ask, now: datetime) -> bool:
        """Tell whether the grant allows `ask`: all four must fit, and a town lies in its district."""
        mine = self.ask
        return (
            self.in_force(now)
            and mine.operation is ask.operation
            and mine.data_class is ask.data_class
            and mine.purpose is ask.purpose
            and contains(mine.jurisdiction, ask.jurisdiction)
        )


def allowed(grants: Iterable[Grant], ask: Ask, now: datetime) -> bool:
    """Tell whether any grant covers `ask`; without one the answer is no."""
    return any(grant.covers(ask, now) for grant in grants)


def key_document(key: PartnerKey) -> dict[str, str]:
    """Return the JWK of a public key."""
    return {"crv": "Ed25519", "kid": key.kid, "kty": "OKP", "x": key.x}


def thumbprint(x: str) -> str:
    """Return the RFC 7638 thumbprint of an Ed25519 key, base64url without padding."""
    canonical = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def read_descriptor(document: object) -> Descriptor:
    """Return a descriptor from a partner's file. Raises DescriptorInvalid with the field at fault."""
    told = _members(document, "file", "name", "base_url", "jwks")
    name, base_url = told["name"], told["base_url"]
    if not isinstance(name, str) or not name.strip() or len(name) > _NAME_LENGTH or not name.isprintable():
        raise _invalid("name", "名称应为 1–80 个字符。", "The name has 1 to 80 characters.")
    if not isinstance(base_url, str):
        raise _invalid("base_url", "缺少地址。", "There is no address.")
    listed = _members(told["jwks"], "jwks", "keys")["keys"]
    if not isinstance(listed, Sequence) or not 1 <= len(listed) <= _MOST_KEYS:
        raise _invalid("jwks", "应有 1–8 个公钥。", "There are 1 to 8 public keys.")
    keys = tuple(_key(one) for one in listed)
    if len({key.kid for key in keys}) != len(keys):
        raise _invalid("jwks", "公钥重复。", "A key is there twice.")
    return Descriptor(name.strip(), checked_address(base_url), keys)


def checked_address(base_url: str) -> str:
    """Return an installation's address: https, or http on this machine; host and port alone.

    Raises DescriptorInvalid. Lower case and without a closing slash, because signatures cover it as it is.
    """
    address = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        sound = _sound(parts)
    except ValueError:
        sound = False
    if not sound:
        raise _invalid(
            "base_url",
            "地址应形如 https://主机:端口，不含路径；仅本机可用 http。",
            "The address is https://host:port without a path; http on this machine alone.",
        )
    return address


def _sound(parts: SplitResult) -> bool:
    plain = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    named = bool(_AUTHORITY.fullmatch(parts.netloc)) and parts.port != 0
    return plain and named and (parts.scheme == "https" or (parts.scheme == "http" and _local(parts)))


def _local(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_fingerprint(descriptor: Descriptor, compared: str) -> None:
    """Raise FingerprintDiffers unless it is this descriptor's; blanks and case do not count."""
    plain = "".join(compared.split()).lower().replace(":", "").replace("-", "")
    if plain != descriptor.fingerprint.replace(" ", ""):
        raise FingerprintDiffers(
            f"指纹不符：文件的指纹是 {descriptor.fingerprint}。请与对方电话核对，不符则不要添加。",
            f"The fingerprint differs: the file's is {descriptor.fingerprint}. Compare it with the partner by "
            "telephone, and do not add the file unless it is the same.",
        )


def _key(document: object) -> PartnerKey:
    told = _members(document, "jwks", "kty", "crv", "x", "kid")
    x, kid = told["x"], told["kid"]
    if (told["kty"], told["crv"]) != ("OKP", "Ed25519") or "d" in told:
        raise _invalid("jwks", "只接受 Ed25519 公钥。", "Public Ed25519 keys alone are taken.")
    if not isinstance(x, str) or not _KEY.fullmatch(x) or kid != thumbprint(x):
        raise _invalid("jwks", "公钥或其编号有误。", "A key, or its kid, is wrong: kid is the thumbprint.")
    return PartnerKey(thumbprint(x), x)


def _members(document: object, field: str, *names: str) -> Mapping[str, object]:
    if not isinstance(document, Mapping) or not set(names) <= set(document):
        raise _invalid(field, f"缺少 {'、'.join(names)}。", f"It holds {', '.join(names)}.")
    return document


def _invalid(field: str, zh: str, en: str) -> DescriptorInvalid:
    return DescriptorInvalid(fields=(FieldProblem(field, "invalid", zh, en),))
