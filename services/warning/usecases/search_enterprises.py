"""Finds enterprises by code or name, in either script, and shows one with its time line."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from services.warning.domain.indicators import Indicator
from services.warning.repository import enterprise_views
from services.warning.usecases.read_timeline import newest_of_each_sort
from services.warning.usecases.read_warnings import enterprise_card
from shared.contracts.warning import EnterpriseDetail, EnterprisePage, EnterpriseSummary
from shared.db.tx import ReadTx
from shared.kernel.divisions import division_name
from shared.kernel.errors import found
from shared.kernel.identifiers import normalise_uscc
from shared.kernel.masking import masked
from shared.kernel.paging import Page, cut, number
from shared.kernel.text import fold_name

# Below this a code fragment would match half of all codes.
_SHORTEST_CODE = 4


async def search_enterprises(tx: ReadTx, division: str, query: str | None, page: Page) -> EnterprisePage:
    """Return enterprises of the jurisdiction; names of natural persons are masked."""
    after: int = page.read_after(number)[0] if page.after else 0
    rows = await enterprise_views.search(tx, division, _fragments(query), after, page.limit + 1)
    part = cut(rows, page, lambda row: [str(row.id)])
    return EnterprisePage(items=[_summary(row) for row in part.items], next_cursor=part.next_cursor)


async def read_enterprise(
    tx: ReadTx, division: str, uscc: str, indicators: Mapping[str, Indicator]
) -> EnterpriseDetail:
    """Return one enterprise in full, by its normal code. Raises NotFound when it is not in the jurisdiction."""
    row = found(await enterprise_views.find(tx, division, uscc))
    timeline, next_cursor = await newest_of_each_sort(tx, row, indicators)
    return EnterpriseDetail(
        enterprise=enterprise_card(row),
        former_names=await enterprise_views.former_names(tx, row.id),
        risk_level=row.risk_level,
        score=row.score,
        open_warning_id=row.open_warning_id,
        timeline=timeline,
        next_cursor=next_cursor,
    )


def _fragments(query: str | None) -> tuple[str, str] | None:
    if query is None or not query.strip():
        return None
    code = normalise_uscc(query)
    is_code = len(code) >= _SHORTEST_CODE and code.isascii() and code.isalnum()
    return code if is_code else "", fold_name(query)


def _summary(row: Row[Any]) -> EnterpriseSummary:
    return EnterpriseSummary(
        uscc=row.uscc,
        name=masked(row.name, sole_trader=row.sole_trader),
        workplace_division=row.workplace_division,
        division_name=division_name(row.workplace_division),
        industry=row.industry,
        headcount=row.headcount,
        risk_level=row.risk_level,
        open_warning_id=row.open_warning_id,
    )
