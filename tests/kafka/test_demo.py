"""`make demo-kafka`: the demo as eight processes over Kafka, on a folder that `make demo` may have next."""

import csv
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from shared.bus.embedded import Broker
from tests.flows.demo_process import Demo

pytestmark = pytest.mark.slow

OVER_KAFKA = ("--bus", "kafka")
_SECONDS = 60.0


@pytest.fixture
def demo(lasting_broker: Broker, tmp_path: Path) -> Iterator[Demo]:
    """Give a tiny demo; it runs its own broker, the fixture's only tells that one can run here."""
    assert lasting_broker.running()
    demo = Demo(tmp_path / "data", 300)
    yield demo
    demo.clean_up()


def parts(demo: Demo) -> dict[str, psutil.Process]:
    """Return the demo's processes by service and role."""
    found = {}
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "demo-part" in words and str(demo.data) in words:
            found["-".join(words[words.index("demo-part") + 1 :][:2])] = process
    return found


def eventually(look: Callable[[], Any]) -> Any:
    """Return what `look` finds, once it finds something."""
    until = time.monotonic() + _SECONDS
    while not (found := look()):
        assert time.monotonic() < until
        time.sleep(0.2)
    return found


def large_enterprises(demo: Demo) -> list[str]:
    """Return enterprises of which unpaid wages are nothing that a sole trader's would be."""
    with (demo.data / "world" / "enterprises.csv").open(encoding="utf-8", newline="") as file:
        return [
            row["uscc"]
            for row in csv.DictReader(file)
            if row["sole_trader"] == "false" and int(row["headcount"]) > 50
        ]


class Watcher:
    """Who reports wages that nobody was paid, and a district officer who looks on; logged in once for a start."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.officer = demo.log_in(demo.official("district_officer"))

    def report_grave(self, uscc: str) -> None:
        """Report wages that nobody was paid for three months."""
        signal_ = {
            "source": "hrss",
            "source_ref": f"grave-{uscc}",
            "uscc": uscc,
            "indicator": "wage_arrears",
            "occurred_on": time.strftime("%Y-%m-%d", time.gmtime()),
            "amount_cny": "912600.00",
            "months": 3,
            "workers": 40,
        }
        self.demo.call("POST", "/api/intake/v1/signals", self.demo.token_of("hrss"), signal_)

    def raised(self, uscc: str) -> str:
        """Return the id of the red warning of an enterprise, once there is one."""
        path = f"/api/dashboard/v1/warnings?uscc={uscc}&level=red"
        return str(eventually(lambda: self.demo.call("GET", path, self.officer)["items"])[0]["id"])

    def is_told(self, warning_id: str) -> None:
        """Wait until the officer is told of a warning, which travels from one process to another."""

        def told() -> bool:
            items = self.demo.call("GET", "/api/notifications/v1/?limit=100", self.officer)["items"]
            return any(one["subject_id"] == warning_id for one in items)

        eventually(told)


def test_eight_processes_serve_and_what_kafka_still_had_is_told_when_one_takes_over(demo: Demo) -> None:
    demo.start(*OVER_KAFKA)
    pairs = {f"{s}-{r}" for s in ("warning", "mediation", "inspection", "gateway") for r in ("api", "worker")}
    assert set(parts(demo)) == pairs
    first, second, third = large_enterprises(demo)[-3:]
    watcher = Watcher(demo)
    watcher.report_grave(first)
    watcher.is_told(watcher.raised(first))
    check_nothing_went_wrong(demo)
    check_a_killed_process_is_named(demo)

    demo.start(*OVER_KAFKA)
    watcher = Watcher(demo)
    # Nobody hears it before everything is killed.
    deaf = parts(demo)["gateway-worker"]
    deaf.suspend()
    watcher.report_grave(second)
    unheard = watcher.raised(second)
    time.sleep(1)
    demo.end(signal.SIGKILL)
    deaf.kill()
    eventually(lambda: parts(demo) == {} and not any("kafka" in line for line in demo.processes()))

    demo.start()
    assert "Kafka" in demo.text()
    watcher = Watcher(demo)
    watcher.is_told(unheard)
    watcher.report_grave(third)
    watcher.is_told(watcher.raised(third))
    assert demo.end(signal.SIGINT) == 0
    assert demo.processes() == []


def check_a_killed_process_is_named(demo: Demo) -> None:
    parts(demo)["inspection-worker"].kill()
    assert demo.process is not None
    assert demo.process.wait(_SECONDS) == 1
    *_, last = demo.text().rstrip().splitlines()
    assert "inspection worker" in last
    assert "make demo-kafka" in last
    assert demo.processes() == []


def check_nothing_went_wrong(demo: Demo) -> None:
    for log in demo.data.glob("*-*.log"):
        assert '"level": "error"' not in log.read_text("utf-8"), log
