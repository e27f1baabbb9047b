"""Which organisation gets a case: the first rule under which one fits, from the lowest tier up."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from services.mediation.domain.organisations import Organisation, Place, Tier, in_same_district
from services.mediation.domain.policy import ChoiceRule, Floor, Match, Policy
from shared.kernel.divisions import contains
from shared.kernel.errors import DomainError, Kind


@dataclass(frozen=True, slots=True)
class Dispute:
    """What the choice looks at. `division`: where the people work; `workers`: how many are in dispute."""

    uscc: str
    division: str
    grid_cell: str | None
    zone: str | None
    industry: str | None
    workers: int | None
    level: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An organisation and why it is that one. `floor_ids`: what kept the case from lower tiers."""

    organisation: Organisation
    rule_id: str
    floor_ids: tuple[str, ...]

    def is_last_resort(self, policy: Policy) -> bool:
        """Say whether no rule found anybody who works."""
        return self.rule_id == policy.last_resort_id


class NoCentre(DomainError):
    """Not even a district centre is registered."""

    kind = Kind.UNAVAILABLE
    code = "mediation.no_centre"
    message_zh = "没有登记的区级联合调解中心：请先运行 labour-warning migrate 或登记一个。"
    message_en = "No district centre is registered: run labour-warning migrate, or register one."


def choose(dispute: Dispute, organisations: Collection[Organisation], policy: Policy) -> Choice:
    """Return the organisation of the lowest tier that fits; the district's centre where none does.

    Raises NoCentre.
    """
    floors = floors_of(dispute, policy.floors)
    floor_ids = tuple(floor.id for floor in floors)
    lowest = lowest_tier(floors)
    for rule in policy.rules:
        if rule.tier.rank >= lowest.rank:
            found = _best(rule, dispute, organisations)
            if found is not None:
                return Choice(found, rule.id, floor_ids)
    return Choice(_centre(dispute, organisations), policy.last_resort_id, floor_ids)


def choose_above(
    tier: Tier, dispute: Dispute, organisations: Collection[Organisation], policy: Policy
) -> Organisation | None:
    """Return the organisation of the next tier above `tier` that fits and works; None at the top."""
    lowest = lowest_tier(floors_of(dispute, policy.floors))
    for rule in policy.rules:
        if rule.tier.rank > tier.rank and rule.tier.rank >= lowest.rank:
            found = _best(rule, dispute, organisations)
            if found is not None:
                return found
    return None


def floors_of(dispute: Dispute, floors: Iterable[Floor]) -> tuple[Floor, ...]:
    """Return the floors that hold for a dispute."""
    return tuple(floor for floor in floors if _holds(floor, dispute))


def lowest_tier(floors: Iterable[Floor]) -> Tier:
    """Return the lowest tier that these floors leave open."""
    return max((floor.tier for floor in floors), key=lambda tier: tier.rank, default=Tier.ENTERPRISE)


def is_for(place: Place, dispute: Dispute, policy: Policy) -> bool:
    """Say whether a dispute could lie with an organisation by a rule of its tier."""
    return any(rule.tier is place.tier and fits(rule.match, place, dispute) for rule in policy.rules)


def fits(match: Match, place: Place, dispute: Dispute) -> bool:
    """Say whether an organisation is there for a dispute."""
    if match is Match.USCC:
        return place.uscc == dispute.uscc and in_same_district(place.division, dispute.division)
    if not contains(place.division, dispute.division):
        return False
    if match is Match.GRID_CELL:
        return dispute.grid_cell in place.grid_cells
    if match is Match.ZONE:
        return place.zone is not None and place.zone == dispute.zone
    if match is Match.INDUSTRY:
        return contains(place.industry or "", dispute.industry or "")
    return True


def _holds(floor: Floor, dispute: Dispute) -> bool:
    collective = floor.workers_at_least is not None and (dispute.workers or 0) >= floor.workers_at_least
    return collective or (floor.level is not None and floor.level == dispute.level)


def _best(rule: ChoiceRule, dispute: Dispute, organisations: Iterable[Organisation]) -> Organisation | None:
    """Of several, the one with the narrower scope, then the one whose code comes first: always the same."""
    fitting = (
        one
        for one in organisations
        if one.tier is rule.tier and one.works and fits(rule.match, one.place, dispute)
    )
    return min(fitting, key=_narrowest_first, default=None)


def _narrowest_first(one: Organisation) -> tuple[int, int, str]:
    return -len(one.place.division), -len(one.place.industry or ""), one.code


def _centre(dispute: Dispute, organisations: Iterable[Organisation]) -> Organisation:
    centres: Sequence[Organisation] = [
        one for one in organisations if one.tier is Tier.DISTRICT and one.enabled
    ]
    if not centres:
        raise NoCentre
    own = [one for one in centres if in_same_district(one.place.division, dispute.division)]
    return min(own or centres, key=lambda one: one.code)
