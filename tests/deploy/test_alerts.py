"""Each alert rests on metrics that there are, is raised when it must be, and says so in both languages."""

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.architecture.tree import ROOT
from tests.deploy.promql import named_in
from tests.deploy.told import families_told, missing_in, series_of
from tests.support.system import System

FOLDER = ROOT / "deploy" / "prometheus"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
ALERTS = [rule["alert"] for rule in RULES]
# What Prometheus says of each scrape.
_OF_PROMETHEUS = {"up": frozenset[str]()}
_CHINESE, _ENGLISH = re.compile(r"[一-鿿]"), re.compile(r"[A-Za-z]{3}")


def promtool() -> str:
    """Where promtool is: among what was built here (`make tools`), else on the path."""
    built = ROOT / "build" / "tools" / "promtool"
    found = str(built) if built.is_file() else shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is not here: `make tools` builds it where Go is installed")
    return found


def test_promtool_finds_the_rules_sound() -> None:
    checked = subprocess.run(
        [promtool(), "check", "rules", "--lint-fatal", str(FOLDER / "alerts.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_on_recorded_series_each_alert_is_raised_when_it_must_be_and_at_no_other_time() -> None:
    tested = subprocess.run(
        [promtool(), "test", "rules", str(FOLDER / "alerts_test.yml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_is_raised_by_some_recorded_series() -> None:
    tests = yaml.safe_load((FOLDER / "alerts_test.yml").read_text("utf-8"))["tests"]
    raised = {
        case["alertname"] for one in tests for case in one.get("alert_rule_test", ()) if case["exp_alerts"]
    }

    assert raised == set(ALERTS)


@pytest.mark.asyncio
async def test_every_metric_and_label_of_a_rule_exists(system: System) -> None:
    series = series_of(await families_told(system)) | _OF_PROMETHEUS

    assert [f"{rule['alert']}: {one}" for rule in RULES for one in missing_in(rule["expr"], series)] == []


@pytest.mark.parametrize("rule", RULES, ids=ALERTS)
def test_an_alert_says_how_grave_it_is_and_what_it_is_in_both_languages(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning"}
    for name in ("summary", "description"):
        assert _CHINESE.search(rule["annotations"][name])
        assert _ENGLISH.search(rule["annotations"][name])
    assert rule["annotations"]["runbook"] == f"docs/runbooks/{rule['alert']}.md"


def test_names_are_read_out_of_any_expression() -> None:
    named = named_in(
        """sum by (service, le) (rate(a_total{status=~"5..|b{c}", route!='/x'}[5m] offset 1h)) # d_total
        / on (service) group_left (title) e:f unless absent(g{job="h"}) > bool 1e3 or time() - i > 3 * Inf"""
    )

    assert dict(named.metrics) == {"a_total": {"status", "route"}, "e:f": set(), "g": {"job"}, "i": set()}
    assert named.grouped_by == {"service", "le", "title"}
