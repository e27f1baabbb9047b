"""Who works here: officials with a password, departments with a secret."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from services.gateway.domain.passwords import password_problem
from shared.auth.permissions import Role
from shared.kernel.divisions import DivisionLevel, is_known
from shared.kernel.errors import DomainError, FieldProblem, Kind

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_SOURCE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_INDICATOR = re.compile(r"[a-z][a-z0-9_]{1,63}")
_OF_A_TOWN = frozenset({Role.TOWN_OFFICER, Role.GRID_COORDINATOR})


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An official to add. `role` is any of shared.auth's but `department`.

    grid_cells: what a grid coordinator looks after. deputy_cells: where they stand in for another.
    """

    username: str
    password: str
    role: str
    division: str
    grid_cells: tuple[str, ...] = ()
    deputy_cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """An official's account as it stands."""

    id: UUID
    username: str
    role: str
    division: str
    grid_cells: tuple[str, ...]
    deputy_cells: tuple[str, ...]
    enabled: bool


@dataclass(frozen=True, slots=True)
class NewDepartment:
    """A department to add: under which source it sends which indicators."""

    source: str
    indicators: tuple[str, ...]
    division: str


@dataclass(frozen=True, slots=True)
class Department:
    """A department's standing permission to send. `session_id` is what its live access tokens name."""

    id: UUID
    session_id: UUID
    client_id: str
    source: str
    indicators: frozenset[str]
    division: str
    enabled: bool


class AccountRefused(DomainError):
    """An account or department cannot be added like this."""

    code = "account_refused"
    message_zh = "无法添加该账号，请按字段提示修改。"
    message_en = "The account cannot be added like this: see the fields."


class NameTaken(DomainError):
    """The name belongs to another account or department."""

    kind = Kind.CONFLICT
    code = "name_taken"
    message_zh = "名称已被使用。"
    message_en = "The name is taken."


class DepartmentUnknown(DomainError):
    """No department sends under this source."""

    kind = Kind.NOT_FOUND
    code = "department_unknown"

    def __init__(self, source: str) -> None:
        """Say where the known ones are listed, and how another one is added."""
        zh = f"没有这个来源部门：{source}；已有的见 labour-warning departments list，新建用 departments add。"
        en = (
            f"No such department: {source}; labour-warning departments list shows those that there are,"
            " departments add makes one."
        )
        super().__init__(zh, en, fields=[FieldProblem("source", self.code, zh, en)])


def check_account(new: NewAccount, roles: frozenset[str]) -> None:
    """Raise AccountRefused with every field at fault."""
    problems = [
        _unless(
            _USERNAME.fullmatch(new.username),
            "username",
            "2–64 个小写字母、数字或 . _ -。",
            "2 to 64 lower-case letters, digits or . _ -",
        ),
        _unless(new.role in roles, "role", f"角色应为：{'、'.join(sorted(roles))}。", "No such role."),
        _unless(
            is_known(new.division),
            "division",
            "没有这个区划代码（区 6 位、街镇 9 位、村居 12 位）。",
            "No such division (district 6 digits, town 9, village 12).",
        )
        or _town_missing(new),
        password_problem(new.password, new.username),
    ]
    _raise_if_any(problems)


def _town_missing(new: NewAccount) -> FieldProblem | None:
    """Refuse the whole district to those who work in one town: its jurisdiction is what they would see."""
    return _unless(
        new.role not in _OF_A_TOWN or len(new.division) >= DivisionLevel.TOWN,
        "division",
        f"角色 {new.role} 的辖区须为街镇或村居：请填写其 9 位或 12 位区划代码，例如 310112101。",
        f"A {new.role} belongs to a town: give its division of 9 digits, or a village's of 12, e.g. 310112101.",
    )


def check_department(new: NewDepartment) -> None:
    """Raise AccountRefused with every field at fault."""
    problems = [
        _unless(
            _SOURCE.fullmatch(new.source),
            "source",
            "2–40 个小写字母、数字或下划线。",
            "2 to 40 lower-case letters, digits or underscores.",
        ),
        _unless(
            new.indicators and all(_INDICATOR.fullmatch(name) for name in new.indicators),
            "indicators",
            "请至少给出一个指标的编号。",
            "Give at least one indicator's id.",
        ),
        _unless(
            is_known(new.division),
            "division",
            "没有这个区划代码（区 6 位、街镇 9 位、村居 12 位）。",
            "No such division (district 6 digits, town 9, village 12).",
        ),
    ]
    _raise_if_any(problems)


def without(department: Department, indicators: Collection[str]) -> frozenset[str]:
    """Return what the department may still send when these are taken from it.

    Raises AccountRefused for what it has not got, and when nothing would be left.
    """
    foreign = ", ".join(sorted(set(indicators) - department.indicators))
    left = department.indicators - set(indicators)
    problems = [
        _unless(indicators, "indicators", "请至少给出一个指标的编号。", "Give at least one indicator's id."),
        _unless(
            not foreign, "indicators", f"该部门没有这些指标：{foreign}。", f"It has no such right: {foreign}."
        ),
        _unless(
            left,
            "indicators",
            "至少须保留一个指标；如不再报送，请用 departments disable 停用该部门。",
            "One indicator has to stay; a department that sends nothing any more is disabled: departments disable.",
        ),
    ]
    _raise_if_any(problems)
    return left


def _unless(sound: object, field: str, zh: str, en: str) -> FieldProblem | None:
    return None if sound else FieldProblem(field, "invalid", zh, en)


def _raise_if_any(problems: list[FieldProblem | None]) -> None:
    found = [problem for problem in problems if problem is not None]
    if found:
        raise AccountRefused(fields=found)
