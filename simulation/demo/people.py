"""The demo's accounts: generated at the first start, kept in the data folder for its owner alone."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from services.gateway.domain.accounts import NewAccount, NewDepartment
from services.gateway.usecases.add_accounts import add_accounts
from services.gateway.usecases.add_department import add_department
from services.gateway.usecases.password_hashing import Passwords
from shared.db.tx import Database
from shared.kernel.divisions import MINHANG
from shared.kernel.errors import DomainError, Kind
from simulation.demo.folder import DemoFolder, write_whole

BY = "demo"
_OWNER_ALONE = 0o600
# Without characters that look alike, so that a password can be typed from a sheet.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 4, 4


class NoAccounts(DomainError):
    """No demo was started in the folder yet."""

    kind = Kind.NOT_FOUND
    code = "demo.no_accounts"


@dataclass(frozen=True, slots=True)
class Official:
    """Who logs in with a password."""

    role: str
    username: str
    password: str
    division: str


@dataclass(frozen=True, slots=True)
class DepartmentClient:
    """Whose machine sends signals."""

    role: Literal["department"]
    source: str
    client_id: str
    client_secret: str
    indicators: list[str]


@dataclass(frozen=True, slots=True)
class People:
    """Everybody who has a key to the demo."""

    officials: Sequence[Official]
    departments: Sequence[DepartmentClient]

    def of_role(self, role: str) -> list[Official]:
        """Return the officials of one role, in the order in which they are listed."""
        return [one for one in self.officials if one.role == role]


def read_staff(world: Path) -> dict[str, Any]:
    """Return the world's staff and departments, which have no keys yet."""
    document: dict[str, Any] = from_json((world / "staff.json").read_bytes())
    return document


async def add_people(db: Database, document: dict[str, Any]) -> People:
    """Give everybody of the staff an account, and every department its credentials."""
    new = [_account(member) for member in document["staff"]]
    await add_accounts(db, Passwords(), new, BY)
    departments = [await _department(db, one) for one in document["departments"]]
    return People([Official(one.role, one.username, one.password, one.division) for one in new], departments)


def _account(member: dict[str, Any]) -> NewAccount:
    return NewAccount(
        username=member["username"],
        password=_password(),
        role=member["role"],
        division=member["division"],
        grid_cells=tuple(member["grid_cells"]),
        deputy_cells=tuple(member["deputises_for"]),
    )


def _password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))


async def _department(db: Database, one: dict[str, Any]) -> DepartmentClient:
    new = NewDepartment(one["source"], tuple(one["indicators"]), MINHANG)
    async with db.write() as tx:
        given = await add_department(tx, new, BY)
    return DepartmentClient(
        "department", new.source, given.client_id, given.client_secret, list(new.indicators)
    )


def store_people(folder: Path, people: People) -> None:
    """Keep the keys where only the folder's owner can read them."""
    write_whole(_file(folder), as_listed(people), _OWNER_ALONE)


def read_people(folder: Path) -> People:
    """Return the keys. Raises NoAccounts, FolderNotOurs or FolderTooNew."""
    try:
        listed = _LISTED.validate_json(_file(DemoFolder(folder).path).read_bytes())
    except FileNotFoundError:
        raise NoAccounts(
            f"{folder} 中还没有演示账号：请先运行 make demo（或用 --data、DATA= 指定目录）。",
            f"There are no accounts in {folder} yet: run make demo first (or name the folder by --data or DATA=).",
        ) from None
    return People(
        [one for one in listed if isinstance(one, Official)],
        [one for one in listed if isinstance(one, DepartmentClient)],
    )


def as_listed(people: People) -> bytes:
    """Return everybody as JSON."""
    return to_json([*people.officials, *people.departments], indent=1)


def _file(folder: Path) -> Path:
    return folder / "accounts.json"


_LISTED = TypeAdapter(list[DepartmentClient | Official])
