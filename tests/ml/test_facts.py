from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from services.warning.domain.ports import FactChunk
from services.warning.ml.facts import Facts, FactsMalformed, decode
from services.warning.ml.features import feature_rows
from tests.ml.district import catalogue, chunk_of, district
from tests.ml.reports import Report, facts_of, same


@pytest.fixture(scope="module")
def facts() -> Facts:
    return district().facts


def test_a_chunk_decodes_to_the_columns_that_were_sent(facts: Facts) -> None:
    decoded = decode(chunk_of(facts), catalogue())
    assert same(feature_rows(decoded, date(2026, 6, 1)), feature_rows(facts, date(2026, 6, 1)))


def test_series_are_matched_by_name_not_by_number() -> None:
    chunk = chunk_of(facts_of([Report("complaint", date(2026, 11, 1))]))
    code = catalogue().position["complaint"]
    names = list(chunk.series)
    names[code], names[0] = names[0], names[code]
    decoded = decode(replace(chunk, series=tuple(names)), catalogue())
    assert decoded.series.tolist() == [catalogue().position[names[code]]]


def test_details_of_signals_outside_the_chunk_are_left_out() -> None:
    chunk = chunk_of(facts_of([Report("power_use_drop", date(2026, 11, 1))]))
    decoded = decode(
        replace(chunk, details=[({"drop_percent": 40.0}, [0]), ({"cut_off": 1.0}, [9])]), catalogue()
    )
    assert decoded.detail_value.tolist() == [40.0]


def test_an_empty_chunk_decodes() -> None:
    chunk = chunk_of(facts_of([], enterprises=()))
    assert len(decode(replace(chunk, details=[({"cut_off": 1.0}, [1])]), catalogue()).enterprise_id) == 0


def test_a_header_extension_is_skipped() -> None:
    chunk = chunk_of(facts_of([], enterprises=(5,)))
    extended = chunk.enterprises[:15] + b"\x00\x00\x00\x03abc" + chunk.enterprises[19:]
    assert decode(replace(chunk, enterprises=extended), catalogue()).enterprise_id.tolist() == [5]


def _broken(chunk: FactChunk) -> dict[str, FactChunk]:
    null = bytearray(chunk.signals)
    null[33:37] = np.array([-1], dtype=">i4").tobytes()
    return {
        "signature": replace(chunk, signals=b"CSV" + chunk.signals),
        "cut short": replace(chunk, signals=chunk.signals[:-9]),
        "no trailer": replace(chunk, enterprises=chunk.enterprises[:-2]),
        "null": replace(chunk, signals=bytes(null)),
        "series": replace(chunk, series=("complaint",)),
        "retired series": replace(chunk, series=tuple(f"old_{name}" for name in chunk.series)),
        "stranger": replace(chunk, enterprises=chunk_of(facts_of([], enterprises=(7,))).enterprises),
    }


@pytest.mark.parametrize(
    "fault", ["signature", "cut short", "no trailer", "null", "series", "retired series", "stranger"]
)
def test_a_stream_that_breaks_the_promise_is_refused(fault: str) -> None:
    chunk = chunk_of(facts_of([Report("wage_arrears", date(2026, 11, 1), months=1)]))
    if fault == "series":
        chunk = chunk_of(facts_of([Report("collective_contract", date(2026, 11, 1))]))
    with pytest.raises(FactsMalformed):
        decode(_broken(chunk)[fault], catalogue())
