"""An enterprise as it is told of, checked before it is kept."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from unicodedata import category

from shared.kernel.divisions import MINHANG, contains, is_known
from shared.kernel.errors import DomainError, FieldProblem
from shared.kernel.identifiers import UsccInvalid, UsccProblem, check_uscc, normalise_uscc
from shared.kernel.text import fold_name

LONGEST_NAME = 200
_LONGEST_LABEL = 40
_LARGEST_HEADCOUNT = 1_000_000
_TOWN_DIGITS = 9
_DIVISION = re.compile(r"[0-9]{6}([0-9]{3}([0-9]{3})?)?")
_INDUSTRY = re.compile(r"[A-T]([0-9]{2,4})?")
# What could at all be a sole trader's number: an old registration number or a code with a misprint.
_SOLE_TRADER_NUMBER = re.compile(r"[0-9A-Z]{13,18}")
_SOLE_TRADER_CODE = re.compile(r"92[0-9A-Z]{16}")


class EnterpriseRefused(DomainError):
    """What was said of the enterprise cannot be kept; the fields say why."""

    code = "enterprise_refused"
    message_zh = "企业信息有误，请按字段提示修改。"
    message_en = "The enterprise cannot be kept as it is: see the fields."

    @property
    def reason(self) -> str:
        """Return the code of the first field at fault, by which refusals are counted."""
        return self.fields[0].code if self.fields else self.code


class WriteResult(StrEnum):
    """What an upsert did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class EnterpriseClaim:
    """What somebody says of an enterprise; None means that nothing is said, and what is known stays."""

    uscc: str
    name: str
    registered_division: str | None = None
    workplace_division: str | None = None
    grid_cell: str | None = None
    industry: str | None = None
    headcount: int | None = None
    zone: str | None = None
    sole_trader: bool | None = None


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise as it is kept. Jurisdiction follows the workplace, never the code or the registration."""

    uscc: str
    name: str
    name_key: str
    workplace_division: str
    registered_division: str | None
    grid_cell: str | None
    industry: str | None
    headcount: int | None
    zone: str | None
    sole_trader: bool
    override_reason: str | None


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim that may be kept, and why, where its code does not stand the check."""

    claim: EnterpriseClaim
    name_key: str
    override_reason: str | None


def check_claim(claim: EnterpriseClaim, override_reason: str | None) -> CheckedClaim:
    """Return the claim in its normal form. Raises EnterpriseRefused with every field at fault.

    A code that fails its check is kept only with a reason, and only for 15-digit registration numbers
    and sole traders, who may have no other number.
    """
    cleaned = replace(claim, uscc=normalise_uscc(claim.uscc), name=_visible(claim.name))
    sole_trader = cleaned.sole_trader or is_sole_trader_code(cleaned.uscc)
    refusal = _refusal_of(cleaned.uscc)
    overridden = bool(
        refusal and override_reason and _may_override(cleaned.uscc, refusal, sole_trader=sole_trader)
    )
    problems = [] if refusal is None or overridden else list(refusal.fields)
    problems += _problems(cleaned)
    if problems:
        raise EnterpriseRefused(fields=problems)
    known = replace(cleaned, sole_trader=sole_trader or cleaned.sole_trader)
    return CheckedClaim(known, fold_name(known.name), override_reason if overridden else None)


def is_sole_trader_code(code: str) -> bool:
    """Say whether the code's class is that of sole traders (个体工商户)."""
    return _SOLE_TRADER_CODE.fullmatch(code) is not None


def merge(known: Enterprise | None, checked: CheckedClaim) -> tuple[Enterprise, WriteResult]:
    """Return the enterprise after the claim, and what that changes. What the claim leaves out stays as it was."""
    claim = checked.claim
    if known is None:
        return _first(checked), WriteResult.CREATED
    workplace = claim.workplace_division or known.workplace_division
    stays = _stays_in_town(known, workplace)
    merged = Enterprise(
        uscc=known.uscc,
        name=claim.name,
        name_key=checked.name_key,
        workplace_division=workplace,
        registered_division=claim.registered_division or known.registered_division,
        grid_cell=claim.grid_cell or (known.grid_cell if stays else None),
        industry=claim.industry or known.industry,
        headcount=known.headcount if claim.headcount is None else claim.headcount,
        zone=claim.zone or (known.zone if stays else None),
        sole_trader=known.sole_trader if claim.sole_trader is None else claim.sole_trader,
        override_reason=checked.override_reason or known.override_reason,
    )
    return merged, WriteResult.UNCHANGED if merged == known else WriteResult.UPDATED


def calls_for_assessment(before: Enterprise | None, after: Enterprise) -> bool:
    """Say whether the change is one that an assessment or an assignment reads."""
    return before is not None and _assessed(before) != _assessed(after)


def _stays_in_town(known: Enterprise, workplace: str) -> bool:
    """Grid cell and zone belong to their town: who moves to another one leaves them behind."""
    return contains(known.workplace_division[:_TOWN_DIGITS], workplace) or contains(
        workplace, known.workplace_division
    )


def _assessed(enterprise: Enterprise) -> tuple[object, ...]:
    return (
        enterprise.workplace_division,
        enterprise.grid_cell,
        enterprise.industry,
        enterprise.headcount,
        enterprise.sole_trader,
    )


def _first(checked: CheckedClaim) -> Enterprise:
    claim = checked.claim
    return Enterprise(
        uscc=claim.uscc,
        name=claim.name,
        name_key=checked.name_key,
        workplace_division=claim.workplace_division or MINHANG,
        registered_division=claim.registered_division,
        grid_cell=claim.grid_cell,
        industry=claim.industry,
        headcount=claim.headcount,
        zone=claim.zone,
        sole_trader=bool(claim.sole_trader),
        override_reason=checked.override_reason,
    )


def _refusal_of(code: str) -> UsccInvalid | None:
    try:
        check_uscc(code)
    except UsccInvalid as error:
        return error
    return None


def _may_override(code: str, refusal: UsccInvalid, *, sole_trader: bool) -> bool:
    if refusal.reason_code is UsccProblem.REGISTRATION_NUMBER_15:
        return True
    return sole_trader and _SOLE_TRADER_NUMBER.fullmatch(code) is not None


def _problems(claim: EnterpriseClaim) -> list[FieldProblem]:
    return [
        *_name_problems(claim.name),
        *_division_problems(claim),
        *_label_problems({"grid_cell": claim.grid_cell, "zone": claim.zone}),
        *_figure_problems(claim),
    ]


def _visible(name: str) -> str:
    """Return the name as it is written, without what nobody sees: control and format characters, outer spaces."""
    return "".join(mark for mark in name if category(mark) not in {"Cc", "Cf", "Cs"}).strip()


def _name_problems(name: str) -> Iterator[FieldProblem]:
    if not name:
        yield FieldProblem("name", "name_missing", "缺少企业名称，请补充。", "The name is missing: add it.")
    elif len(name) > LONGEST_NAME:
        yield FieldProblem(
            "name",
            "name_too_long",
            f"企业名称不得超过{LONGEST_NAME}字。",
            f"A name has at most {LONGEST_NAME} characters.",
        )


def _division_problems(claim: EnterpriseClaim) -> Iterator[FieldProblem]:
    named = {"workplace_division": claim.workplace_division, "registered_division": claim.registered_division}
    for field, code in named.items():
        if code is not None and _DIVISION.fullmatch(code) is None:
            yield FieldProblem(
                field,
                "division_malformed",
                "区划代码须为6、9或12位数字。",
                "A division code has 6, 9 or 12 digits.",
            )
        elif code is not None and field == "workplace_division" and not contains(MINHANG, code):
            yield FieldProblem(
                field,
                "outside_district",
                f"用工地不在本区（{MINHANG}）：请核对用工地区划；注册地可在外区，请填入 registered_division。",
                f"The workplace is not in this district ({MINHANG}): check it; "
                "a registration elsewhere belongs in registered_division.",
            )
        elif code is not None and field == "workplace_division" and not is_known(code):
            yield FieldProblem(
                field,
                "town_unknown",
                f"本区（{MINHANG}）没有这个街镇：请核对前9位；只知所在区的，填写 {MINHANG}。",
                f"This district ({MINHANG}) has no such town: check the first 9 digits; "
                f"where only the district is known, write {MINHANG}.",
            )


def _label_problems(labels: Mapping[str, str | None]) -> Iterator[FieldProblem]:
    for field, value in labels.items():
        if value is not None and (len(value) > _LONGEST_LABEL or not value.isprintable()):
            yield FieldProblem(
                field,
                "label_unusable",
                f"不得超过{_LONGEST_LABEL}字，不得含控制字符。",
                f"At most {_LONGEST_LABEL} characters and no control characters.",
            )


def _figure_problems(claim: EnterpriseClaim) -> Iterator[FieldProblem]:
    if claim.industry is not None and _INDUSTRY.fullmatch(claim.industry) is None:
        yield FieldProblem(
            "industry",
            "industry_malformed",
            "行业代码须为GB/T 4754门类字母加2至4位数字，例如C26。",
            "An industry is a GB/T 4754 letter with 2 to 4 digits, such as C26.",
        )
    if claim.headcount is not None and not 0 <= claim.headcount <= _LARGEST_HEADCOUNT:
        yield FieldProblem(
            "headcount",
            "headcount_out_of_range",
            f"用工人数须在0至{_LARGEST_HEADCOUNT}之间。",
            f"The headcount lies between 0 and {_LARGEST_HEADCOUNT}.",
        )
