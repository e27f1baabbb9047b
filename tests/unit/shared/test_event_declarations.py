"""An event is declared once, frozen, and read with tolerance for what a newer producer adds."""

from collections.abc import Iterator
from typing import ClassVar

import pytest
from pydantic import ValidationError
from typing_extensions import override

from shared.events.base import EVENT_TYPES, DuplicateEventType, Event


@pytest.fixture
def drawn() -> Iterator[type[Event]]:
    """Declare an event of its own for one test."""

    class LotDrawn(Event):
        TYPE: ClassVar[str] = "inspection.lot.drawn.v1"
        TOPIC: ClassVar[str] = "inspection.lot"

        number: int

        @property
        @override
        def key(self) -> str:
            return str(self.number)

    yield LotDrawn
    del EVENT_TYPES[LotDrawn.TYPE]


def test_a_declared_event_is_known_by_its_type(drawn: type[Event]) -> None:
    assert EVENT_TYPES["inspection.lot.drawn.v1"] is drawn


def test_two_classes_cannot_claim_one_type(drawn: type[Event]) -> None:
    with pytest.raises(DuplicateEventType):
        type("Other", (drawn,), {"__module__": __name__})


def test_a_producer_cannot_send_undeclared_fields(drawn: type[Event]) -> None:
    with pytest.raises(ValidationError):
        drawn.model_validate({"number": 7, "phone": "13800000000"})


def test_a_consumer_ignores_what_a_newer_producer_adds(drawn: type[Event]) -> None:
    assert drawn.read({"number": 7, "weight": 3}) == drawn.model_validate({"number": 7})


def test_an_event_does_not_change(drawn: type[Event]) -> None:
    event = drawn.model_validate({"number": 7})

    with pytest.raises(ValidationError):
        event.number = 8  # type: ignore[attr-defined]  # declared in the fixture
