"""A request for assistance (协助事项) on its way between two institutions, and the pauses between attempts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.kernel.errors import DomainError, Kind


class Direction(StrEnum):
    """Seen from here."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class State(StrEnum):
    """SENDING: no receipt yet. RECEIVED: with the officers of the side that was asked."""

    SENDING = "sending"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNDELIVERABLE = "undeliverable"


class Step(StrEnum):
    """What moves a request."""

    RECEIPT = "receipt"
    ACCEPT = "accept"
    REFUSE = "refuse"
    GIVE_UP = "give_up"
    RESEND = "resend"


class Delivery(StrEnum):
    """How far the message is that we owe the other side."""

    PENDING = "pending"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"


_MOST_DOUBLINGS = 30
_DECIDED = {Step.ACCEPT: State.ACCEPTED, Step.REFUSE: State.REFUSED}
# The partner's decision proves that it has the request, whatever became of its receipt on the way.
STEPS: Mapping[State, Mapping[Step, State]] = {
    State.SENDING: {Step.RECEIPT: State.RECEIVED, Step.GIVE_UP: State.UNDELIVERABLE, **_DECIDED},
    State.RECEIVED: _DECIDED,
    State.UNDELIVERABLE: {Step.RESEND: State.SENDING, **_DECIDED},
    State.ACCEPTED: {},
    State.REFUSED: {},
}


class StepNotAllowed(DomainError):
    """The request stands where this step does not lead on."""

    kind = Kind.CONFLICT
    code = "federation.step_not_allowed"

    def __init__(self, state: State) -> None:
        """Tell where the request stands."""
        super().__init__(
            f"当前状态（{state}）下不能进行此操作。",
            f"This cannot be done while the request is {state}.",
            facts={"state": state.value},
        )


class NothingUndeliverable(DomainError):
    """There is no message that was given up."""

    kind = Kind.CONFLICT
    code = "federation.nothing_undeliverable"

    def __init__(self, state: State) -> None:
        """Tell where the request stands."""
        super().__init__(
            f"没有无法送达的报文可以重发：当前状态为 {state}。",
            f"No message of this request is undeliverable: it is {state}.",
            facts={"state": state.value},
        )


def next_state(state: State, step: Step) -> State:
    """Return where `step` leads. Raises StepNotAllowed."""
    try:
        return STEPS[state][step]
    except KeyError:
        raise StepNotAllowed(state) from None


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a message is tried, and how long at most."""

    first_pause: timedelta = timedelta(seconds=2)
    longest_pause: timedelta = timedelta(hours=1)
    give_up_after: timedelta = timedelta(hours=72)

    def pause(self, attempts: int, share: float) -> timedelta:
        """Return the pause after so many attempts: doubled each time, and half of it left to chance.

        share: a random number from 0 to 1, so that many senders do not come back at the same moment.
        """
        doublings = min(max(attempts - 1, 0), _MOST_DOUBLINGS)
        whole = min(self.first_pause * (1 << doublings), self.longest_pause)
        return whole * (0.5 + share / 2)

    def over(self, since: datetime, now: datetime) -> bool:
        """Tell whether a message has waited too long."""
        return now - since >= self.give_up_after
