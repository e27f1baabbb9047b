"""What all HTTP models that cross a service line share."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

from shared.kernel.clock import SHANGHAI


class Incoming(BaseModel):
    """A request body: unknown fields and wrong JSON types are refused, never guessed at."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Outgoing(BaseModel):
    """A response body."""

    model_config = ConfigDict(frozen=True)


ShanghaiTime = Annotated[
    AwareDatetime,
    PlainSerializer(lambda at: at.astimezone(SHANGHAI).isoformat(timespec="seconds"), return_type=str),
]
"""An instant, stored in UTC and shown in Asia/Shanghai with its offset."""


def _from_text(value: object) -> object:
    """Let only text become an identifier or a date: a number is never guessed at as a timestamp."""
    if isinstance(value, str | UUID | date):
        return value
    message = "must be text"
    raise ValueError(message)


# FastAPI hands over parsed JSON, in which identifiers and dates are text; strict mode alone would refuse them.
Identifier = Annotated[UUID, Field(strict=False), BeforeValidator(_from_text)]
Day = Annotated[date, Field(strict=False), BeforeValidator(_from_text)]
GivenInstant = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_from_text)]


def _no_nul(text: str) -> str:
    if "\x00" in text:
        message = "text holds a NUL character"
        raise ValueError(message)
    return text


Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000), AfterValidator(_no_nul)
]
"""A person's reason or evidence: 2 to 2,000 characters."""

JsonObject = dict[str, Any]
