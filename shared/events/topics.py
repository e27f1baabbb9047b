"""The topics of the system, declared beside the events that travel on them.

A topic's partitions are for good: more of them would send a key's next messages to another partition, and so break
the order for that key. They also bound how many workers of a service share its work.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

# Longer than a restore may go back (shared/kernel/recovery.py): what the restored database lacks can be read again.
_A_WHILE: Final = timedelta(days=35)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it is to be made.

    retention: how long a message is kept, None for ever.
    compacted: of each key the newest message is kept, whatever its age; only where a message says all of its key.
    foreign: others write to it. Its messages carry the broker's time, not their sender's.
    """

    name: str
    partitions: int
    retention: timedelta | None = _A_WHILE
    compacted: bool = False
    foreign: bool = False


_ALL = (
    Topic("gateway.account", partitions=2, retention=None, compacted=True),
    # Every notice counts, and they share a key: compaction would leave the last one alone.
    Topic("warning.calendar", partitions=1, retention=None),
    Topic("warning.warning", partitions=6),
    Topic("mediation.case", partitions=6),
    Topic("inspection.case", partitions=6),
    Topic("intake.signal", partitions=6, foreign=True),
)
TOPICS: Final[Mapping[str, Topic]] = {topic.name: topic for topic in _ALL}
INTAKE_SIGNAL: Final = "intake.signal"
