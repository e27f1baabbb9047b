"""kafka-python 3.0.12 forgets sockets on refused connections; tests in which brokers die excuse them.

A folder's conftest imports both hooks.
"""

import gc
from collections.abc import Generator, Iterable

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    """Find the sockets while they are still excused."""
    yield
    # Now that pytest has let go of the log records too: their exceptions hold the sockets.
    gc.collect()


def excuse(items: Iterable[pytest.Item]) -> None:
    """Mark tests in which sockets may be forgotten."""
    for item in items:
        item.add_marker(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"))
