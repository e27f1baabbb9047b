"""The command `labour-warning`.

Commands of other packages, such as the simulated district's, join through the entry-point group
`labour_warning.commands`, so that no service imports them.
"""

import sys
from importlib.metadata import entry_points

import typer
from typer.exceptions import TyperException

from services.commands import (
    calendar,
    dead_letters,
    departments,
    enterprises,
    federation,
    history,
    indicators,
    model,
    organisations,
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
for module in (
    calendar,
    dead_letters,
    departments,
    enterprises,
    federation,
    history,
    indicators,
    model,
    organisations,
    signals,
    users,
):
    app.add_typer(module.app)
for found in entry_points(group=GROUP):
    app.add_typer(found.load())


def main() -> None:
    """Run the command line; a refusal is one line on standard error and status 1, a wrong usage one and status 2."""
    try:
        status = app(standalone_mode=False)
    except DomainError as error:
        sys.stderr.write(_one_line(error) + "\n")
        sys.exit(1)
    except TyperException as error:
        # Whoever names no command gets the help, which is printed by then.
        if message := " ".join(error.format_message().split()):
            sys.stderr.write(f"命令有误，用法见 --help / wrong usage, see --help: {message}\n")
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(1)
    sys.exit(status)


def _one_line(error: DomainError) -> str:
    fields = " ".join(f"{one.field}: {one.message_zh} {one.message_en}" for one in error.fields)
    return " ".join(f"{error.message_zh} {error.message_en} {fields}".split())


if __name__ == "__main__":
    main()
