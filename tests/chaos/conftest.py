"""Marks of this folder's tests."""

from pathlib import Path

import pytest

from tests.support.forgotten_sockets import excuse, pytest_runtest_teardown

__all__ = ["pytest_runtest_teardown"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.chaos)
    excuse(here)
