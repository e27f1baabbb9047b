"""Each alert has a page that says what to do, and what the page says can be done."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from sqlalchemy import text

from services.__main__ import command_line
from tests.architecture.tree import ROOT
from tests.support.system import System

PAGES = sorted((ROOT / "docs" / "runbooks").glob("*.md"))


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8"))
    alerts = [rule["alert"] for group in rules["groups"] for rule in group["rules"]]

    assert [page.stem for page in PAGES] == sorted(alerts)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_says_what_who_where_how_and_then(page: Path) -> None:
    headings = re.findall(r"^## (.+)$", page.read_text("utf-8"), re.MULTILINE)

    assert headings == [
        "含义 · What it means",
        "影响 · Who is hurt",
        "先看 · Look first",
        "处理 · What to do",
        "之后 · Afterwards",
    ]


def commands_in(page: Path) -> Iterator[list[str]]:
    for found in re.finditer(r"labour-warning ([a-z][\w -]*)", page.read_text("utf-8")):
        yield found[1].split()


def test_the_commands_of_the_runbooks_exist() -> None:
    line = typer.main.get_command(command_line([]))
    found = [(page.name, words) for page in PAGES for words in commands_in(page)]

    assert len(found) > 5
    for page, words in found:
        command, rest = descended(line, words)
        assert not hasattr(command, "commands"), f"{page}: {words}"
        options = {name for one in command.params for name in one.opts}
        assert {word for word in rest if word.startswith("--")} <= options, f"{page}: {words}"


def descended(command: Any, words: Sequence[str]) -> tuple[Any, Sequence[str]]:
    """Follow the words down to a command; return it with what is left for it."""
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    return command, words


@pytest.mark.asyncio
async def test_the_queries_of_the_runbooks_run(system: System) -> None:
    queries = [
        (page.name, query)
        for page in PAGES
        for query in re.findall(r"```sql\n(.+?)```", page.read_text("utf-8"), re.DOTALL)
    ]
    assert len(queries) > 8
    async with system.db("warning").read() as tx:
        for page, query in queries:
            assert query.startswith("SELECT"), page
            await tx.rows(text(query))


def test_what_the_runbooks_look_for_in_the_log_is_what_the_code_writes() -> None:
    code = [*ROOT.glob("shared/**/*.py"), *ROOT.glob("services/**/*.py")]
    written = "\n".join(path.read_text("utf-8") for path in code)
    told = [
        part
        for page in PAGES
        for pattern in re.findall(r"""grep (?:-E )?'([^'^]+)' "\$LOG_FILE\"""", page.read_text("utf-8"))
        for part in pattern.strip('"').split("|")
    ]

    assert len(told) > 6
    assert [part for part in told if part not in written] == []
