"""What the demo shows where there is no terminal, as in a file."""

import io
import re

from rich.cells import cell_len
from rich.console import Console

from shared.contracts.warning import TownCount
from simulation.demo.screen import Screen
from simulation.demo.table import show_table


def shown(width: int = 80) -> tuple[Screen, io.StringIO]:
    file = io.StringIO()
    return Screen(Console(file=file, highlight=False, soft_wrap=True, width=width)), file


def town(division: str, name: str, red: int, orange: int) -> TownCount:
    return TownCount(division=division, name=name, red=red, orange=orange, overdue=0, unowned=0)


def test_each_town_has_a_line_with_the_number_after_each_colour() -> None:
    screen, file = shown(20)
    show_table(screen, [town("310112101", "莘庄镇", 12, 3), town("310112", "闵行区", 0, 1)])
    lines = file.getvalue().splitlines()
    assert [re.findall(r"红 (\d+) +橙 (\d+)$", line) for line in lines[2:]] == [
        [("12", "3")],
        [("0", "1")],
        [("12", "4")],
    ]
    assert lines[2].strip().startswith("莘庄镇")


def test_a_step_is_told_when_it_begins_and_when_it_is_done() -> None:
    screen, file = shown()
    with screen.step("训练 / training", 10) as step:
        step.reach(5)
        step.note = "done [ok]"
    begun, ended = file.getvalue().splitlines()
    assert begun == "… 训练 / training"
    assert re.fullmatch(r"✓ 训练 / training +\d+\.\d s  done \[ok\]", ended)


def test_columns_count_a_chinese_character_as_two_places() -> None:
    screen, file = shown()
    screen.rows([("打开 / open", "x"), ("a", "y")])
    first, second = file.getvalue().splitlines()
    assert cell_len(first) == cell_len(second)
