import csv
import json
from datetime import date
from pathlib import Path

import pytest

from simulation.files import write_world
from simulation.places import TOWNS
from simulation.stories import Ending
from simulation.world import World, build_world

TODAY = date(2026, 11, 22)


def _files(folder: Path, seed: int) -> dict[str, bytes]:
    write_world(build_world(seed=seed, enterprises=600, months=6, today=TODAY), folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_files_byte_for_byte(tmp_path: Path) -> None:
    assert _files(tmp_path / "one", 3) == _files(tmp_path / "two", 3)


def test_another_seed_gives_another_district(tmp_path: Path) -> None:
    one, two = _files(tmp_path / "one", 3), _files(tmp_path / "two", 4)
    assert all(one[name] != two[name] for name in ("enterprises.csv", "signals.ndjson", "outcomes.csv"))


@pytest.mark.parametrize("today", ["2026-01-01", "2027-02-05", "2028-02-29", "2040-07-31"])
def test_a_district_can_stand_on_any_day(today: str, tmp_path: Path) -> None:
    world = build_world(seed=1, enterprises=300, months=12, today=date.fromisoformat(today))
    summary = write_world(world, tmp_path)
    assert summary["today"] == today
    assert all(story.peak <= world.timeline.last_reported for story in world.stories)


@pytest.mark.parametrize(("enterprises", "months"), [(99, 12), (20_000, 1)])
def test_too_small_a_district_is_refused(enterprises: int, months: int) -> None:
    with pytest.raises(ValueError, match="at least 100 enterprises and 2 months"):
        build_world(seed=1, enterprises=enterprises, months=months, today=TODAY)


def test_every_town_has_open_troubles(district: World) -> None:
    towns = district.enterprises.town
    open_in = [int(towns[story.firm.row]) for story in district.stories if story.ending is Ending.OPEN]
    assert all(open_in.count(town) >= 3 for town in range(len(TOWNS)))


def test_the_summary_counts_what_the_files_hold(folder: Path) -> None:
    counts = json.loads((folder / "world.json").read_text("utf-8"))["counts"]
    lines = {name: (folder / name).read_bytes().count(b"\n") for name in ("signals.ndjson", "recent.ndjson")}
    assert counts["signals"] == lines["signals.ndjson"]
    assert counts["recent"] == lines["recent.ndjson"]


def test_outcomes_are_known_after_they_happened_and_before_today(folder: Path) -> None:
    with (folder / "outcomes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert 500 < len(rows) < 1_200
    assert all("2025-12-01" <= row["occurred_on"] < row["recorded_at"][:10] < "2026-11-22" for row in rows)
    kinds = [row["kind"] for row in rows]
    assert set(kinds) == {"dispute", "inspection_finding", "collective_case", "collective_incident"}
    assert 5 <= kinds.count("collective_incident") <= 40


def test_disputes_follow_stories_but_not_only_stories(district: World) -> None:
    told = {story.firm.row for story in district.stories}
    disputed = set(district.outcomes.enterprise.tolist())
    assert len(told & disputed) / len(told) > 0.25
    assert len(disputed - told) / len(disputed) > 0.3


def test_about_fifteen_warnings_a_month_were_handled_before(folder: Path) -> None:
    with (folder / "warnings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert 12 <= len(rows) / 11 <= 19
    assert {row["level"] for row in rows} == {"red", "orange"}
    assert {row["reason_code"] for row in rows} <= {
        "true_resolved",
        "true_incident",
        "false_alarm",
        "transferred",
        "enterprise_gone",
    }
    assert all(row["raised_at"] < row["closed_at"] < "2026-10-23" for row in rows)


def test_an_enterprise_had_one_warning_at_a_time(district: World) -> None:
    seen: dict[int, int] = {}
    for warning in district.warnings:
        assert warning.raised > seen.get(warning.enterprise, 0)
        seen[warning.enterprise] = warning.closed
