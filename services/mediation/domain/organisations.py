"""Mediation organisations (调解组织) in the four tiers, with their jurisdiction."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.kernel.divisions import DivisionLevel, contains, is_known
from shared.kernel.errors import DomainError, FieldProblem, Kind
from shared.kernel.identifiers import UsccInvalid, check_uscc

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_INDUSTRY = re.compile(r"[A-T](\d{2,4})?")
_LONGEST_NAME = 200


class Tier(StrEnum):
    """The tiers of the network, from below to above."""

    ENTERPRISE = "enterprise"
    PARK = "park"
    TOWN = "town"
    DISTRICT = "district"

    @property
    def rank(self) -> int:
        """Return how far above the lowest tier it stands."""
        return tuple(Tier).index(self)


@dataclass(frozen=True, slots=True)
class Place:
    """What an organisation is there for; the tier decides which part of it counts.

    division: code of its jurisdiction, 6 digits for a district, 9 for a town.
    industry: leading characters of GB/T 4754 codes, such as `C` or `C39`.
    """

    tier: Tier
    division: str
    grid_cells: frozenset[str] = frozenset()
    zone: str | None = None
    industry: str | None = None
    uscc: str | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as a case sees it. `mediators`: accounts of those of its people who work."""

    id: UUID
    code: str
    name: str
    place: Place
    enabled: bool
    mediators: tuple[UUID, ...]

    @property
    def works(self) -> bool:
        """Say whether a case could be handled here."""
        return self.enabled and bool(self.mediators)

    @property
    def tier(self) -> Tier:
        """Return its tier."""
        return self.place.tier


class OrganisationInvalid(DomainError):
    """What is said about an organisation does not make one."""

    code = "mediation.organisation_invalid"
    message_zh = "调解组织的资料不完整或有误，请按字段提示更正。"
    message_en = "The organisation's data is incomplete or wrong; correct the fields named."


class OrganisationPlaceFixed(DomainError):
    """An organisation moves neither between tiers nor between jurisdictions: its cases would move with it."""

    kind = Kind.CONFLICT
    code = "mediation.organisation_place_fixed"
    message_zh = "已登记的调解组织不能改变层级或辖区：请停用后以新代码另行登记。"
    message_en = (
        "A registered organisation keeps its tier and division: disable it and register another code."
    )


class LastCentre(DomainError):
    """A district keeps one centre, because every case must have an organisation."""

    kind = Kind.CONFLICT
    code = "mediation.last_centre"
    message_zh = "区级联合调解中心至少保留一个：请先启用另一个再停用。"
    message_en = "A district keeps at least one centre: enable another before disabling this one."


def check_organisation(code: str, name: str, place: Place) -> None:
    """Refuse what makes no organisation, with every field at once. Raises OrganisationInvalid."""
    problems = list(_problems(code, name, place))
    if problems:
        raise OrganisationInvalid(fields=problems)


def _problems(code: str, name: str, place: Place) -> Iterator[FieldProblem]:
    if not _CODE.fullmatch(code):
        yield _problem(
            "code", "代码为1至40位字母、数字、-或_。", "A code has 1 to 40 letters, digits, - and _."
        )
    if not 1 <= len(name.strip()) <= _LONGEST_NAME or not name.isprintable():
        yield _problem(
            "name", f"名称为1至{_LONGEST_NAME}个字。", f"A name has 1 to {_LONGEST_NAME} characters."
        )
    yield from _problems_of_division(place)
    if place.industry is not None and not _INDUSTRY.fullmatch(place.industry):
        yield _problem("industry", "行业代码形如 C 或 C39。", "An industry code is written C or C39.")
    if place.tier is Tier.PARK and not (place.grid_cells or place.zone or place.industry):
        yield _problem(
            "grid_cells",
            "园区组织须填网格、片区或行业之一。",
            "A park's organisation needs grid cells, a zone or an industry.",
        )
    yield from _problems_of_uscc(place)


def _problems_of_division(place: Place) -> Iterator[FieldProblem]:
    length = len(place.division)
    fits = length == DivisionLevel.DISTRICT or (
        length == DivisionLevel.TOWN and place.tier is not Tier.DISTRICT
    )
    if place.tier is Tier.TOWN and length != DivisionLevel.TOWN:
        fits = False
    if not fits or not is_known(place.division):
        yield _problem(
            "division",
            "区级组织填6位区代码，街镇组织填9位街镇代码，园区和企业可填其一；须为本区代码。",
            "A district centre has the district's 6 digits, a town's the town's 9, others either; of this district.",
        )


def _problems_of_uscc(place: Place) -> Iterator[FieldProblem]:
    if (place.uscc is not None) != (place.tier is Tier.ENTERPRISE):
        yield _problem(
            "uscc",
            "企业调解委员会须填统一社会信用代码，其他组织不填。",
            "A committee inside an enterprise needs its code; no other organisation has one.",
        )
    if place.uscc is not None:
        try:
            check_uscc(place.uscc)
        except UsccInvalid as error:
            yield from error.fields


def _problem(field: str, zh: str, en: str) -> FieldProblem:
    return FieldProblem(field, f"{field}_invalid", zh, en)


def in_same_district(one: str, other: str) -> bool:
    """Say whether two divisions lie in one district."""
    return contains(one[: DivisionLevel.DISTRICT], other)
