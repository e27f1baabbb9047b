"""What all HTTP models that cross a service line share."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal
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
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from shared.kernel.clock import SHANGHAI


class Incoming(BaseModel):
    """A request body: unknown fields and wrong JSON types are refused, never guessed at."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Outgoing(BaseModel):
    """A response body."""

    model_config = ConfigDict(frozen=True)


def refusal(message_zh: str, message_en: str) -> PydanticCustomError:
    """Return what a validator raises, in both languages."""
    return PydanticCustomError("value_error", message_en, {"message_zh": message_zh})


ShanghaiTime = Annotated[
    AwareDatetime,
    PlainSerializer(lambda at: at.astimezone(SHANGHAI).isoformat(timespec="seconds"), return_type=str),
]
"""An instant, stored in UTC and shown in Asia/Shanghai with its offset."""


def _from_text(value: object) -> object:
    """Let only text become an identifier or a date: a number is never guessed at as a timestamp."""
    if isinstance(value, str | UUID | date):
        return value
    raise refusal("须写成文字（加引号）。", "This must be text, in quotation marks.")


# FastAPI hands over parsed JSON, in which identifiers and dates are text; strict mode alone would refuse them.
Identifier = Annotated[UUID, Field(strict=False), BeforeValidator(_from_text)]
Day = Annotated[date, Field(strict=False), BeforeValidator(_from_text)]


def _within_reach(at: datetime) -> datetime:
    """Refuse the first and last day of the calendar: there an instant has no date in every zone."""
    if at.date() in {date.min, date.max}:
        raise refusal("超出日历范围，请核对日期。", "This is out of reach of the calendar: check the date.")
    return at


GivenInstant = Annotated[
    AwareDatetime, Field(strict=False), BeforeValidator(_from_text), AfterValidator(_within_reach)
]


def no_nul(text: str) -> str:
    if "\x00" in text:
        raise refusal("文字中有 NUL 字符，请删除。", "The text holds a NUL character: remove it.")
    return text


Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000), AfterValidator(no_nul)
]
"""A person's reason or evidence: 2 to 2,000 characters."""


class Action(Incoming):
    """What a person does. `action_id`: made by their client, once per action, so that a repeat does nothing."""

    action_id: Identifier


_AMOUNT: Final = r"^[0-9]{1,13}(\.[0-9]{1,2})?$"
_is_amount = re.compile(_AMOUNT).fullmatch


def _amount(value: object) -> object:
    """Let only text become an amount: a JSON number has been through a float, and Decimal reads more than is written.

    It takes "1e5", "1_000", blanks and the digits of every script.
    """
    if isinstance(value, Decimal) or (isinstance(value, str) and _is_amount(value)):
        return value
    raise refusal(
        '金额须写成文字，单位元，至多两位小数，例如 "412600.00"。',
        'Write the amount as text, such as "412600.00": digits, and at most two after the point.',
    )


Amount = Annotated[
    Decimal,
    Field(strict=False, ge=0, max_digits=15, decimal_places=2),
    BeforeValidator(_amount),
    WithJsonSchema({"type": "string", "pattern": _AMOUNT}, mode="validation"),
]
"""CNY, written as text: "412600.00"."""

JsonObject = dict[str, Any]
ClockStanding = Literal["due", "at_risk", "breached", "met", "paused"]


class ClockOut(Outgoing):
    """A clock with why its date is what it is."""

    kind: str
    standing: ClockStanding
    started_at: ShanghaiTime
    due_at: ShanghaiTime
    provisional: bool
    article: str
    trace: str
    trace_en: str
    met_at: ShanghaiTime | None
    breached_at: ShanghaiTime | None


class CaseDone(Outgoing):
    """Where a case of mediation or inspection stands after an action."""

    id: UUID
    state: str
    version: int
    due_at: ShanghaiTime | None
    repeated: bool = False
