"""A history of events: each of some kind, on some day, about somebody; ids are opaque.

An event counts at a cut-off only when it had happened and was known by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.warning.ml.arrays import Days, Flags, Floats, Integers
from shared.kernel.errors import DomainError


class HistoryUnusable(DomainError):
    """A file is not a history of events."""

    code = "history_unusable"


@dataclass(frozen=True, slots=True, eq=False)
class EventHistory:
    """Events sorted by enterprise and day.

    ids: enterprise ids in their order, `enterprise` points into them. kinds: likewise for `kind`. occurred_on and
    known_on: days since 1970-01-01. amount and workers: NaN where unknown. industries and divisions:
    likewise for `industry` and `division`, -1 where unknown. ignored: the columns that say nothing to us.
    """

    ids: Sequence[str]
    kinds: Sequence[str]
    industries: Sequence[str]
    divisions: Sequence[str]
    enterprise: Integers
    kind: Integers
    industry: Integers
    division: Integers
    occurred_on: Days
    known_on: Days
    amount: Floats
    workers: Floats
    ignored: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return how many events there are."""
        return len(self.enterprise)

    def known_by(self, day: int) -> Flags:
        """Say which events had happened and were known on `day`."""
        return (self.occurred_on <= day) & (self.known_on <= day)

    def of_kinds(self, names: Sequence[str] | None) -> Flags:
        """Say which events are of these kinds, None for any. Raises HistoryUnusable for a kind that never occurs."""
        if names is None:
            return np.ones(len(self), dtype=np.bool_)
        strange = [name for name in names if name not in self.kinds]
        if strange:
            known = ", ".join(sorted(self.kinds)[:20])
            raise HistoryUnusable(
                f"历史中没有类别 {strange[0]}；有：{known}。",
                f"No event is of kind {strange[0]}; there are: {known}.",
            )
        return self.of_kind(*names)

    def of_kind(self, *names: str) -> Flags:
        """Say the same where a kind may be unknown: no event is of it."""
        return np.isin(self.kind, [self.kinds.index(name) for name in names if name in self.kinds])
