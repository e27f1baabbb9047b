"""Each panel of the dashboard shows a metric that there is."""

import json
from typing import Any

import pytest

from tests.architecture.tree import ROOT
from tests.deploy.told import families_told, missing_in, series_of
from tests.support.system import System

BOARD: dict[str, Any] = json.loads(
    (ROOT / "deploy" / "grafana" / "dashboards" / "labour-warning.json").read_text("utf-8")
)
SHOWN = [panel for panel in BOARD["panels"] if panel["type"] != "row"]


@pytest.mark.asyncio
async def test_every_metric_and_label_of_a_panel_exists(system: System) -> None:
    series = series_of(await families_told(system))
    shown = [(panel["title"], target["expr"]) for panel in SHOWN for target in panel["targets"]]

    assert len(SHOWN) > 15
    assert [f"{title}: {one}" for title, expr in shown for one in missing_in(expr, series)] == []


def test_every_panel_asks_the_chosen_source() -> None:
    """A board that names a source by its id works in one installation only."""
    (source,) = BOARD["templating"]["list"]
    assert (source["type"], source["query"]) == ("datasource", "prometheus")
    asked = [panel["datasource"] for panel in SHOWN]
    asked += [target["datasource"] for panel in SHOWN for target in panel["targets"]]
    assert {json.dumps(one) for one in asked} == {'{"type": "prometheus", "uid": "${datasource}"}'}


def test_panels_have_their_own_numbers_and_places() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in BOARD["panels"]]
    numbers = [panel["id"] for panel in BOARD["panels"]]

    assert BOARD["uid"] == "labour-warning"
    assert len(set(places)) == len(places)
    assert len(set(numbers)) == len(numbers)
