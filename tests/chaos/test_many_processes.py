"""Ten processes over Kafka under load, killed at random, the broker and the database too.

KILLS says how often, SEED repeats a run.
"""

import asyncio
import os
import random
from collections import Counter

import pytest

from tests.chaos.fleet import MEMBERS
from tests.chaos.load import SEED, Load, tell

pytestmark = pytest.mark.asyncio(loop_scope="module")

KILLS = int(os.environ.get("KILLS", "40"))
KINDS = (*MEMBERS, "broker", "postgres")
_LEAST_OF_EACH = 3


async def test_random_kills_lose_nothing_and_double_nothing(load: Load) -> None:
    rng = random.Random(SEED)  # noqa: S311  a seed, not a secret
    kinds = [*KINDS * _LEAST_OF_EACH, *rng.choices(KINDS, k=max(0, KILLS - _LEAST_OF_EACH * len(KINDS)))]
    rng.shuffle(kinds)
    tell(f"KILLS={KILLS}")
    for number, kind in enumerate(kinds[:KILLS], 1):
        await load.fleet.until_ready()
        await load.onslaught.flow(rng.randint(1, 100))
        load.fleet.kill(kind)
        tell(f"kill {number}: {kind}")
        await asyncio.sleep(0.2)
    counted = Counter(kinds[:KILLS])
    tell("killed: " + ", ".join(f"{kind} {counted[kind]}" for kind in KINDS))
