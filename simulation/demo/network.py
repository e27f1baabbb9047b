"""The demo's mediation organisations, with the mediators that their accounts name."""

from pathlib import Path
from typing import Any

from pydantic_core import from_json

from services.mediation.domain.organisations import Place, Tier
from services.mediation.service import read_policies
from services.mediation.usecases.keep_organisations import (
    OrganisationClaim,
    add_mediator,
    write_organisation,
)
from services.mediation.usecases.timing import TimingSource
from shared.db.tx import Database
from simulation.demo.people import read_staff


async def open_network(db: Database, world: Path) -> int:
    """Register the world's organisations and attach their mediators; return how many there are."""
    organisations = from_json((world / "organisations.json").read_bytes())["organisations"]
    staff = [member for member in read_staff(world)["staff"] if member["organisation_id"]]
    async with db.write() as tx:
        timing = await TimingSource(read_policies()).now(tx)
        for one in organisations:
            await write_organisation(tx, _claim(one), timing)
        for member in staff:
            await add_mediator(tx, member["organisation_id"], member["username"])
    return len(organisations)


def _claim(one: dict[str, Any]) -> OrganisationClaim:
    place = Place(
        tier=Tier(one["tier"]),
        division=one["division"],
        grid_cells=frozenset(one["grid_cells"]),
        zone=one["zone"] or None,
        uscc=one["uscc"] or None,
    )
    return OrganisationClaim(one["organisation_id"], one["name_zh"], place)
