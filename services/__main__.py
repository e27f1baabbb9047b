"""The command `labour-warning`.

A start is mostly imports: only the command that is asked for is loaded, and the collector does not look over what it
brings, neither then nor at the end, which would take a quarter of a short command's time. Commands of other packages,
such as the simulated district's, join through the entry-point group `labour_warning.commands`, so that no service
imports them.
"""

import atexit
import gc
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from pkgutil import resolve_name

import typer
from typer.exceptions import TyperException

from shared.kernel.errors import DomainError

GROUP = "labour_warning.commands"
HELP = "闵行区劳资矛盾预警系统 / Labour-dispute early warning for Minhang District"
COMMANDS: Mapping[str, str] = {
    "up": "services.commands.serve:up",
    "migrate": "services.commands.serve:migrate",
    "openapi": "services.commands.publish:openapi",
    "events": "services.commands.publish:events",
    "backup": "services.commands.backup:app",
    "calendar": "services.commands.calendar:app",
    "dead-letters": "services.commands.dead_letters:app",
    "departments": "services.commands.departments:app",
    "enterprises": "services.commands.enterprises:app",
    "federation": "services.commands.federation:app",
    "history": "services.commands.history:app",
    "indicators": "services.commands.indicators:app",
    "kafka": "services.commands.kafka:app",
    "model": "services.commands.model:app",
    "organisations": "services.commands.organisations:app",
    "signals": "services.commands.signals:app",
    "users": "services.commands.users:app",
}


def command_line(arguments: Sequence[str]) -> typer.Typer:
    """Return the command that `arguments` begin with; all of them where that is none of ours."""
    app = typer.Typer(help=HELP, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
    # Without a callback a lone command would be the whole program, and its name an argument too many.
    app.callback()(lambda: None)
    asked, known = arguments[0] if arguments else "", dict(COMMANDS)
    if asked not in known:
        known |= {found.name: found.value for found in entry_points(group=GROUP)}
    for name in [asked] if asked in known else known:
        command = resolve_name(known[name])
        if isinstance(command, typer.Typer):
            app.add_typer(command)
        else:
            app.command(name)(command)
    return app


def main() -> None:
    """Run the command line; a refusal is one line on standard error and status 1, a wrong usage one and status 2."""
    atexit.register(gc.freeze)
    gc.disable()
    app = command_line(sys.argv[1:])
    gc.enable()
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
