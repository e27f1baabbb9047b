"""Administrative divisions by their statistical codes: district 6 digits, town 9, village 12.

Jurisdiction follows the workplace's division, never the digits inside a credit code.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.resources import files

from shared.kernel.errors import DomainError, FieldProblem, Kind

MINHANG = "310112"


class DivisionLevel(IntEnum):
    """The level, as the number of digits of its codes."""

    DISTRICT = 6
    TOWN = 9
    VILLAGE = 12


class DivisionInvalid(DomainError):
    """The text is no division's code."""

    kind = Kind.INVALID
    code = "division.invalid"
    message_zh = "区划代码应为6位（区）、9位（街镇）或12位（村居）数字。"
    message_en = "A division code has 6 digits (district), 9 (town) or 12 (village)."

    def __init__(self) -> None:
        """Point at the field."""
        problem = FieldProblem("division", "invalid", self.message_zh, self.message_en)
        super().__init__(fields=(problem,))


@dataclass(frozen=True, slots=True)
class Division:
    """A division's code, checked for its form."""

    code: str

    def __post_init__(self) -> None:
        if not (self.code.isascii() and self.code.isdigit() and len(self.code) in set(DivisionLevel)):
            raise DivisionInvalid

    @property
    def level(self) -> DivisionLevel:
        """Return district, town or village."""
        return DivisionLevel(len(self.code))

    @property
    def district(self) -> str:
        """Return the code of the district that holds it."""
        return self.code[: DivisionLevel.DISTRICT]

    @property
    def town(self) -> str | None:
        """Return the code of its town; None when only the district is known."""
        return self.code[: DivisionLevel.TOWN] if self.level >= DivisionLevel.TOWN else None


@dataclass(frozen=True, slots=True)
class DivisionName:
    """A division's name in both languages."""

    zh: str
    en: str


def contains(parent: str, child: str) -> bool:
    """Say whether the division `child` lies in, or is, the division `parent`."""
    return bool(parent) and child.startswith(parent)


def towns() -> tuple[str, ...]:
    """Return the codes of Minhang's towns, streets and the industrial zone."""
    return tuple(code for code in _names() if len(code) == DivisionLevel.TOWN)


def is_known(code: str) -> bool:
    """Say whether the code is Minhang, one of its towns, or in form a village of one of them.

    The register of villages changes every year and is not kept here.
    """
    return code in _names() or (
        len(code) == DivisionLevel.VILLAGE and code.isascii() and code.isdigit() and code[:9] in _names()
    )


def name_of(code: str) -> DivisionName | None:
    """Return the name of the district or town; of a village its town's. None for a foreign code."""
    return _names().get(code[: DivisionLevel.TOWN])


@cache
def _names() -> Mapping[str, DivisionName]:
    doc = json.loads(files("shared.kernel").joinpath("data/divisions.json").read_text(encoding="utf-8"))
    return {
        one["code"]: DivisionName(one["name_zh"], one["name_en"]) for one in (doc["district"], *doc["towns"])
    }


def division_name(code: str) -> str:
    """Return a division's Chinese name, its town's for a village, the code itself where none is known."""
    name = name_of(code)
    return name.zh if name else code
