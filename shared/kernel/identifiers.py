"""The unified social credit code 统一社会信用代码 (GB 32100-2015)."""

import re
from enum import StrEnum
from typing import ClassVar
from unicodedata import category, normalize

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from shared.kernel.errors import DomainError, FieldProblem, Kind

USCC_LENGTH = 18
_ALPHABET = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
# Farmers' cooperatives and their branches had `NA` or `NB` and a closing X in theirs.
_REGISTRATION_NUMBER = re.compile(r"[0-9]{15}|[0-9]{6}N[AB][0-9]{6}[0-9X]")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]*)?E\+?[0-9]{1,3}")
# What people write where there is nothing to write (after NFKC and upper case).
_NOTHING = frozenset(
    {"", "无", "無", "-", "--", "—", "——", "不详", "不詳", "未知", "/", "N/A", "NULL", "NONE"}
)


class UsccProblem(StrEnum):
    """Why a code is refused; stable codes."""

    EMPTY = "empty"
    REGISTRATION_NUMBER_15 = "registration_number_15"
    WRONG_LENGTH = "wrong_length"
    ILLEGAL_CHARACTER = "illegal_character"
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    SCIENTIFIC_NOTATION = "scientific_notation"


_MESSAGES: dict[UsccProblem, tuple[str, str]] = {
    UsccProblem.EMPTY: (
        "缺少统一社会信用代码，请填写18位代码。",
        "There is no unified social credit code; enter the 18 characters.",
    ),
    UsccProblem.REGISTRATION_NUMBER_15: (
        "这是15位工商注册号，请查询对应的18位统一社会信用代码；确无代码的，注明理由后可保留。",
        "This is an old 15-digit registration number; look up the 18-character code, or keep it with a reason.",
    ),
    UsccProblem.WRONG_LENGTH: (
        "统一社会信用代码应为18位，请核对是否缺位或多位。",
        "The unified social credit code has 18 characters; check for missing or extra ones.",
    ),
    UsccProblem.ILLEGAL_CHARACTER: (
        "代码含有不允许的字符（只用数字和不含I、O、S、V、Z的大写字母），请核对。",
        "The code holds characters that no code has (only digits and capitals without I, O, S, V, Z); check it.",
    ),
    UsccProblem.WRONG_CHECK_DIGIT: (
        "校验位不符，代码中有错字，请对照营业执照核对。",
        "The check digit is wrong, so some character is; compare with the business licence.",
    ),
    UsccProblem.SCIENTIFIC_NOTATION: (
        "代码已被表格软件变成科学计数法，后几位已丢失；请将该列设为文本后重新填写。",
        "A spreadsheet cut the code to scientific notation; format the column as text and enter it again.",
    ),
}


class UsccInvalid(DomainError):
    """The text is no unified social credit code; `reason_code` says in which way."""

    kind: ClassVar[Kind] = Kind.INVALID
    code = "uscc.invalid"

    def __init__(self, reason_code: UsccProblem) -> None:
        """Take the messages of the reason."""
        self.reason_code = reason_code
        chinese, english = _MESSAGES[reason_code]
        problem = FieldProblem("uscc", reason_code.value, chinese, english)
        super().__init__(chinese, english, fields=(problem,), facts={"reason": reason_code.value})


def normalise_uscc(text: str) -> str:
    """Return the code as it is compared: half-width, upper case, without spaces and invisible characters."""
    if text.isascii() and text.isalnum():  # as nearly all are written
        return text.upper()
    folded = normalize("NFKC", text).upper()
    # Once more, because taking a space out can leave two marks beside each other that compose.
    return normalize("NFKC", "".join(mark for mark in folded if category(mark)[0] not in "CZ"))


def check_uscc(code: str) -> None:
    """Refuse a (normalised) code that is not sound, with the one reason that helps most."""
    problem = _problem_of(code)
    if problem is not None:
        raise UsccInvalid(problem)


def _problem_of(code: str) -> UsccProblem | None:
    """The order is from the particular to the general: a number from a spreadsheet is also too short."""
    if code in _NOTHING:
        return UsccProblem.EMPTY
    if _SCIENTIFIC.fullmatch(code):
        return UsccProblem.SCIENTIFIC_NOTATION
    if _REGISTRATION_NUMBER.fullmatch(code):
        return UsccProblem.REGISTRATION_NUMBER_15
    if not _ALPHABET.issuperset(code):
        return UsccProblem.ILLEGAL_CHARACTER
    if len(code) != USCC_LENGTH:
        return UsccProblem.WRONG_LENGTH
    return _problem_of_complete(code)


def _problem_of_complete(code: str) -> UsccProblem | None:
    """The first eight (authority, kind, division) are digits in every code of an enterprise."""
    if not code[:8].isdigit():
        return UsccProblem.ILLEGAL_CHARACTER
    try:
        uscc.validate(code)
    except ValidationError:
        return UsccProblem.WRONG_CHECK_DIGIT
    return None
