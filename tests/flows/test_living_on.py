"""The simulated district lives on: days pass, and everything that can happen to a warning happens to some."""

import signal
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.kernel.clock import SystemClock
from simulation.ahead import AheadClock
from simulation.living.dice import Dice, Temper
from simulation.living.fates import Fate, fate_of
from tests.flows.demo_process import Demo, command

pytestmark = pytest.mark.slow

# Holidays in a row, at most, and the working days that a warning takes to go round; days are played in fives.
MOST_DAYS = 15
AT_ONCE = 5
DASHBOARD = "/api/dashboard/v1"


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path / "data", 300)
    yield demo
    demo.clean_up()


class Watcher:
    """A district officer who looks on."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.account = demo.official("district_officer")

    def read(self, path: str) -> Any:
        return self.demo.call("GET", path, self.demo.log_in(self.account))

    def warnings(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.read(f"{DASHBOARD}/warnings?limit=200")["items"]
        return items

    def lively_seed(self) -> int:
        """Return a seed under which some of those who hold a warning meet each fate, and some do nothing."""
        owners = {
            one["account_id"]: one["username"]
            for one in self.read(f"{DASHBOARD}/coordinators?limit=200")["items"]
        }
        held = [
            (one["uscc"], owners[one["assignee_id"]])
            for one in self.warnings()
            if one["state"] == "assigned" and one["assignee_id"]
        ]

        def lively(seed: int) -> bool:
            dice = Dice(seed)
            met = Counter(
                fate_of(dice, uscc) for uscc, owner in held if dice.temper(owner) is Temper.PUNCTUAL
            )
            idle = sum(dice.temper(owner) is Temper.NEVER for _, owner in held)
            return idle > 0 and min(met[Fate.PAYS], met[Fate.BARGAINS], met[Fate.REFUSES]) > 1

        return next(seed for seed in range(100_000) if lively(seed))

    def everything_was_seen(self) -> bool:
        total = self.read(f"{DASHBOARD}/funnel")["total"]
        escalated = any(one["escalated_to"] for one in self.warnings())
        return escalated and min(total[stage] for stage in ("handed_over", "referred", "closed")) > 0


def test_days_pass_and_every_screen_moves(demo: Demo) -> None:
    assert "make demo" in command(demo.data, "simulate").stderr
    demo.start()
    watcher = Watcher(demo)
    seed = str(watcher.lively_seed())
    for _ in range(0, MOST_DAYS, AT_ONCE):
        played = command(demo.data, "simulate", "--days", str(AT_ONCE), "--speed", "max", "--seed", seed)
        assert (played.returncode, played.stderr) == (0, ""), played.stdout
        assert "漏斗 / funnel" in played.stdout
        # Each with its reason: the summary alone would say only how many.
        assert [line for line in played.stdout.splitlines() if "refused" in line] == []
        if watcher.everything_was_seen():
            break
    check_the_doors(watcher)
    assert '"level": "error"' not in (demo.data / "demo.log").read_text("utf-8")

    as_of = datetime.fromisoformat(watcher.read(f"{DASHBOARD}/overview")["as_of"])
    assert demo.end(signal.SIGINT) == 0
    # The next start goes on from there, not from the machine's time.
    assert AheadClock(demo.data).now() >= as_of > SystemClock().now() + timedelta(hours=12)


def check_the_doors(watcher: Watcher) -> None:
    states = {one["state"] for one in watcher.warnings()}
    assert "closed" in states
    assert states & {"handed_over", "referred", "resolved"}
    mediations = [
        *watcher.read("/api/mediation/v1/cases")["items"],
        *watcher.read("/api/mediation/v1/cases?state=closed")["items"],
    ]
    inspections = [
        *watcher.read("/api/inspection/v1/cases")["items"],
        *watcher.read("/api/inspection/v1/cases?state=closed")["items"],
    ]
    assert mediations
    assert inspections
    closed = next(one for one in watcher.warnings() if one["state"] == "closed")
    detail = watcher.read(f"{DASHBOARD}/warnings/{closed['id']}")
    steps = [one["action"] for one in detail["history"]]
    assert steps[-1] == "close"
    assert {"accept", "close"} <= set(steps)
    assert detail["reason_code"]
