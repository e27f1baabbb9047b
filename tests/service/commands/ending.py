"""Runs the command line in this process: its start alone costs a new one more than most commands do."""

import os
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from unittest.mock import patch

import pytest

from services.__main__ import main
from tests.flows.running import environment


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


def run(arguments: Sequence[str], **settings: str) -> Ended:
    """Run `labour-warning` to its end."""
    out, err = StringIO(), StringIO()
    with (
        patch.dict(os.environ, environment(settings), clear=True),
        patch("sys.argv", ["labour-warning", *arguments]),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    return Ended(int(ended.value.code or 0), out.getvalue(), err.getvalue())
