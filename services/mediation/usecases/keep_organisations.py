"""The register of mediation organisations, and who works for which."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.mediation.domain.organisations import (
    LastCentre,
    Organisation,
    OrganisationPlaceFixed,
    Place,
    Tier,
    check_organisation,
)
from services.mediation.repository import organisations
from services.mediation.usecases.follow_accounts import release_cases
from services.mediation.usecases.reassign_cases import reassign_cases
from services.mediation.usecases.timing import Timing
from shared.contracts.mediation import OrganisationOut, OrganisationPage, OrganisationStaff
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.divisions import MINHANG, contains, division_name
from shared.kernel.errors import DomainError, FieldProblem, NotFound
from shared.kernel.ids import new_id
from shared.kernel.paging import Page, cut

CENTRE_CODE = "MED-D-1"
_CENTRE = "闵行区劳动人事争议联合调解中心"
Written = Literal["created", "updated", "unchanged"]


class MediatorUnknown(DomainError):
    """No mediator's account has this user name."""

    code = "mediation.mediator_unknown"
    message_zh = "没有该用户名的在岗调解员：请先建立角色为 mediator 的账号。"
    message_en = "No working mediator has this user name: add an account with the role mediator first."

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(fields=[FieldProblem("username", self.code, self.message_zh, self.message_en)])


class MediatorOfElsewhere(DomainError):
    """The mediator's account sees another division: here it would be shown cases that are not its own to see."""

    code = "mediation.mediator_of_elsewhere"
    message_zh = "该调解员账号的辖区不含本组织所在地：请选择辖区相符的调解员，或先调整账号辖区。"
    message_en = (
        "The organisation lies outside this mediator's division: choose another, or change the account first."
    )

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(fields=[FieldProblem("username", self.code, self.message_zh, self.message_en)])


@dataclass(frozen=True, slots=True)
class OrganisationClaim:
    """What somebody says about an organisation."""

    code: str
    name: str
    place: Place
    enabled: bool = True


async def list_organisations(tx: ReadTx, division: str, page: Page) -> OrganisationPage:
    """Return the organisations of a division and those above it, by code."""
    part = cut(await organisations.page(tx, division, page), page, lambda row: (row.code,))
    items = [
        OrganisationOut(
            code=row.code,
            name=row.name,
            tier=row.tier,
            division=row.division,
            division_name=division_name(row.division),
            grid_cells=list(row.grid_cells),
            zone=row.zone,
            industry=row.industry,
            uscc=row.uscc,
            enabled=row.enabled,
            mediators=list(row.usernames),
            open_cases=row.open_cases,
        )
        for row in part.items
    ]
    return OrganisationPage(items=items, next_cursor=part.next_cursor)


async def write_organisation(
    tx: WriteTx, claim: OrganisationClaim, timing: Timing, within: str = MINHANG
) -> Written:
    """Insert or update an organisation of the division `within`; the same again changes nothing.

    What lies with one that is disabled goes to another.
    Raises OrganisationInvalid, OrganisationPlaceFixed, LastCentre, NotFound.
    """
    check_organisation(claim.code, claim.name, claim.place)
    await organisations.lock_all(tx)
    known = await organisations.by_code(tx, claim.code)
    if not contains(within, claim.place.division):
        raise NotFound
    if known is None:
        made = Organisation(new_id(), claim.code, claim.name.strip(), claim.place, claim.enabled, ())
        await organisations.add(tx, made)
        return "created"
    if (known.tier, known.place.division) != (claim.place.tier, claim.place.division):
        raise OrganisationPlaceFixed
    changed = replace(known, name=claim.name.strip(), place=claim.place, enabled=claim.enabled)
    if changed == known:
        return "unchanged"
    await _keep_a_centre(tx, changed)
    await organisations.save(tx, changed)
    if not changed.enabled:
        await reassign_cases(tx, [changed.id], timing)
    return "updated"


async def _keep_a_centre(tx: WriteTx, changed: Organisation) -> None:
    if changed.tier is Tier.DISTRICT and not changed.enabled:
        others = await organisations.enabled_centres(tx, changed.place.division)
        if not set(others) - {changed.code}:
            raise LastCentre


async def add_mediator(tx: WriteTx, code: str, username: str, within: str = MINHANG) -> OrganisationStaff:
    """Let a mediator work for an organisation; a repeat does nothing more.

    Raises NotFound, MediatorUnknown, MediatorOfElsewhere.
    """
    organisation = await _find(tx, code, within)
    mediator = await organisations.mediator_of(tx, username)
    if mediator is None or not mediator.enabled:
        raise MediatorUnknown
    if not contains(mediator.division, organisation.place.division):
        raise MediatorOfElsewhere
    await organisations.attach(tx, organisation.id, mediator.account_id)
    return await _staff(tx, organisation)


async def remove_mediator(
    tx: WriteTx, code: str, username: str, timing: Timing, within: str = MINHANG
) -> OrganisationStaff:
    """Let a mediator work there no more; what they had accepted there goes back to the organisation.

    Raises NotFound, MediatorUnknown.
    """
    await organisations.lock_all(tx)
    organisation = await _find(tx, code, within)
    mediator = await organisations.mediator_of(tx, username)
    if mediator is None:
        raise MediatorUnknown
    await organisations.detach(tx, organisation.id, mediator.account_id)
    await release_cases(tx, [mediator.account_id], "left_organisation", timing, {organisation.id})
    await reassign_cases(tx, [organisation.id], timing)
    return await _staff(tx, organisation)


async def _find(tx: ReadTx, code: str, within: str) -> Organisation:
    found = await organisations.by_code(tx, code)
    if found is None or not contains(within, found.place.division):
        raise NotFound
    return found


async def _staff(tx: ReadTx, organisation: Organisation) -> OrganisationStaff:
    staff: Sequence[str] = await organisations.staff_of(tx, organisation.id)
    return OrganisationStaff(code=organisation.code, mediators=list(staff))


async def seed_centre(tx: WriteTx) -> None:
    """Put the district's centre in place where there is none: no case may be without an organisation."""
    await organisations.lock_all(tx)
    if not await organisations.enabled_centres(tx, MINHANG):
        place = Place(Tier.DISTRICT, MINHANG)
        await organisations.add(
            tx, Organisation(new_id(), CENTRE_CODE, _CENTRE, place, enabled=True, mediators=())
        )
