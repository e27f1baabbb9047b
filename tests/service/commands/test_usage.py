"""A command that cannot be run as it stands says so in one line."""

from collections.abc import Sequence

import pytest

from tests.service.commands.ending import run


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "told"),
    [
        (("demo", "start", "--port", "abc"), {}, 2, "65535"),
        (("demo", "start", "--port", "0"), {}, 2, "65535"),
        (("demo", "start", "--port", "65536"), {}, 2, "65535"),
        (("demo", "accounts", "--nothing"), {}, 2, "--nothing"),
        (("no-such-command",), {}, 2, "no-such-command"),
        (("up",), {"PORT": "abc"}, 1, "PORT"),
        (("up",), {"PORT": "65536"}, 1, "PORT"),
        (("up",), {"BUS": "carrier-pigeon"}, 1, "BUS"),
    ],
)
def test_a_wrong_usage_ends_in_one_line(
    arguments: Sequence[str], environment: dict[str, str], status: int, told: str
) -> None:
    ended = run(arguments, **environment)
    assert (ended.returncode, ended.stdout) == (status, "")
    (line,) = ended.stderr.splitlines()
    assert told in line


def test_a_command_group_without_a_command_shows_its_help() -> None:
    ended = run(("demo",))
    assert (ended.returncode, ended.stderr) == (2, "")
    assert "start" in ended.stdout
