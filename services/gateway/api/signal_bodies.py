"""Checks that signals are JSON and makes lines of them; what they say is read by the warning service alone."""

import json
import re
from codecs import BOM_UTF8

from pydantic_core import from_json

from services.gateway.usecases.send_signal import MOST_SIGNALS
from shared.kernel.errors import DomainError, FieldProblem, Kind, WholeBodyRefused
from shared.web.json_bodies import REPEATED_KEY, first_fault

# Inside JSON a raw line break is only ever white space, so a blank in its place changes nothing.
_BEGIN = re.compile(r'\s*\{\s*"[^"]*"\s*:\s*\[\s*')
_END = re.compile(r"\]\s*\}\s*")
_BETWEEN = " \t\r\n,"
_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")


def _no_constant(name: str) -> object:
    raise ValueError(name)


# Tells where a signal ends, whatever it holds: endless numbers and lone surrogates are its own fault, not the batch's.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_no_constant)


class BodyNotJson(WholeBodyRefused):
    """The body cannot be read as JSON."""

    kind = Kind.MALFORMED
    code = "not_json"
    message_zh = "请求体不是有效的 UTF-8 JSON（不允许 NaN、过深嵌套或过长数字），请检查后重发。"
    message_en = (
        "The body is not valid JSON in UTF-8 (no NaN, deep nesting or endless numbers): check it and resend."
    )


class BodyNotObject(WholeBodyRefused):
    """The body is JSON of another shape."""

    code = "not_an_object"
    message_zh = "请求体应为一个 JSON 对象。"
    message_en = "The body must be one JSON object."


class BatchRefused(DomainError):
    """The batch as a whole has the wrong shape."""

    code = "batch_refused"
    message_zh = "批量请求体格式有误，请按字段提示修改。"
    message_en = "The batch has the wrong shape: see the fields."


def one_line(raw: bytes) -> bytes:
    """Return a single signal as a line. Raises BodyNotJson or BodyNotObject."""
    raw = raw.removeprefix(BOM_UTF8)
    if not isinstance(_read(raw), dict):
        raise BodyNotObject
    return raw.translate(_ONE_LINE)


def batch_lines(raw: bytes) -> list[bytes]:
    """Return a batch's signals as lines. Raises BodyNotJson, BodyNotObject or BatchRefused."""
    raw = raw.removeprefix(BOM_UTF8)
    document = _read_batch(raw)
    if not isinstance(document, dict):
        raise BodyNotObject
    signals = document.get("signals")
    unknown = sorted(document.keys() - {"signals"})
    if unknown:
        raise _refused(unknown[0], "没有这个字段，请删除。", "There is no such field: remove it.")
    if not isinstance(signals, list):
        raise _refused("signals", "应为信号数组。", "This must be a list of signals.")
    if len(signals) > MOST_SIGNALS:
        raise _refused(
            "signals",
            f"一次最多 {MOST_SIGNALS} 条，请分批发送。",
            f"At most {MOST_SIGNALS} at a time: split it.",
        )
    return _cut(raw.decode())


def _cut(text: str) -> list[bytes]:
    """Return the signals just as they were written: of a key that stands twice, a reader keeps one.

    `text` is known to be JSON in which a reader finds `signals`, a list, and nothing else.
    """
    found = []
    begun = _BEGIN.match(text)
    place = begun.end() if begun is not None else len(text)
    while place < len(text) and text[place] != "]":
        _, end = _DECODER.raw_decode(text, place)
        found.append(text[place:end].encode().translate(_ONE_LINE))
        place = _next(text, end)
    if _END.fullmatch(text, place) is None:
        raise BatchRefused(fields=[FieldProblem("signals", *REPEATED_KEY)])
    return found


def _next(text: str, place: int) -> int:
    while text[place] in _BETWEEN:
        place += 1
    return place


def _read(raw: bytes) -> object:
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError:
        raise BodyNotJson(first_fault(raw)) from None


def _read_batch(raw: bytes) -> object:
    """Most batches have no fault, and the strict reader is the quicker one."""
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError:
        pass
    try:
        return _DECODER.decode(raw.decode())
    except (ValueError, RecursionError):
        raise BodyNotJson(first_fault(raw)) from None


def _refused(field: str, zh: str, en: str) -> BatchRefused:
    return BatchRefused(fields=[FieldProblem(field[:64], "invalid", zh, en)])
