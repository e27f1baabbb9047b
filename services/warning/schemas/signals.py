"""Signals as departments write them: one JSON object each, read strictly."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from services.warning.domain.signals import SignalContent
from services.warning.usecases.record_signals import MOST_SIGNALS
from services.warning.usecases.store_signals import Outcome, Told
from shared.contracts.warning import SenderPart
from shared.kernel.errors import DomainError, FieldProblem, Kind, WholeBodyRefused
from shared.web.errors import field_problems, problem_of
from shared.web.json_bodies import REPEATED_KEY, first_fault, repeated_key, shown_path

LONGEST_LINE_BYTES = 64 * 1024
MOST_BODY_BYTES = MOST_SIGNALS * (LONGEST_LINE_BYTES + 1)
_MOST_DETAILS = 20
_MOST_PROBLEMS = 20
_LARGEST_NUMBER = 1_000_000_000_000

_DetailName = Annotated[str, Field(max_length=60)]
_DetailValue = (
    bool
    | Annotated[int, Field(ge=-_LARGEST_NUMBER, le=_LARGEST_NUMBER)]
    | Annotated[float, Field(ge=-_LARGEST_NUMBER, le=_LARGEST_NUMBER)]
    | Annotated[str, Field(max_length=200)]
    | None
)
_Count = Annotated[int, Field(ge=-_LARGEST_NUMBER, le=_LARGEST_NUMBER)]

_COLON_BEHIND_KEY = re.compile(rb'"[ \t\r\n]*:')

_HINTS: dict[str, tuple[str, str]] = {
    "amount_cny": (
        '金额须写成字符串，单位元，整数至多14位，小数至多两位，例如 "812345.60"。',
        'Write the amount in CNY as a string, at most 14 digits and two decimals, such as "812345.60".',
    ),
    "period": ('期间须写成 YYYY-MM，例如 "2026-10"。', 'Write the month as YYYY-MM, such as "2026-10".'),
    "occurred_on": ("日期须写成 YYYY-MM-DD，且真实存在。", "Write a day that exists as YYYY-MM-DD."),
    "months": ("须为整数。", "This must be a whole number."),
    "workers": ("须为整数。", "This must be a whole number."),
    "detail": (
        f"须为扁平对象，至多{_MOST_DETAILS}项，值为真假、数字或文字。",
        f"This must be a flat object of at most {_MOST_DETAILS} truths, numbers or texts.",
    ),
}


class SignalUnreadable(DomainError):
    """The signal's JSON does not have the shape of a signal."""

    code = "invalid_signal"
    message_zh = "信号格式有误，请按字段提示修改后重新报送。"
    message_en = "The signal cannot be read: correct the fields and send it again."


class SignalTooLarge(WholeBodyRefused):
    """One signal is larger than any signal needs to be."""

    kind = Kind.TOO_LARGE
    code = "signal_too_large"
    message_zh = f"单条信号不得超过{LONGEST_LINE_BYTES // 1024} KiB，请缩短后重发。"
    message_en = f"One signal has at most {LONGEST_LINE_BYTES // 1024} KiB: shorten it and send it again."


class TooManySignals(DomainError):
    """One call takes a bounded number of signals."""

    kind = Kind.TOO_LARGE
    code = "too_many_signals"
    message_zh = f"每次至多{MOST_SIGNALS}条信号，请分批报送。"
    message_en = f"At most {MOST_SIGNALS} signals at a time: send them in parts."


class PartsUnreadable(DomainError):
    """The heads of a call with several senders do not fit its lines."""

    code = "parts_unreadable"
    message_zh = "各部门的首行与其后的行数不符：首行为 authorization 与 lines，其后即为该部门的信号。"
    message_en = "The heads do not fit the lines: a head names authorization and lines, its signals follow."


class NoSignals(DomainError):
    """The body holds no signal."""

    code = "no_signals"
    message_zh = "没有信号：每行须为一条信号的 JSON。"
    message_en = "There is no signal: each line holds one signal's JSON."


class SignalIn(BaseModel):
    """One signal. Null means absent.

    source_ref: the department's own number of it. corrects: the number of the signal that it replaces, or the id
    that one without a number got here.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    source: str = Field(max_length=64)
    source_ref: str | None = None
    uscc: str = Field(max_length=64)
    indicator: str = Field(max_length=64)
    period: str | None = Field(default=None, pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")
    occurred_on: date | None = None
    amount_cny: str | None = Field(default=None, pattern=r"^-?[0-9]{1,14}(\.[0-9]{1,4})?$")
    months: _Count | None = None
    workers: _Count | None = None
    detail: dict[_DetailName, _DetailValue] | None = Field(default=None, max_length=_MOST_DETAILS)
    corrects: str | None = None

    def content(self) -> SignalContent:
        """Return what the signal says."""
        return SignalContent(
            source=self.source,
            source_ref=self.source_ref,
            uscc=self.uscc,
            indicator=self.indicator,
            period=self.period,
            occurred_on=self.occurred_on,
            amount_cny=None if self.amount_cny is None else Decimal(self.amount_cny),
            months=self.months,
            workers=self.workers,
            detail={name: value for name, value in (self.detail or {}).items() if value is not None},
            corrects=self.corrects,
        )


Line = TypeVar("Line", bound=SignalIn)


def read_lines(body: bytes) -> list[Told]:
    """Return each line's signal, or the error that it met. Raises NoSignals and TooManySignals."""
    lines = body.split(b"\n")
    if not lines[-1]:
        lines.pop()
    if not lines:
        raise NoSignals
    if len(lines) > MOST_SIGNALS:
        raise TooManySignals
    return [read_signal(line) for line in lines]


def read_parts(body: bytes) -> list[tuple[str, list[bytes]]]:
    """Return each sender's Authorization with its lines. Raises PartsUnreadable and TooManySignals."""
    lines = body.split(b"\n")
    parts: list[tuple[str, list[bytes]]] = []
    place = 0
    while place < len(lines):
        try:
            head = SenderPart.model_validate_json(lines[place])
        except ValidationError:
            raise PartsUnreadable from None
        part = lines[place + 1 : place + 1 + head.lines]
        if len(part) < head.lines:
            raise PartsUnreadable
        parts.append((head.authorization, part))
        place += 1 + head.lines
    if sum(len(part) for _, part in parts) > MOST_SIGNALS:
        raise TooManySignals
    return parts


def read_signal(line: bytes) -> Told:
    """Return one signal, or the error that it met."""
    if len(line) > LONGEST_LINE_BYTES:
        return SignalTooLarge()
    try:
        return parsed_line(line, SignalIn).content()
    except ValidationError as error:
        return unreadable(error)
    except SignalUnreadable as refusal:
        return refusal


def parsed_line(line: bytes, model: type[Line]) -> Line:
    """Return a line's signal. Raises ValidationError, and SignalUnreadable for what no reader takes.

    Behind every key stands a colon. Only a line with more of them than keys is looked at closely: there are few,
    while a closer look costs as much as reading the line. An instant's colons follow no quotation mark.
    """
    try:
        signal = model.model_validate_json(line)
    except ValidationError as error:
        if error.errors(include_input=False)[0]["type"] == "json_invalid" and (fault := first_fault(line)):
            raise SignalUnreadable(fields=[fault]) from None
        raise
    keys = len(signal.model_fields_set) + len(signal.detail or ())
    if line.count(b":") > keys and len(_COLON_BEHIND_KEY.findall(line)) > keys:
        path = repeated_key(line)
        if path is not None:
            raise SignalUnreadable(fields=[FieldProblem(path, *REPEATED_KEY)])
    return signal


def unreadable(error: ValidationError) -> SignalUnreadable:
    """Return the refusal of what is no signal; it names fields, never what was sent in them."""
    found = field_problems(error.errors(include_input=False, include_url=False))
    shown = {problem.field: problem for problem in map(_shown, reversed(found[:_MOST_PROBLEMS]))}
    return SignalUnreadable(fields=list(reversed(shown.values())))


def _shown(problem: FieldProblem) -> FieldProblem:
    """A union's branches are one problem of one field, and a field's name may be the sender's own text."""
    parts = problem.field.split(".")
    path = ".".join(parts[:2] if parts[0] == "detail" else parts)
    field = shown_path(path)
    hint = _HINTS.get(parts[0])
    if hint is None or problem.code in {"missing", "extra_forbidden"}:
        return FieldProblem(field, problem.code, problem.message_zh, problem.message_en)
    return FieldProblem(field, problem.code, *hint)


def results_json(outcomes: Sequence[Outcome]) -> bytes:
    """Return the body of a SignalResults, without the detour over a model for each of a thousand results."""
    return to_json({"results": [_result(index, outcome) for index, outcome in enumerate(outcomes)]})


def _result(index: int, outcome: Outcome) -> dict[str, object]:
    if outcome.refusal is None:
        return {"index": index, "status": outcome.status, "signal_id": outcome.signal_id, "problem": None}
    problem = problem_of(outcome.refusal)
    return {"index": index, "status": outcome.status, "signal_id": None, "problem": problem}
