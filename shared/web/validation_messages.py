"""What a value that does not fit its model is told: in Chinese what to do, with the figures of the rule it broke.

The kinds of errors are pydantic's, whose own English stands beside where this has none. Never is repeated what was
sent: only what the model asks for.
"""

import re
from collections.abc import Mapping
from typing import Any

_UNKNOWN = "该值无效，请按要求填写。"
_QUOTED = re.compile(r"'([^']*)'")

_BOTH: Mapping[str, tuple[str, str]] = {
    "missing": ("缺少该字段，请补充。", "This field is missing: add it."),
    "extra_forbidden": (
        "没有这个字段，请删除或检查拼写。",
        "There is no such field: remove it or check its spelling.",
    ),
    "json_invalid": ("不是有效的 JSON。", "This is not valid JSON."),
    "finite_number": ("必须是有限数值。", "This must be a finite number."),
    "string_type": ("须为文字。", "This must be text."),
    "int_type": ("须为整数。", "This must be a whole number."),
    "bool_type": ("须为 true 或 false。", "This must be true or false."),
    "dict_type": ("须为对象。", "This must be an object."),
    "model_type": ("须为对象。", "This must be an object."),
    "list_type": ("须为数组。", "This must be a list."),
}

_DAY = "须为真实存在的日期，写作 YYYY-MM-DD，例如 2026-11-18。"
_INSTANT = "须为带时区的时间，例如 2026-11-18T09:30:00+08:00。"
_UUID = "须为 UUID，例如 0190b6a4-7c1e-7d3a-9b52-3f1c2d4e5a6b。"
_NUMBER = "须为数字。"
_WHOLE = "须为整数。"
_CHOICE = "须为以下之一：{choices}。"

_CHINESE: Mapping[str, str] = {
    "string_too_short": "至少须有 {min_length} 个字符。",
    "string_too_long": "最多 {max_length} 个字符，请缩短。",
    "string_unicode": "须为有效的 UTF-8 文字。",
    "string_not_ascii": "只能用 ASCII 字符。",
    "too_short": "至少须有 {min_length} 项。",
    "too_long": "最多 {max_length} 项，请分次提交。",
    "bytes_too_short": "至少须有 {min_length} 字节。",
    "bytes_too_long": "最多 {max_length} 字节。",
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "greater_than": "须大于 {gt}。",
    "greater_than_equal": "不得小于 {ge}。",
    "less_than": "须小于 {lt}。",
    "less_than_equal": "不得大于 {le}。",
    "multiple_of": "须为 {multiple_of} 的倍数。",
    "int_parsing": _WHOLE,
    "int_parsing_size": "整数过大，请核对。",
    "int_from_float": "须为整数，不得有小数。",
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "decimal_max_digits": "总共最多 {max_digits} 位数字。",
    "decimal_max_places": "最多 {decimal_places} 位小数。",
    "decimal_whole_digits": "整数部分最多 {whole_digits} 位。",
    "bool_parsing": "须为 true 或 false。",
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": "须为日期，不含时间，写作 YYYY-MM-DD，例如 2026-11-18。",
    "date_past": "须早于今天。",
    "date_future": "须晚于今天。",
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "datetime_object_invalid": _INSTANT,
    "datetime_past": "须早于现在。",
    "datetime_future": "须晚于现在。",
    "timezone_aware": "缺少时区：请在时间后写明，例如 2026-11-18T09:30:00+08:00。",
    "timezone_naive": "不得带时区。",
    "time_type": "须为时间，写作 HH:MM:SS。",
    "time_parsing": "须为时间，写作 HH:MM:SS。",
    "uuid_type": _UUID,
    "uuid_parsing": _UUID,
    "uuid_version": "须为第 {expected_version} 版 UUID。",
    "url_type": "须为网址。",
    "url_parsing": "须为有效的网址。",
    "url_scheme": "网址须以下列之一开头：{choices}。",
    "url_too_long": "网址最多 {max_length} 个字符。",
    "none_required": "须留空（null）。",
    "model_attributes_type": "须为对象。",
    "tuple_type": "须为数组。",
    "set_type": "须为数组。",
    "mapping_type": "须为对象。",
    "json_type": "须为 JSON 文本。",
    "invalid_key": "对象的键须为文字。",
    "recursion_loop": "嵌套过深，请简化。",
    "recursion_depth_exceeded": "嵌套过深，请简化。",
    "union_tag_invalid": "类型须为以下之一：{expected_tags}。",
    "union_tag_not_found": "缺少说明类型的字段，请补充。",
}

_DIVISION = (
    "须为区划代码：区 6 位、街镇 9 位或村居 12 位数字，例如 310112101。",
    "Write a division's code: 6 digits of a district, 9 of a town or 12 of a village, such as 310112101.",
)
_ORGANISATION = (
    "须为 1 至 40 个字母、数字、连字符或下划线，以字母或数字开头。",
    "Use 1 to 40 letters, digits, hyphens or underscores, a letter or digit first.",
)
PATTERNS: Mapping[str, tuple[str, str]] = {
    r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$": _DIVISION,
    r"^\d{6}(\d{3}(\d{3})?)?$": _DIVISION,
    r"^\d{6}(\d{3})?$": (
        "须为区划代码：区 6 位或街镇 9 位数字，例如 310112101。",
        "Write a division's code: 6 digits of a district or 9 of a town, such as 310112101.",
    ),
    r"^[A-T](\d{2,4})?$": (
        "须为 GB/T 4754 行业代码：门类字母，可加 2 至 4 位数字，例如 C26。",
        "Write an industry of GB/T 4754: a letter, and 2 to 4 digits where known, such as C26.",
    ),
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$": _ORGANISATION,
    r"^[^\x00-\x1f./\\]{1,40}$": (
        "须为统一社会信用代码：18 位字母和数字。",
        "Write the unified social credit code: 18 letters and digits.",
    ),
    r"^[^\x00-\x1f./\\]{1,100}$": (
        "须为 1 至 100 个字符的用户名，不含控制字符、句点和斜杠。",
        "Write a user name of 1 to 100 characters without control characters, full stops and slashes.",
    ),
    r"^[0-9]{4}-(0[1-9]|1[0-2])$": (
        "须写作 YYYY-MM，例如 2026-10。",
        "Write the month as YYYY-MM, such as 2026-10.",
    ),
    r"^\d{4}-\d{2}$": ("须写作 YYYY-MM，例如 2026-10。", "Write the month as YYYY-MM, such as 2026-10."),
    r"^\d{4}-\d{2}-\d{2}$": (_DAY, "Write a day that exists as YYYY-MM-DD, such as 2026-11-18."),
}
"""What the patterns of our models mean; nobody has to read an expression."""


def message_of(error: Mapping[str, Any]) -> tuple[str, str]:
    """Return what one of pydantic's findings says, in Chinese and in English."""
    kind, facts, english = str(error["type"]), error.get("ctx", {}), str(error["msg"])
    if kind in _BOTH:
        return _BOTH[kind]
    if kind == "string_pattern_mismatch":
        pattern = facts.get("pattern", "")
        return PATTERNS.get(pattern, (f"格式不符，须匹配 {pattern}。", english))
    if "message_zh" in facts:
        return str(facts["message_zh"]), english
    template = _CHINESE.get(kind)
    if template is None:
        return _UNKNOWN, english
    return template.format_map({**facts, "choices": _choices(facts)}), english


def _choices(facts: Mapping[str, Any]) -> str:
    """Turn `'orange' or 'red'` into a list for the eye."""
    expected = str(facts.get("expected", facts.get("expected_schemes", "")))
    return "、".join(_QUOTED.findall(expected)) or expected
