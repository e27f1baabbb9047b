"""Errors that speak the domain. `shared.web.errors` alone decides what they are in HTTP.

A message is written for the person who sees it: what is wrong and what to do,
in simplified Chinese with English beside it. It never holds internals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, TypeVar

T = TypeVar("T")


class Kind(StrEnum):
    """What sort of refusal an error is; the edge maps it to a status."""

    MALFORMED = "malformed"
    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA = "unsupported_media"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that cannot be taken as it is: which, why, and what to do."""

    field: str
    code: str
    message_zh: str
    message_en: str


class DomainError(Exception):
    """A refusal that the caller can understand and act on.

    Subclasses set `kind`, `code` and both messages; `facts` are safe to show.
    """

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "invalid"
    message_zh: str = "请求无法处理。"
    message_en: str = "The request cannot be processed."

    def __init__(
        self,
        message_zh: str | None = None,
        message_en: str | None = None,
        *,
        fields: Sequence[FieldProblem] = (),
        facts: Mapping[str, str | int | None] | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        """Keep the messages, the fields and the facts.

        Messages that are not given are the class's own. Where that has none either, the first field says it all.
        """
        own = type(self).message_zh is not DomainError.message_zh or not fields
        self.message_zh = message_zh or (type(self).message_zh if own else fields[0].message_zh)
        self.message_en = message_en or (type(self).message_en if own else fields[0].message_en)
        self.fields = tuple(fields)
        self.facts = dict(facts or {})
        self.retry_after_seconds = retry_after_seconds
        super().__init__(f"{self.code}: {self.message_en}")


class WholeBodyRefused(DomainError):
    """What was sent is refused as a whole: it has no fields to name yet. Subclasses set both messages."""

    def __init__(self, fault: FieldProblem | None = None) -> None:
        """Name the body, or the one place in it that is known to be at fault."""
        whole = FieldProblem("body", self.code, self.message_zh, self.message_en)
        super().__init__(fields=[fault or whole])


class NotFound(DomainError):
    """The thing does not exist, or is not the caller's to see: the answer is the same."""

    kind = Kind.NOT_FOUND
    code = "not_found"
    message_zh = "未找到该记录，或不在您的管辖范围内。"
    message_en = "No such record, or it is not within your jurisdiction."


def found(thing: T | None) -> T:
    """Return what was looked for. Raises NotFound where there is nothing."""
    if thing is None:
        raise NotFound
    return thing


class Forbidden(DomainError):
    """The caller is known but may not do this."""

    kind = Kind.FORBIDDEN
    code = "forbidden"
    message_zh = "您的角色无权执行此操作。"
    message_en = "Your role may not do this."
