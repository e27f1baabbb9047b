"""How an event is declared, and the CloudEvents 1.0 envelope in which it travels.

A subclass of `Event` is a fact in the past tense that one service owns. It holds identifiers and
facts, never a worker's name, telephone or identity number.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from typing_extensions import override

EVENT_TYPES: dict[str, type["Event"]] = {}
"""Every declared event by its type; filled as the modules of this package are imported."""


class DuplicateEventType(TypeError):
    """Two classes claim one event type."""


class Event(BaseModel):
    """A fact that happened, frozen. Subclasses set `TYPE` (`<service>.<thing>.<past tense>.v<n>`) and `TOPIC`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    TYPE: ClassVar[str] = ""
    TOPIC: ClassVar[str] = ""
    PERSONAL_DATA: ClassVar[bool] = False
    REPLACES: ClassVar[str] = ""
    """What of its key a later event says anew; "" where every event counts by itself."""

    @classmethod
    @override
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Register the type; abstract bases (without a TYPE) are passed over."""
        super().__pydantic_init_subclass__(**kwargs)
        if not cls.TYPE:
            return
        if cls.TYPE in EVENT_TYPES:
            raise DuplicateEventType(cls.TYPE)
        EVENT_TYPES[cls.TYPE] = cls

    @property
    def key(self) -> str:
        """Return the partition key: everything of one key is handled in order."""
        raise NotImplementedError

    @classmethod
    def read(cls, data: object) -> Self:
        """Parse a consumer's copy: fields of a newer producer are ignored."""
        return cls.model_validate(data, extra="ignore")


class Recipient(BaseModel):
    """An office that is told: a role in a division, or one account."""

    model_config = ConfigDict(frozen=True)

    role: str
    division: str
    account_id: UUID | None = None


def _is_empty(attribute: str) -> bool:
    return not attribute


class Envelope(BaseModel):
    """A CloudEvents 1.0 envelope in structured JSON mode.

    `partitionkey`, `correlationid` and `traceparent` are extension attributes; the correlation id ties the
    request that caused the event to everything that follows from it. `traceparent` is CloudEvents' own extension
    for tracing (ADR 0013): where in a trace the event came to be; left out where no trace was kept.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    partitionkey: str
    correlationid: str
    traceparent: str = Field(default="", exclude_if=_is_empty)
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Emitted:
    """An event with the identity it got when it was emitted."""

    event_id: UUID
    event: Event
    at: datetime
    correlation_id: str
    traceparent: str = ""

    def envelope(self, service: str) -> Envelope:
        """Return the envelope as `service` sends it."""
        return Envelope(
            id=self.event_id,
            source=f"/labour-warning/{service}",
            type=self.event.TYPE,
            subject=self.event.key,
            time=self.at,
            dataschema=f"/schemas/events/{self.event.TYPE}.json",
            partitionkey=self.event.key,
            correlationid=self.correlation_id,
            traceparent=self.traceparent,
            data=self.event.model_dump(mode="json"),
        )
