"""The departments send the last 30 days through the real intake, in the order of time."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from pydantic_core import from_json

from simulation.demo.doors import Doors
from simulation.demo.people import DepartmentClient
from simulation.files import intake_line

_AT_ONCE = 1_000
_DOOR = "/api/intake/v1/signals:batch"


async def send_recent(
    doors: Doors, recent: Path, departments: Sequence[DepartmentClient], progress: Callable[[int], None]
) -> Counter[str]:
    """Send the file's signals; return how many were accepted, duplicate, held and refused.

    Signals that were taken before are duplicates, so an interrupted feed is simply sent again.
    """
    tokens = {one.source: await doors.client_token(one) for one in departments}
    told = Counter[str]()
    sent = 0
    with recent.open(encoding="utf-8") as lines:
        while chunk := list(islice(lines, _AT_ONCE)):
            async with asyncio.TaskGroup() as group:
                sending = [
                    group.create_task(_send(doors, tokens[source], batch))
                    for source, batch in _batches(chunk)
                ]
            told.update(status for one in sending for status in one.result())
            sent += len(chunk)
            progress(sent)
    return told


def _batches(chunk: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    by_source = defaultdict[str, list[str]](list)
    for line in chunk:
        by_source[from_json(line)["source"]].append(intake_line(line))
    yield from by_source.items()


async def _send(doors: Doors, token: str, batch: Sequence[str]) -> list[str]:
    body = '{"signals":[' + ",".join(batch) + "]}"
    answer = await doors.call("POST", _DOOR, token, body.encode())
    return [result["status"] for result in answer["results"]]
