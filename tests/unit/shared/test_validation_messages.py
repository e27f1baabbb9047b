"""What a value that does not fit is told says in Chinese what to do."""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from shared.contracts.base import Amount, Day, GivenInstant, Identifier, Reason
from shared.web.errors import field_problems
from shared.web.validation_messages import PATTERNS, message_of

CONTRACTS = Path(__file__).parents[2] / "contracts" / "openapi"


class Colour(StrEnum):
    RED = "red"
    ORANGE = "orange"


def told(model: Any, value: object) -> tuple[str, str]:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(model).validate_python(value)
    problem = field_problems(refused.value.errors())[0]
    return problem.message_zh, problem.message_en


@pytest.mark.parametrize(
    ("model", "value", "zh"),
    [
        (Reason, "忙", "至少须有 2 个字符。"),
        (Reason, "忙" * 2_001, "最多 2000 个字符，请缩短。"),
        (Reason, "有\x00的", "文字中有 NUL 字符，请删除。"),
        (Literal["red", "orange"], "watch", "须为以下之一：red、orange。"),
        (Colour, "watch", "须为以下之一：red、orange。"),
        (Annotated[int, Field(ge=1, le=200)], 0, "不得小于 1。"),
        (Annotated[int, Field(ge=1, le=200)], 201, "不得大于 200。"),
        (Annotated[date, Field(le=date(2199, 12, 31))], "2200-01-01", "不得大于 2199-12-31。"),
        (Annotated[int, Field(gt=0)], 0, "须大于 0。"),
        (Annotated[int, Field(lt=5)], 5, "须小于 5。"),
        (int, "one", "须为整数。"),
        (int, 1.5, "须为整数，不得有小数。"),
        (float, "one", "须为数字。"),
        (bool, "perhaps", "须为 true 或 false。"),
        (Annotated[Decimal, Field(decimal_places=2)], "1.234", "最多 2 位小数。"),
        (Annotated[Decimal, Field(max_digits=3)], "12345", "总共最多 3 位数字。"),
        (Amount, 12.5, '金额须写成文字，单位元，至多两位小数，例如 "412600.00"。'),
        (Day, "2026-02-30", "须为真实存在的日期，写作 YYYY-MM-DD，例如 2026-11-18。"),
        (Day, 5, "须写成文字（加引号）。"),
        (GivenInstant, "昨天", "须为带时区的时间，例如 2026-11-18T09:30:00+08:00。"),
        (GivenInstant, "2026-11-18T09:30:00", "缺少时区：请在时间后写明，例如 2026-11-18T09:30:00+08:00。"),
        (GivenInstant, "0001-01-01T09:30:00Z", "超出日历范围，请核对日期。"),
        (AwareDatetime, [], "须为带时区的时间，例如 2026-11-18T09:30:00+08:00。"),
        (Identifier, "x", "须为 UUID，例如 0190b6a4-7c1e-7d3a-9b52-3f1c2d4e5a6b。"),
        (UUID, 5, "须为 UUID，例如 0190b6a4-7c1e-7d3a-9b52-3f1c2d4e5a6b。"),
        (Annotated[list[int], Field(min_length=1)], [], "至少须有 1 项。"),
        (Annotated[list[int], Field(max_length=1)], [1, 2], "最多 1 项，请分次提交。"),
        (
            Annotated[str, Field(pattern=r"^\d{6}(\d{3})?$")],
            "3101",
            "须为区划代码：区 6 位或街镇 9 位数字，例如 310112101。",
        ),
        (Annotated[str, Field(pattern="^a$")], "b", "格式不符，须匹配 ^a$。"),
    ],
)
def test_a_value_that_does_not_fit_is_told_the_rule_with_its_figures(
    model: Any, value: object, zh: str
) -> None:
    message_zh, message_en = told(model, value)
    assert message_zh == zh
    assert message_en


def test_a_kind_that_is_not_foreseen_is_told_something() -> None:
    assert message_of({"type": "no_such", "msg": "Odd"}) == ("该值无效，请按要求填写。", "Odd")


def test_every_pattern_of_the_doors_is_explained_in_words() -> None:
    """Only what the doors themselves write of an amount is not: its validator says what is meant."""
    used = {
        pattern
        for file in CONTRACTS.glob("*.json")
        for pattern in _patterns(json.loads(file.read_text("utf-8")))
    }
    assert used - PATTERNS.keys() - {r"^[0-9]{1,13}(\.[0-9]{1,2})?$"} == set()
    for pattern in PATTERNS:
        re.compile(pattern)


def _patterns(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "pattern" and isinstance(value, str):
                yield value
            else:
                yield from _patterns(value)
    elif isinstance(node, list):
        for value in node:
            yield from _patterns(value)
