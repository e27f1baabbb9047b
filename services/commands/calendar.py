"""`labour-warning calendar`: working-day overrides, e.g. from the State Council's notice for a new year."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from services.commands.database import Databases, DataFolder, run_with_databases
from services.warning.schemas.csv_files import records
from services.warning.service import read_policies
from services.warning.settings import WarningSettings
from services.warning.usecases.take_calendar_notice import Notice, take_calendar_notices
from shared.kernel.errors import DomainError, FieldProblem

app = typer.Typer(name="calendar", help="工作日历 / the working calendar", no_args_is_help=True)

HEADER = ["day", "working", "source"]
_WORKING = {"1": True, "true": True, "0": False, "false": False}


class CalendarDayTwice(DomainError):
    """The file says of one day that offices work on it, and that they do not."""

    code = "calendar_day_twice"

    def __init__(self, line: int, day: date) -> None:
        """Name the line and the day."""
        zh = f"第{line}行的 {day} 与前面的行相互矛盾：请只保留一个。"
        en = f"Line {line} contradicts an earlier one about {day}: keep one of them."
        super().__init__(fields=[FieldProblem(f"line {line}", self.code, zh, en)])


class CalendarFileInvalid(DomainError):
    """A line of the file is no day."""

    code = "calendar_file_invalid"

    def __init__(self, line: int) -> None:
        """Name the line and the form."""
        zh = f"第{line}行须为 日期,是否工作日(1/0),依据，例如 2027-02-06,0,国办发明电〔2026〕7号。"
        en = f"Line {line} must be day,working(1/0),source, e.g. 2027-02-06,0,notice number."
        super().__init__(fields=[FieldProblem(f"line {line}", self.code, zh, en)])


@app.callback()
def calendar() -> None:
    """工作日历 / the working calendar."""


@app.command("import")
def import_days(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV: day,working,source")],
    full_year: Annotated[
        int | None, typer.Option(help="该文件已含此年全部安排 / the file settles this year in full")
    ] = None,
    data: DataFolder = None,
) -> None:
    """导入调休和放假日，覆盖日历包 / import adjusted days; they override the calendar package."""
    days = read_days(file)

    async def work(found: Databases) -> int:
        async with found["warning"].write() as tx:
            policies = read_policies(WarningSettings().policy_file)
            notices = [Notice(source, chosen) for source, chosen in days.items()]
            return await take_calendar_notices(tx, notices, full_year, policies)

    moved = run_with_databases(data, work)
    known = sum(len(chosen) for chosen in days.values())
    typer.echo(f"{known} 天，{moved} 个时限已重算 / {known} days, {moved} deadlines settled")


def read_days(file: Path) -> dict[str, dict[date, bool]]:
    """Return the overrides by source.

    Raises CalendarFileInvalid and CalendarDayTwice, and FileUnusable for what is no table.
    """
    days: dict[str, dict[date, bool]] = {}
    told: dict[date, bool] = {}
    for record in records(file):
        if record.number == 1 and record.cells == HEADER:
            continue
        if record.is_broken:
            raise CalendarFileInvalid(record.first_line)
        try:
            cell, worked, source = record.cells
            day, working = date.fromisoformat(cell), _WORKING[worked.strip().lower()]
        except (ValueError, KeyError) as error:
            raise CalendarFileInvalid(record.first_line) from error
        if told.setdefault(day, working) is not working:
            raise CalendarDayTwice(record.first_line, day)
        days.setdefault(source, {})[day] = working
    return days
