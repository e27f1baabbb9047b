"""Enterprises in files: our own table, and the public register as it is handed out."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from services.warning.domain.enterprises import EnterpriseClaim, EnterpriseRefused
from services.warning.schemas.csv_files import Layout, TableRow, layout_of, read_table
from shared.kernel.errors import FieldProblem

Claimed = EnterpriseClaim | EnterpriseRefused

OWN = Layout(
    "本系统 / our own",
    frozenset({"uscc", "name"}),
    frozenset(
        {
            "registered_division",
            "workplace_division",
            "grid_cell",
            "industry",
            "headcount",
            "zone",
            "sole_trader",
        }
    ),
)
REGISTER = Layout(
    "工商登记 / public register",
    frozenset({"企业名称", "统一社会信用代码"}),
    frozenset({"注册日期", "企业类型", "法人代表", "注册资金", "经营范围", "所在省份", "地区", "注册地址"}),
)

_TRUTHS = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}
_LONGEST_FIGURE = 9
# GB/T 2260, Shanghai. The register says where an enterprise is registered, never where it works.
_SHANGHAI = "上海"
_DISTRICTS = {
    "黄浦": "310101",
    "徐汇": "310104",
    "长宁": "310105",
    "静安": "310106",
    "普陀": "310107",
    "虹口": "310109",
    "杨浦": "310110",
    "闵行": "310112",
    "宝山": "310113",
    "嘉定": "310114",
    "浦东": "310115",
    "金山": "310116",
    "松江": "310117",
    "青浦": "310118",
    "奉贤": "310120",
    "崇明": "310151",
}


def read_enterprises(path: Path) -> Iterator[tuple[int, str, Claimed]]:
    """Return row number, code as written, and what the row says. Raises FileUnusable at once."""
    layout = layout_of(path, (OWN, REGISTER))
    return _rows(path, _own if layout is OWN else _registered)


def _rows(path: Path, read: Callable[[Mapping[str, str]], Claimed]) -> Iterator[tuple[int, str, Claimed]]:
    for row in read_table(path):
        fault = row.fault
        yield (
            row.number,
            _code(row),
            read(row.cells) if fault is None else EnterpriseRefused(fields=[fault]),
        )


def _code(row: TableRow) -> str:
    return row.cells.get("uscc", row.cells.get("统一社会信用代码", "")).strip()


def _own(cells: Mapping[str, str]) -> Claimed:
    given = {name: value.strip() for name, value in cells.items() if value.strip()}
    headcount, sole_trader = given.pop("headcount", None), given.pop("sole_trader", None)
    if headcount is not None and not (headcount.isdecimal() and len(headcount) <= _LONGEST_FIGURE):
        return _refused(
            "headcount", "headcount_malformed", "用工人数须为整数。", "The headcount is a whole number."
        )
    if sole_trader is not None and sole_trader.lower() not in _TRUTHS:
        return _refused(
            "sole_trader", "sole_trader_malformed", "须填 true 或 false。", "Write true or false."
        )
    return EnterpriseClaim(
        **{"uscc": "", "name": ""} | given,
        headcount=None if headcount is None else int(headcount),
        sole_trader=None if sole_trader is None else _TRUTHS[sole_trader.lower()],
    )


def _registered(cells: Mapping[str, str]) -> Claimed:
    in_shanghai = cells.get("所在省份", _SHANGHAI).startswith(_SHANGHAI)
    return EnterpriseClaim(
        uscc=cells["统一社会信用代码"],
        name=cells["企业名称"],
        registered_division=_DISTRICTS.get(cells.get("地区", "")[:2]) if in_shanghai else None,
        sole_trader=True if cells.get("企业类型", "").startswith("个体") else None,
    )


def _refused(field: str, code: str, message_zh: str, message_en: str) -> EnterpriseRefused:
    return EnterpriseRefused(fields=[FieldProblem(field, code, message_zh, message_en)])
