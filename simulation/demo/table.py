"""Open warnings by town and colour, as the screen shows them."""

from rich.text import Text

from services.warning.usecases.read_warnings import read_overview
from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.contracts.warning import TownCount
from shared.db.tx import Database
from shared.kernel.divisions import MINHANG, name_of
from shared.kernel.ids import new_id
from simulation.demo.screen import Screen, padded

_NAME_CELLS = 44
_COUNT_CELLS = 8


async def open_by_town(db: Database) -> list[TownCount]:
    """Return every town's open warnings, and the district's own where it has any."""
    who = Principal(new_id(), "demo", Role.DISTRICT_OFFICER, MINHANG, new_id())
    async with db.read() as tx:
        return list((await read_overview(tx, who)).towns)


def show_table(screen: Screen, towns: list[TownCount]) -> None:
    """Print a line per town with the number after each colour, and the sum."""
    screen.say("", "未结预警 / open warnings")
    for town in towns:
        screen.console.print(_line(_name(town), town.red, town.orange))
    total = _line("合计 / total", sum(town.red for town in towns), sum(town.orange for town in towns))
    screen.console.print(total)


def _line(name: str, red: int, orange: int) -> Text:
    return Text.assemble(
        "  ",
        padded(name, _NAME_CELLS),
        (f"红 {red:<{_COUNT_CELLS}}", "bold red" if red else "dim"),
        (f"橙 {orange}", "yellow" if orange else "dim"),
    )


def _name(town: TownCount) -> str:
    name = name_of(town.division)
    if town.division == MINHANG:
        return "街镇未明 / town unknown"
    return f"{town.name} {name.en}" if name else town.name
