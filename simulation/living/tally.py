"""What happened on a day, in numbers."""

from collections import Counter
from collections.abc import Iterable, Mapping

from simulation.living.sight import Sight

_HEIGHTS: Mapping[str | None, int] = {None: 0, "town": 1, "district": 2, "leading_group": 3}
_SHOWN = (
    ("signals", "信号", "signals"),
    ("raised", "新预警", "raised"),
    ("accepted", "签收", "accepted"),
    ("visited", "到场", "visited"),
    ("handed_over", "移交", "handed over"),
    ("referred", "移送", "referred"),
    ("mediated", "调解成功", "mediated"),
    ("rectified", "改正", "rectified"),
    ("closed", "办结", "closed"),
    ("escalated", "升级", "escalations"),
)
# Shown where it happened.
_NOW_AND_THEN = (
    ("reassigned", "改派", "reassigned"),
    ("returned", "退回", "returned"),
    ("transfers_taken", "接收移送", "transfers taken"),
    ("mediation_failed", "调解不成", "not agreed"),
    ("not_rectified", "逾期未改", "not rectified"),
    ("refused", "拒收", "signals refused"),
)


class Tally:
    """Counts one day; what stood open before is known from the first look."""

    def __init__(self) -> None:
        self._counts = Counter[str]()
        self._open: dict[str, int] | None = None

    def count(self, deeds: Iterable[str]) -> None:
        """Count what was done."""
        self._counts.update(deeds)

    def add(self, name: str, number: int) -> None:
        """Count several of a kind."""
        self._counts[name] += number

    def watch(self, sight: Sight) -> None:
        """Count what is new since the last look: warnings, and steps of escalation."""
        now = {str(one["id"]): _HEIGHTS[one["escalated_to"]] for one in sight.warnings}
        if self._open is not None:
            self._counts["raised"] += len(now.keys() - self._open.keys())
            self._counts["escalated"] += sum(
                max(0, high - self._open.get(id_, 0)) for id_, high in now.items()
            )
        self._open = now

    def lines(self) -> tuple[str, str]:
        """Return the day in Chinese and in English, and begin the next one."""
        shown = [*_SHOWN, *(one for one in _NOW_AND_THEN if self._counts[one[0]])]
        zh = "  ".join(f"{zh} {self._counts[name]:,}" for name, zh, _ in shown)
        en = "  ".join(f"{en} {self._counts[name]:,}" for name, _, en in shown)
        self._counts = Counter()
        return zh, en
