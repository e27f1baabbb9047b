"""Shows what happened to an enterprise: the newest of every sort with its details, and all of it page by page."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from services.warning.domain.indicators import Indicator
from services.warning.repository import enterprise_views, timelines
from services.warning.repository.timelines import Place
from services.warning.usecases.timeline_titles import title_of
from shared.contracts.warning import TimelineEntry, TimelineKind, TimelinePage
from shared.db.tx import ReadTx
from shared.kernel.errors import found
from shared.kernel.paging import Page, cut, encode_cursor, instant

MOST_OF_A_SORT = 200


async def read_timeline(
    tx: ReadTx,
    division: str,
    uscc: str,
    kind: TimelineKind | None,
    page: Page,
    indicators: Mapping[str, Indicator],
) -> TimelinePage:
    """Return a page of an enterprise's time line. Raises NotFound when it is not in the jurisdiction."""
    enterprise = found(await enterprise_views.find(tx, division, uscc))
    most = page.limit + 1
    rows = await timelines.entries(tx, enterprise, _before(page), kind=kind, most_of_a_sort=most, in_all=most)
    part = cut(rows, page, _place)
    return TimelinePage(items=_shown(part.items, indicators), next_cursor=part.next_cursor)


async def newest_of_each_sort(
    tx: ReadTx, enterprise: Row[Any], indicators: Mapping[str, Indicator]
) -> tuple[list[TimelineEntry], str | None]:
    """Return the newest entries, and where the page begins with the first that is missing among them.

    Every sort is bounded by itself, so that one noisy department cannot push out the rest.
    """
    rows = await timelines.entries(tx, enterprise, Place(), most_of_a_sort=MOST_OF_A_SORT + 1)
    kept: list[Row[Any]] = []
    counts: dict[str, int] = {}
    last_complete: Row[Any] | None = None
    for row in rows:
        sort = row.id[0]
        counts[sort] = counts.get(sort, 0) + 1
        if counts[sort] <= MOST_OF_A_SORT:
            kept.append(row)
        elif last_complete is None:
            last_complete = kept[-1]
    return _shown(kept, indicators), None if last_complete is None else encode_cursor(_place(last_complete))


def _before(page: Page) -> Place:
    if not page.after:
        return Place()
    at, entry_id = page.read_after(instant, str)
    return Place(at.isoformat(), entry_id)


def _place(row: Row[Any]) -> tuple[str, str]:
    return row.at.isoformat(), row.id


def _shown(rows: Sequence[Row[Any]], indicators: Mapping[str, Indicator]) -> list[TimelineEntry]:
    return [_entry(row, indicators) for row in rows]


def _entry(row: Row[Any], indicators: Mapping[str, Indicator]) -> TimelineEntry:
    title, title_en = title_of(row.kind, row.subject, row.facts, indicators)
    facts = {name: value for name, value in row.facts.items() if value is not None}
    return TimelineEntry(id=row.id, at=row.at, kind=row.kind, title=title, title_en=title_en, facts=facts)
