"""Who hears of what: an account by itself, or everybody who holds an office in a division."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.auth.permissions import Role
from shared.kernel.divisions import Division, DivisionLevel

LEADING_GROUP = "leading_group"
_OF_THE_DISTRICT = {
    LEADING_GROUP: Role.DISTRICT_OFFICER,
    Role.DISTRICT_OFFICER.value: Role.DISTRICT_OFFICER,
    Role.INSPECTOR.value: Role.INSPECTOR,
}


class Subject(StrEnum):
    """What a notification is about."""

    WARNING = "warning"
    MEDIATION_CASE = "mediation_case"
    INSPECTION_CASE = "inspection_case"
    ASSISTANCE_REQUEST = "assistance_request"


@dataclass(frozen=True, slots=True)
class Title:
    """One sentence in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What one event tells, and to whom. `division` is that of the matter; `uscc` None where no employer is told."""

    kind: str
    level: str | None
    subject: Subject
    subject_id: UUID
    uscc: str | None
    division: str
    title: Title
    addressees: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notification:
    """A notice as it is kept for one addressee. `seq` grows in the order in which they became visible."""

    seq: int
    id: UUID
    at: datetime
    addressee: str
    kind: str
    level: str | None
    subject: Subject
    subject_id: UUID
    uscc: str | None
    division: str
    title: Title
    read: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """An account as notifications see it: what is sent to itself, and of what is sent to its office what it may see.

    within: the division in which a matter of the office's must lie; "" for an account that has all of them.
    """

    account_id: UUID
    own: str
    office: str
    within: str = ""

    @property
    def addressees(self) -> tuple[str, str]:
        """Return both."""
        return (self.own, self.office)

    def reads(self, notification: Notification) -> bool:
        """Say whether what is sent to one of the addressees is theirs to read."""
        return notification.addressee == self.own or notification.division.startswith(self.within)


def reader(account_id: UUID, role: str, division: str) -> Reader:
    """Return what an account reads: its own, and its role's in exactly its division.

    Who is an officer of one village holds the town's office, for what lies in that village.
    """
    where = Division(division)
    if role == Role.TOWN_OFFICER and where.level is DivisionLevel.VILLAGE:
        return Reader(account_id, to_account(account_id), to_office(role, division), within=division)
    return Reader(account_id, to_account(account_id), office(role, division))


def to_account(account_id: UUID) -> str:
    """Return the addressee that is one account."""
    return f"account:{account_id}"


def to_office(role: str, division: str) -> str:
    """Return the office that hears of what `role` in `division` is to be told. Raises DivisionInvalid.

    Towns' officers hold their town's office; where no town is known the matter is the district's. The leading
    group has no accounts: the district's officers bring it before it. Inspectors are the district's.
    """
    where = Division(division)
    if role == Role.TOWN_OFFICER:
        return office(role, where.town) if where.town else office(Role.DISTRICT_OFFICER, where.district)
    if role in _OF_THE_DISTRICT:
        return office(_OF_THE_DISTRICT[role], where.district)
    return office(role, division)


def town_officers(division: str) -> str:
    """Return the office that looks after a matter in `division`: its town's, else the district's."""
    return to_office(Role.TOWN_OFFICER, division)


def town_and_district_officers(division: str) -> tuple[str, ...]:
    """Return both offices; they are one where no town is known."""
    return distinct((town_officers(division), to_office(Role.DISTRICT_OFFICER, division)))


def distinct(addressees: Iterable[str]) -> tuple[str, ...]:
    """Return each addressee once: nobody is told the same thing twice."""
    return tuple(dict.fromkeys(addressees))


def office(role: str, division: str) -> str:
    """Return the addressee that is everybody with a role in exactly this division."""
    return f"office:{role}:{division}"
