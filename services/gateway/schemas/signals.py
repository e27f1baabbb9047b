"""How signals look, for the readers of the intake's OpenAPI; the warning service alone reads them."""

from typing import Any

from pydantic import Field

from shared.contracts.base import Incoming


class SignalIn(Incoming):
    """One observation of one enterprise.

    With `source_ref`, (source, source_ref) identifies it; without, (source, uscc, indicator, period or day) does.
    The same content again is a duplicate, other content a conflict.
    """

    source: str = Field(description="本部门的来源编号，只能填自己的 / the department's own source")
    source_ref: str | None = Field(default=None, description="本部门系统中的流水号 / its reference there")
    uscc: str = Field(description="统一社会信用代码 / unified social credit code")
    indicator: str = Field(description="指标编号，如 wage_arrears / the indicator's id")
    period: str | None = Field(
        default=None,
        pattern=r"^\d{4}-\d{2}$",
        description="所属月份，与 occurred_on 二选一 / its month, or occurred_on",
    )
    occurred_on: str | None = Field(
        default=None, pattern=r"^\d{4}-\d{2}-\d{2}$", description="发生日期 / its day"
    )
    amount_cny: str | None = Field(
        default=None, description="金额（元），十进制字符串 / CNY, a decimal string", examples=["812345.60"]
    )
    months: int | None = Field(default=None, ge=0)
    workers: int | None = Field(default=None, ge=0)
    detail: dict[str, Any] | None = Field(
        default=None, description="指标声明的字段 / fields that the indicator declares"
    )
    corrects: str | None = Field(
        default=None,
        description="被更正信号的 source_ref；原信号没有的，填其 signal_id"
        " / the source_ref that it corrects, or the signal_id of a signal that has none",
    )


class SignalBatch(Incoming):
    """Up to 1,000 signals; each is taken or refused by itself."""

    signals: list[SignalIn] = Field(max_length=1000)
