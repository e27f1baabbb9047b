"""`make demo-kafka`: the demo as eight processes over Kafka, on a folder that `make demo` may have next."""

import csv
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from shared.bus.embedded import Broker
from simulation.demo.people import read_people
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


def send_grave(demo: Demo, uscc: str) -> None:
    """Report wages that nobody was paid for three months."""
    hrss = next(one for one in read_people(demo.data).departments if one.source == "hrss")
    form = {
        "grant_type": "client_credentials",
        "client_id": hrss.client_id,
        "client_secret": hrss.client_secret,
    }
    token = httpx.post(f"http://127.0.0.1:{demo.port}/api/auth/v1/token", data=form).json()["access_token"]
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
    demo.call("POST", "/api/intake/v1/signals", token, signal_)


def raised(demo: Demo, uscc: str) -> str | None:
    """Return the id of the red warning of an enterprise."""
    token = demo.log_in(demo.official("district_officer"))
    items = demo.call("GET", f"/api/dashboard/v1/warnings?uscc={uscc}&level=red", token)["items"]
    return items[0]["id"] if items else None


def told(demo: Demo, warning_id: str) -> bool:
    """Whether the district's officer was told of a warning, which travels from one process to another."""
    token = demo.log_in(demo.official("district_officer"))
    items = demo.call("GET", "/api/notifications/v1/?limit=100", token)["items"]
    return any(one["subject_id"] == warning_id for one in items)


def test_eight_processes_serve_and_what_kafka_still_had_is_told_when_one_takes_over(demo: Demo) -> None:
    demo.start(*OVER_KAFKA)
    pairs = {f"{s}-{r}" for s in ("warning", "mediation", "inspection", "gateway") for r in ("api", "worker")}
    assert set(parts(demo)) == pairs
    first, second, third = large_enterprises(demo)[-3:]
    send_grave(demo, first)
    warning_id = eventually(lambda: raised(demo, first))
    eventually(lambda: told(demo, warning_id))

    # Nobody hears it before everything is killed.
    deaf = parts(demo)["gateway-worker"]
    deaf.suspend()
    send_grave(demo, second)
    unheard = eventually(lambda: raised(demo, second))
    time.sleep(1)
    demo.end(signal.SIGKILL)
    deaf.kill()
    eventually(lambda: parts(demo) == {} and not any("kafka" in line for line in demo.processes()))

    demo.start()
    assert "Kafka" in demo.text()
    eventually(lambda: told(demo, unheard))
    assert demo.end(signal.SIGINT) == 0
    assert demo.processes() == []

    for log in demo.data.glob("*-*.log"):
        log.unlink()
    demo.start(*OVER_KAFKA)
    send_grave(demo, third)
    eventually(lambda: told(demo, eventually(lambda: raised(demo, third))))
    for log in demo.data.glob("*-*.log"):
        assert '"level": "error"' not in log.read_text("utf-8"), log
    check_a_killed_process_is_named(demo)

    demo.start(*OVER_KAFKA)
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
