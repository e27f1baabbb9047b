"""What a process tells at /metrics: every series' name, and the labels that it has."""

from collections.abc import Mapping
from dataclasses import dataclass

import stamina.instrumentation
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from services.warning.ml.on_demand import warm_up
from tests.deploy.promql import named_in
from tests.support.system import System

GIVEN = frozenset({"job", "instance"})
"""The labels that Prometheus gives to every series, by where it scraped it."""


@dataclass(frozen=True, slots=True)
class Family:
    """A metric as its page describes it."""

    type: str
    labels: frozenset[str]


async def families_told(system: System) -> Mapping[str, Family]:
    """Return the metrics that a process with all four services tells, by the name that one queries."""
    warm_up()
    stamina.instrumentation.get_on_retry_hooks()
    answer = await system.client("gateway").get("/metrics")
    assert answer.status_code == 200
    labels = _labels()
    told = {}
    for family in text_string_to_metric_families(answer.text):
        if family.name.endswith("_created"):
            continue  # when a series began; nobody asks
        name = f"{family.name}_total" if family.type == "counter" else family.name
        sampled = {label for sample in family.samples for label in sample.labels}
        told[name] = Family(family.type, labels.get(family.name, frozenset(sampled)))
    return told


def _labels() -> dict[str, frozenset[str]]:
    """Return each metric's declared labels: a metric that nothing has counted yet shows none in its text."""
    declared = {}
    for collector in REGISTRY._collector_to_names:
        if hasattr(collector, "_labelnames"):
            declared[str(getattr(collector, "_name", ""))] = frozenset(collector._labelnames)
    return declared


def series_of(families: Mapping[str, Family]) -> dict[str, frozenset[str]]:
    """Return every series that one can ask for, with its labels."""
    series = {}
    for name, family in families.items():
        if family.type == "histogram":
            for ending in ("_bucket", "_sum", "_count"):
                own = {"le"} if ending == "_bucket" else set()
                series[name + ending] = family.labels | own
        else:
            series[name] = family.labels
    return series


def missing_in(expression: str, series: Mapping[str, frozenset[str]]) -> list[str]:
    """Return which of an expression's metrics and labels there are not."""
    named = named_in(expression)
    assert named.metrics, expression
    there = {label for metric in named.metrics for label in series.get(metric, ())} | GIVEN
    asked = {label for labels in named.metrics.values() for label in labels} | named.grouped_by
    return [metric for metric in named.metrics if metric not in series] + sorted(asked - there)
