"""What the warning service answers; the gateway's audiences see the same shapes.

Signals are not modelled here: they cross as NDJSON lines, read once, by the warning service.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import ClockOut, Incoming, JsonObject, Outgoing, ShanghaiTime

Level = Literal["orange", "red"]
State = Literal[
    "raised",
    "assigned",
    "accepted",
    "visited",
    "handed_over",
    "referred",
    "resolved",
    "false_alarm",
    "closed",
]
ReasonCode = Literal["true_resolved", "true_incident", "false_alarm", "transferred", "enterprise_gone"]


class WarningSummary(Outgoing):
    """A warning in a list."""

    id: UUID
    level: Level
    state: State
    uscc: str
    name: str
    division: str
    division_name: str
    due_at: ShanghaiTime | None
    raised_at: ShanghaiTime
    assignee_id: UUID | None
    queue_division: str | None
    escalated_to: str | None
    paused: bool


class WarningPage(Outgoing):
    """A page of warnings."""

    items: list[WarningSummary]
    next_cursor: str | None


class Sentence(Outgoing):
    """A reason in words, by a rule or the score; or what came `later` and calls the reasons in question.

    contribution: of one by the score, on the scale of log odds; together they are the score's.
    """

    source: Literal["rule", "score", "later"]
    text: str
    text_en: str
    contribution: float | None = None


class HistoryEntry(Outgoing):
    """One step in a warning's life."""

    at: ShanghaiTime
    actor: str
    action: str
    from_state: str | None
    to_state: str
    from_level: str | None
    to_level: str
    note: str | None


class NoticeOut(Outgoing):
    """Who was told of what."""

    at: ShanghaiTime
    role: str
    division: str
    account_id: UUID | None
    cause: str


class EnterpriseCard(Outgoing):
    """An enterprise as its handler needs it."""

    uscc: str
    name: str
    workplace_division: str
    division_name: str
    registered_division: str | None
    grid_cell: str | None
    industry: str | None
    headcount: int | None
    zone: str | None
    sole_trader: bool


class WarningDetail(WarningSummary):
    """A warning with everything its handler and officers need."""

    peak_level: Level
    assignment_reason: str | None
    double_red: bool
    rule_ids: list[str]
    reasons: list[Sentence]
    evidence: JsonObject
    clocks: list[ClockOut]
    enterprise: EnterpriseCard
    history: list[HistoryEntry]
    told: list[NoticeOut]
    outcome_evidence: str | None
    reason_code: str | None
    closed_at: ShanghaiTime | None
    version: int


class ActionDone(Outgoing):
    """Where a warning stands after an action."""

    id: UUID
    state: State
    level: Level
    version: int
    due_at: ShanghaiTime | None
    repeated: bool = False


class TownCount(Outgoing):
    """Open warnings of one town."""

    division: str
    name: str
    red: int
    orange: int
    overdue: int
    unowned: int


class AgeCount(Outgoing):
    """Open warnings by how long ago they were raised."""

    age: Literal["under_1_day", "1_to_3_days", "3_to_15_days", "over_15_days"]
    red: int
    orange: int


class StateCount(Outgoing):
    """Open warnings in one state."""

    state: State
    red: int
    orange: int


class Overview(Outgoing):
    """The district, or the caller's part of it, at a glance."""

    as_of: ShanghaiTime
    division: str
    towns: list[TownCount]
    states: list[StateCount]
    ages: list[AgeCount]
    assessed: dict[str, int]
    indicators: JsonObject


class FunnelStages(Outgoing):
    """How far the warnings raised in a period have come by now, with the signals received in it.

    Each figure counts warnings of the period, so none is larger than `warnings`; those that were loaded as history are
    left out, and a reopened one counts by its newest life. signals: also those that were loaded as history. mediated: a
    mediation ended with an agreement. inspected: an inspection ended.
    """

    signals: int
    warnings: int
    visited: int
    handed_over: int
    mediated: int
    referred: int
    inspected: int
    closed: int


class TownFunnel(FunnelStages):
    """The stages of one town."""

    division: str
    name: str


class Funnel(Outgoing):
    """From signal to closure, by town; `since` and `until` are days in Shanghai, both included."""

    since: date
    until: date
    division: str
    total: FunnelStages
    towns: list[TownFunnel]


class EnterpriseSummary(Outgoing):
    """An enterprise in a list."""

    uscc: str
    name: str
    workplace_division: str
    division_name: str
    industry: str | None
    headcount: int | None
    risk_level: str
    open_warning_id: UUID | None


class EnterprisePage(Outgoing):
    """A page of enterprises."""

    items: list[EnterpriseSummary]
    next_cursor: str | None


TimelineKind = Literal["signal", "assessment", "warning", "mediation", "inspection"]


class TimelineEntry(Outgoing):
    """A signal, an assessment, or a step of a warning or of a case in an enterprise's time."""

    id: str
    at: ShanghaiTime
    kind: TimelineKind
    title: str
    title_en: str
    facts: JsonObject


class TimelinePage(Outgoing):
    """A page of an enterprise's time line, newest first."""

    items: list[TimelineEntry]
    next_cursor: str | None


class EnterpriseDetail(Outgoing):
    """An enterprise with its time line, newest first: the newest 200 signals, assessments, steps of warnings, of cases.

    Where that is not all, the time line's own pages go on from `next_cursor`, with the first entry that is missing
    here; what they bring again has the same id.
    """

    enterprise: EnterpriseCard
    former_names: list[str]
    risk_level: str
    score: float | None
    open_warning_id: UUID | None
    timeline: list[TimelineEntry]
    next_cursor: str | None


class EnterpriseWritten(Outgoing):
    """What an upsert did."""

    uscc: str
    result: Literal["created", "updated", "unchanged"]
    released_signals: int


class CoordinatorOut(Outgoing):
    """A grid coordinator with the load of open warnings."""

    account_id: UUID
    username: str
    division: str
    grid_cells: list[str]
    open_warnings: int
    absent: bool
    enabled: bool


class CoordinatorPage(Outgoing):
    """A page of coordinators."""

    items: list[CoordinatorOut]
    next_cursor: str | None


class AbsenceOut(Outgoing):
    """A recorded absence."""

    id: UUID
    coordinator_id: UUID
    starts_on: date
    ends_on: date
    reason: str
    cancelled: bool


class AbsencePage(Outgoing):
    """A page of absences."""

    items: list[AbsenceOut]
    next_cursor: str | None


class RulePackOut(Outgoing):
    """A rule pack and who did what with it."""

    version: int
    status: Literal["draft", "reviewed", "live", "retired"]
    effective_from: date
    drafted_by: str
    reviewed_by: str | None
    published_by: str | None
    document: JsonObject


class RulePackPage(Outgoing):
    """A page of rule packs."""

    items: list[RulePackOut]
    next_cursor: str | None


class LevelChange(Outgoing):
    """One enterprise whose level a pack would change."""

    uscc: str
    name: str
    division: str
    from_level: str
    to_level: str


class DryRun(Outgoing):
    """What would change if the pack went live now."""

    version: int
    enterprises: int
    changes: dict[str, int]
    sample: list[LevelChange]


class AssessmentRequested(Outgoing):
    """An enterprise waits for its assessment."""

    uscc: str


class Recheck(Outgoing):
    """A stored assessment beside what its evidence says when it is computed again."""

    assessment_id: UUID
    stored: JsonObject
    recomputed: JsonObject
    same: bool


class SignalResult(Outgoing):
    """What became of one signal."""

    index: int
    status: Literal["accepted", "duplicate", "held", "refused"]
    signal_id: UUID | None = None
    problem: JsonObject | None = None


class SenderPart(Incoming):
    """The head of one sender's part in a call that carries several: so many of the lines that follow are its own."""

    authorization: str = Field(max_length=8_192)
    lines: int = Field(ge=1)


class SignalResults(Outgoing):
    """What became of a batch, in its order."""

    results: list[SignalResult]


class SignalReceipt(Outgoing):
    """What became of a single signal."""

    status: Literal["accepted", "duplicate", "held"]
    signal_id: UUID


class StreamProgress(Outgoing):
    """How many lines of a stream are safely stored."""

    lines_stored: int
