"""How many threads the numerical libraries may take: one, because PostgreSQL needs the other core."""

from contextlib import AbstractContextManager
from functools import cache
from typing import Any, cast

from threadpoolctl import ThreadpoolController


@cache
def _controller() -> Any:
    # Looking through the loaded libraries takes milliseconds, so it is done once.
    return ThreadpoolController()


def one_thread_to_score() -> AbstractContextManager[Any]:
    """Limit OpenMP alone: its limit belongs to the calling thread, that of BLAS to the whole process."""
    return cast("AbstractContextManager[Any]", _controller().limit(limits=1, user_api="openmp"))


def one_thread_to_train() -> AbstractContextManager[Any]:
    """Limit OpenMP and BLAS."""
    return cast("AbstractContextManager[Any]", _controller().limit(limits=1))
