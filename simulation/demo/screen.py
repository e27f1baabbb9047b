"""What the demo shows: bars that move on a terminal, plain lines in a file."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

# With bar, counts and time it fits into 80 places.
_LABEL_CELLS, _BAR_CELLS = 40, 16


@dataclass(slots=True)
class Step:
    """One step under way; `note` is told when it is done."""

    note: str = ""
    _bar: Progress | None = None

    def reach(self, done: int) -> None:
        """Show that so much is done."""
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done)


@dataclass(slots=True)
class Screen:
    """The console, and how long each step took."""

    console: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=True))

    @contextmanager
    def step(self, label: str, total: int | None = None) -> Iterator[Step]:
        """Show a step as long as the block runs; `label` is in both languages."""
        began = time.perf_counter()
        if self.console.is_terminal:
            with self._bar(total) as bar:
                bar.add_task(padded(label, _LABEL_CELLS), total=total)
                step = Step(_bar=bar)
                yield step
                bar.update(bar.task_ids[0], total=total or 1, completed=total or 1)
        else:
            self.console.print(f"… {label}", markup=False)
            step = Step()
            yield step
        taken = time.perf_counter() - began
        self.console.print(
            f"✓ {padded(label, _LABEL_CELLS)}{taken:5.1f} s  {step.note}".rstrip(), markup=False
        )

    def _bar(self, total: int | None) -> Progress:
        counted = (MofNCompleteColumn(),) if total is not None else ()
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(_BAR_CELLS),
            *counted,
            TimeElapsedColumn(),
        )
        return Progress(*columns, console=self.console, transient=True)

    def say(self, *lines: str) -> None:
        """Print lines."""
        for line in lines:
            self.console.print(line, markup=False)

    def rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Print columns that are as wide as their longest cell; a Chinese character takes two places."""
        widths = [max(cell_len(cell) for cell in column) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (padded(cell, width) for cell, width in zip(row, widths, strict=True))
            self.console.print(("  " + "  ".join(cells)).rstrip(), markup=False)


def padded(text: str, cells: int) -> str:
    """Fill a text up to this many places."""
    return text + " " * (cells - cell_len(text))
