"""What clients send to the warning service, through the gateway: actions of coordinators and officers."""

from typing import Literal

from pydantic import Field

from shared.contracts.base import Action, Amount, Day, GivenInstant, Identifier, Incoming, JsonObject, Reason
from shared.contracts.warning import ReasonCode


class Accept(Action):
    """A coordinator takes a warning on."""


class Reject(Action):
    """A coordinator gives a warning back; it goes to the next in line."""

    reason: Reason


class Visit(Action):
    """The first on-site check, as found. `visited_at`: when it took place, now when not given."""

    findings: Reason
    visited_at: GivenInstant | None = None


class OutcomeReport(Action):
    """What came of it: `resolved` or `false_alarm`, with the evidence for closure."""

    outcome: Literal["resolved", "false_alarm"]
    evidence: Reason


class PassOn(Action):
    """A coordinator asks another body to go on. `note`: why, and what was found.

    workers: how many are concerned; amount_cny: what is in dispute, CNY, as far as known.
    """

    note: Reason
    workers: int | None = Field(default=None, ge=0, le=1_000_000)
    amount_cny: Amount | None = None


class HandOver(PassOn):
    """To the mediation network."""


class Refer(PassOn):
    """To the labour inspectorate."""


class Return(Action):
    """An officer finds the outcome wanting and gives the warning back to its handler."""

    reason: Reason


class Assign(Action):
    """An officer assigns a warning; without `assignee_id` the usual order decides again."""

    assignee_id: Identifier | None = None
    reason: Reason


class Close(Action):
    """An officer closes a warning."""

    reason_code: ReasonCode
    evidence: Reason


class Pause(Action):
    """An officer stops the clocks, with a reason."""

    reason: Reason


class Resume(Action):
    """An officer lets the clocks run again."""


class AbsenceIn(Action):
    """Days, both included, on which a coordinator gets no new warnings."""

    coordinator_id: Identifier
    starts_on: Day
    ends_on: Day
    reason: Reason


class EnterpriseIn(Incoming):
    """An enterprise as a client upserts it; the code stands in the path.

    override_reason: keeps a code that fails the check (15-digit numbers, sole traders), and says why.
    """

    name: str = Field(min_length=1, max_length=200)
    workplace_division: str | None = Field(default=None, pattern=r"^\d{6}(\d{3}(\d{3})?)?$")
    registered_division: str | None = Field(default=None, pattern=r"^\d{6}(\d{3}(\d{3})?)?$")
    grid_cell: str | None = Field(default=None, max_length=40)
    industry: str | None = Field(default=None, pattern=r"^[A-T](\d{2,4})?$")
    headcount: int | None = Field(default=None, ge=0, le=1_000_000)
    zone: str | None = Field(default=None, max_length=40)
    sole_trader: bool | None = None
    override_reason: Reason | None = None


class RulePackDraft(Action):
    """A new rule pack, to be reviewed by a second person."""

    effective_from: Day
    document: JsonObject


class RulePackStep(Action):
    """Review or publication of a draft."""
