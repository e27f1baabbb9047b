"""The command `labour-warning`.

Commands of other packages, such as the simulated district's, join through the entry-point group
`labour_warning.commands`, so that no service imports them.
"""

import sys
from importlib.metadata import entry_points

import typer

from services.commands import (
    calendar,
    dead_letters,
    departments,
    enterprises,
    history,
    indicators,
    model,
    publish,
    serve,
    signals,
    users,
)
from shared.kernel.errors import DomainError

GROUP = "labour_warning.commands"
HELP = "闵行区劳资矛盾预警系统 / Labour-dispute early warning for Minhang District"

app = typer.Typer(help=HELP, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
app.command()(serve.up)
app.command()(serve.migrate)
app.command()(publish.openapi)
app.command()(publish.events)
for module in (calendar, dead_letters, departments, enterprises, history, indicators, model, signals, users):
    app.add_typer(module.app)
for found in entry_points(group=GROUP):
    app.add_typer(found.load())


def main() -> None:
    """Run the command line; a refusal is one line on standard error, and status 1."""
    try:
        app()
    except DomainError as error:
        sys.stderr.write(_one_line(error) + "\n")
        sys.exit(1)


def _one_line(error: DomainError) -> str:
    fields = " ".join(f"{one.field}: {one.message_zh} {one.message_en}" for one in error.fields)
    return " ".join(f"{error.message_zh} {error.message_en} {fields}".split())


if __name__ == "__main__":
    main()
