"""What a signal must bring. Every problem names the field and says, in both languages, what to do."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from unicodedata import category

from services.warning.domain.indicators import NUMBER_FIELDS, Combine, DetailField, Indicator
from services.warning.domain.signals import DetailValue, SignalContent, period_start
from shared.kernel.errors import FieldProblem

EARLIEST_ON = date(2000, 1, 1)
LARGEST_AMOUNT_CNY = Decimal(10**13)
# Fifty years, and more workers than any employer of the district has.
LARGEST_MONTHS = 600
LARGEST_WORKERS = 1_000_000
LONGEST_REFERENCE = 200
_LARGEST_DETAIL = 1e12
_FEN = Decimal("0.01")
_MOST_PROBLEMS = 20
_LONGEST_NAME = 40


def check_content(content: SignalContent, indicator: Indicator, today: date) -> list[FieldProblem]:
    """Return what is wrong with the content, empty when it can be taken; `today` is Shanghai's.

    The credit code is not looked at: an enterprise may be registered under an overridden one.
    """
    problems: list[FieldProblem] = []
    for found in (
        _references(content),
        _time(content, today),
        _numbers(content, indicator),
        _detail(content.detail, indicator),
    ):
        problems.extend(found)
    return problems[:_MOST_PROBLEMS]


def _references(content: SignalContent) -> Iterator[FieldProblem]:
    for field in ("source_ref", "corrects"):
        value = getattr(content, field)
        if value is not None and not _is_reference(value):
            yield FieldProblem(
                field,
                "invalid_text",
                f"须为1至{LONGEST_REFERENCE}个字符，不含控制字符。",
                f"Use 1 to {LONGEST_REFERENCE} characters without control characters.",
            )
    if content.corrects is not None and content.corrects == content.source_ref:
        yield FieldProblem(
            "corrects",
            "corrects_itself",
            "更正须使用新的source_ref，并在corrects中填写原编号。",
            "A correction needs a source_ref of its own; put the former one into corrects.",
        )


def _is_reference(value: str) -> bool:
    return value.strip() != "" and len(value) <= LONGEST_REFERENCE and _is_clean(value)


def _is_clean(value: str) -> bool:
    """Control characters and lone surrogates cannot be stored."""
    return value.isprintable() or not any(category(mark).startswith("C") for mark in value)


def _time(content: SignalContent, today: date) -> Iterator[FieldProblem]:
    if (content.period is None) == (content.occurred_on is None):
        yield FieldProblem(
            "period",
            "exactly_one",
            "请在period（YYYY-MM）与occurred_on（YYYY-MM-DD）中填写一项且仅一项。",
            "Give exactly one of period (YYYY-MM) and occurred_on (YYYY-MM-DD).",
        )
    elif content.period is not None:
        yield from _period(content.period, today)
    elif content.occurred_on is not None:
        yield from _day("occurred_on", content.occurred_on, today)


def _period(period: str, today: date) -> Iterator[FieldProblem]:
    try:
        first = period_start(period)
    except ValueError:
        yield FieldProblem(
            "period", "format", "须为YYYY-MM格式，如2026-10。", "Write the month as YYYY-MM, such as 2026-10."
        )
    else:
        yield from _day("period", first, today)


def _day(field: str, day: date, today: date) -> Iterator[FieldProblem]:
    if day > today:
        yield FieldProblem(
            field,
            "in_future",
            f"不得晚于今天（{today}），请核对日期。",
            f"May not be after today ({today}); check the date.",
        )
    if day < EARLIEST_ON:
        yield FieldProblem(
            field,
            "too_early",
            f"不得早于{EARLIEST_ON}，请核对日期。",
            f"May not be before {EARLIEST_ON}; check the date.",
        )


def _needs_figure(indicator: Indicator) -> bool:
    """Say whether a bare report tells nothing; that an event happened is told by its being reported."""
    counted = indicator.combine is Combine.COUNT or indicator.unit == "event"
    return bool(indicator.fields) and not counted


def _numbers(content: SignalContent, indicator: Indicator) -> Iterator[FieldProblem]:
    amount, months, workers = content.amount_cny, content.months, content.workers
    told = zip(NUMBER_FIELDS, (amount, months, workers), strict=True)
    given = [field for field, value in told if value is not None]
    for field in given:
        if field not in indicator.fields:
            yield FieldProblem(
                field,
                "not_declared",
                f"指标{indicator.id}没有此字段，请删除。",
                f"The indicator {indicator.id} has no such field; leave it out.",
            )
    if _needs_figure(indicator) and not given and not content.detail:
        names = ", ".join(indicator.fields)
        yield FieldProblem(
            indicator.fields[0], "required", f"请至少填写一项：{names}。", f"Give at least one of: {names}."
        )
    if amount is not None:
        yield from _amount(amount)
    if months is not None:
        yield from _count("months", months, LARGEST_MONTHS)
    if workers is not None:
        yield from _count("workers", workers, LARGEST_WORKERS)


def _amount(amount: Decimal) -> Iterator[FieldProblem]:
    if not amount.is_finite() or amount < 0 or amount >= LARGEST_AMOUNT_CNY:
        yield FieldProblem(
            "amount_cny",
            "out_of_range",
            f"金额须为0以上、小于{LARGEST_AMOUNT_CNY}的人民币元数。",
            f"The amount must be 0 or more and below {LARGEST_AMOUNT_CNY} CNY.",
        )
    elif amount != amount.quantize(_FEN):
        yield FieldProblem(
            "amount_cny", "too_precise", "金额至多两位小数（分）。", "At most two decimals (fen)."
        )


def _count(field: str, value: int, largest: int) -> Iterator[FieldProblem]:
    if not 0 <= value <= largest:
        yield FieldProblem(
            field, "out_of_range", f"须为0至{largest}的整数。", f"Must be a whole number from 0 to {largest}."
        )


def _detail(detail: Mapping[str, DetailValue], indicator: Indicator) -> Iterator[FieldProblem]:
    if not detail and not indicator.detail:
        return
    choice = indicator.aspect_choice(detail)
    for name, value in detail.items():
        field = indicator.detail_field(name)
        if field is None:
            yield _unknown_detail(name, indicator)
        elif not field.belongs_to(choice):
            yield _foreign_detail(field)
        else:
            yield from _detail_value(field, value)
    for field in indicator.detail:
        if field.required and field.belongs_to(choice) and field.name not in detail:
            yield FieldProblem(
                f"detail.{field.name}",
                "required",
                f"缺少必填项“{field.name_zh}”。{_choices_zh(field)}",
                f"Required: {field.name_en}.{_choices_en(field)}",
            )


def _unknown_detail(name: str, indicator: Indicator) -> FieldProblem:
    """The name is the sender's own text: what is shown of it is short and plain."""
    shown = name[:_LONGEST_NAME].encode("ascii", "backslashreplace").decode()
    known = ", ".join(field.name for field in indicator.detail) or "-"
    return FieldProblem(
        f"detail.{shown}",
        "unknown_field",
        f"指标{indicator.id}没有此字段，可用：{known}。",
        f"The indicator {indicator.id} has no such field; it knows: {known}.",
    )


def _foreign_detail(field: DetailField) -> FieldProblem:
    kinds = ", ".join(field.aspects)
    return FieldProblem(
        f"detail.{field.name}",
        "not_declared",
        f"此字段仅用于：{kinds}。",
        f"This field belongs only to: {kinds}.",
    )


def _detail_value(field: DetailField, value: DetailValue) -> Iterator[FieldProblem]:
    name = f"detail.{field.name}"
    if field.type == "choice":
        if not isinstance(value, str) or value not in field.choices:
            yield FieldProblem(name, "not_a_choice", _choices_zh(field).strip(), _choices_en(field).strip())
    elif field.type == "boolean":
        if not isinstance(value, bool):
            yield FieldProblem(name, "wrong_type", "须为true或false。", "Must be true or false.")
    elif isinstance(value, bool | str):
        yield FieldProblem(name, "wrong_type", "须为数字。", "Must be a number.")
    else:
        yield from _detail_number(field, value)


def _detail_number(field: DetailField, value: float | Decimal) -> Iterator[FieldProblem]:
    least = -_LARGEST_DETAIL if field.minimum is None else field.minimum
    most = _LARGEST_DETAIL if field.maximum is None else field.maximum
    # Says no to NaN too, and never turns an integer of a thousand digits into a float.
    if not least <= value <= most:
        yield FieldProblem(
            f"detail.{field.name}",
            "out_of_range",
            f"须在{least:g}至{most:g}之间。",
            f"Must be between {least:g} and {most:g}.",
        )


def _choices_zh(field: DetailField) -> str:
    return f"可选：{'、'.join(field.choices)}。" if field.choices else ""


def _choices_en(field: DetailField) -> str:
    return f" Choose one of: {', '.join(field.choices)}." if field.choices else ""
