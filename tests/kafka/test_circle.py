"""All the way round in four processes over Kafka, undisturbed and while one after the other is killed.

KILLS says how often, SEED repeats a run.
"""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared.bus.embedded import Broker
from tests.flows import aftermath
from tests.flows.circle import Circle, end_state, expected_history, some_enterprises
from tests.kafka.fleet import SERVICES, Fleet, an_epoch, known_people

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

KILLS = int(os.environ.get("KILLS", "5"))
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
_AT_ONCE = 4


@pytest_asyncio.fixture
async def fleet(database_url: str, broker: Broker, tmp_path: Path) -> AsyncIterator[Fleet]:
    """Give the four, serving."""
    async with Fleet.serving(database_url, broker, tmp_path, an_epoch()) as serving:
        yield serving


@pytest_asyncio.fixture
async def circle(fleet: Fleet) -> Circle:
    """Give the people, known to everybody."""
    return fleet.people(await known_people(fleet.url))


def check(found: Mapping[str, Any], enterprises: Mapping[str, str]) -> None:
    """Compare how everything stands with what must be; the same as in one process."""
    for number, uscc in enumerate(enterprises):
        seen = found[uscc]
        assert (seen["state"], seen["level"], seen["signals"]) == ("closed", "orange", 1)
        way = ["hand_over"] if number % 2 == 0 else ["refer"]
        assert [step[0] for step in seen["history"]] == expected_history(way)


async def test_four_processes_take_warnings_all_the_way_round_and_a_killed_one_loses_nothing(
    fleet: Fleet, circle: Circle
) -> None:
    everybody: dict[str, str] = {}
    warnings = await one_more_round(circle, everybody)
    await fleet.come_to_rest()
    check(await end_state(circle, warnings), everybody)

    sys.stderr.write(f"SEED={SEED} KILLS={KILLS}\n")
    killing = asyncio.create_task(strike(fleet, random.Random(SEED)))  # noqa: S311  a seed, not a secret
    while not killing.done():
        warnings |= await one_more_round(circle, everybody)
    await killing
    await fleet.come_to_rest()
    check(await end_state(circle, warnings), everybody)
    for question in (aftermath.unpublished(), aftermath.dead_letters(), aftermath.LABELS_MISSING_OR_DOUBLED):
        assert await aftermath.rows(fleet.url, question) == [], question
    sys.stderr.write(f"{len(everybody)} warnings went all the way round\n")


async def one_more_round(circle: Circle, everybody: dict[str, str]) -> dict[str, str]:
    """Take the next few enterprises all the way round; add them to `everybody` and return their warnings."""
    more = dict(list(some_enterprises(len(everybody) + _AT_ONCE).items())[len(everybody) :])
    everybody |= more
    return await circle.all_round(more)


async def strike(fleet: Fleet, rng: random.Random) -> None:
    """Kill one service after the other, each at any moment, and start it again."""
    for number in range(KILLS):
        await asyncio.sleep(rng.uniform(0.1, 2.0))
        name = rng.choice(SERVICES)
        fleet.kill(name)
        sys.stderr.write(f"kill {number + 1}: {name}\n")
        fleet.begin(name)
        await fleet.until_up(name)
