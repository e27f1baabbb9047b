"""A process that works on a data folder: `python -m tests.service.shared.owner FOLDER`.

It says "starting" and "started", leaves when its standard input ends, and then says "left".
"""

import sys
from pathlib import Path

from shared.db.embedded import EmbeddedPostgres


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
    say("starting")
    with server:
        say("started")
        sys.stdin.read()
    say("left")
