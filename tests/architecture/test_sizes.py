"""Files and functions stay as small as their readers' patience."""

import ast
from statistics import median, quantiles

import pytest

from tests.architecture.tree import SHIPPED, Function, functions, hand_written, name_of, place

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 10
P90_FUNCTION = 30


def length(function: Function) -> int:
    """Lines from `def` to the end, without the docstring."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is None:
        return whole
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1)


def test_no_file_is_longer_than_its_budget() -> None:
    lines = {
        name_of(path): len(path.read_text("utf-8").splitlines()) for path in hand_written(*SHIPPED, "tests")
    }
    lines |= {name_of(path): len(path.read_text("utf-8").splitlines()) for path in hand_written("benchmarks")}
    assert len(lines) > 20
    assert {name: count for name, count in lines.items() if count > LONGEST_FILE} == {}


def test_no_function_is_longer_than_its_budget() -> None:
    lengths = {
        f"{place(path, function)} {function.name}": length(function)
        for path in hand_written(*SHIPPED, "tests", "benchmarks")
        for function in functions(path)
    }
    assert len(lengths) > 50
    assert {name: count for name, count in lengths.items() if count > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("package", SHIPPED)
def test_most_functions_are_short(package: str) -> None:
    lengths = [length(function) for path in hand_written(package) for function in functions(path)]
    assert len(lengths) > 10
    assert median(lengths) <= MEDIAN_FUNCTION
    assert quantiles(lengths, n=10)[-1] <= P90_FUNCTION
