"""A small invented district as columns, and the encoder that PostgreSQL is in real life."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from services.warning.domain.indicators import Indicator, load_indicators
from services.warning.domain.ports import FactChunk
from services.warning.ml.catalogue import Catalogue, compile_catalogue
from services.warning.ml.facts import EnterpriseColumns, Facts, SignalColumns, facts_from_columns
from services.warning.ml.history import TrainingHistory, days_of

_DATA = Path(__file__).parents[2] / "services/warning/data/indicators.json"
FIRST_DAY = date(2025, 1, 1)
DAYS = 640


@cache
def indicators() -> Mapping[str, Indicator]:
    return load_indicators(json.loads(_DATA.read_text(encoding="utf-8")))


@cache
def catalogue() -> Catalogue:
    return compile_catalogue(indicators())


def copy_stream(record: Sequence[tuple[str, str]], columns: Sequence[np.ndarray]) -> bytes:
    """Return what `COPY ... TO STDOUT (FORMAT binary)` gives for columns of fixed width."""
    layout = [("fields", ">i2")]
    for name, kind in record:
        layout += [(f"length {name}", ">i4"), (name, kind)]
    rows = np.zeros(len(columns[0]), dtype=layout)
    rows["fields"] = len(record)
    for (name, kind), column in zip(record, columns, strict=True):
        rows[f"length {name}"] = np.dtype(kind).itemsize
        rows[name] = column
    return b"PGCOPY\n\xff\r\n\x00" + bytes(8) + rows.tobytes() + b"\xff\xff"


def chunk_of(facts: Facts) -> FactChunk:
    """Return facts as the repository would send them."""
    enterprises = copy_stream(
        [("id", ">i8"), ("headcount", ">f8"), ("industry", ">i2"), ("sole", ">i2")],
        [facts.enterprise_id, facts.headcount, facts.industry, facts.sole_trader],
    )
    signals = copy_stream(
        [
            ("seq", ">i8"),
            ("enterprise", ">i8"),
            ("series", ">i2"),
            ("source", ">i4"),
            ("effective_on", ">i4"),
            ("known_on", ">i4"),
            ("amount", ">f8"),
            ("months", ">f8"),
            ("workers", ">f8"),
        ],
        [
            facts.signal_seq,
            facts.enterprise_id[facts.row],
            facts.series,
            facts.source,
            facts.effective_on,
            facts.known_on,
            facts.amount_cny,
            facts.months,
            facts.workers,
        ],
    )
    details: dict[int, dict[str, float]] = {}
    for signal, name, value in zip(facts.detail_signal, facts.detail_name, facts.detail_value, strict=True):
        details.setdefault(int(facts.signal_seq[signal]), {})[facts.catalogue.details[name]] = float(value)
    series = tuple(one.name for one in facts.catalogue.series)
    return FactChunk(series, enterprises, signals, [(told, [seq]) for seq, told in details.items()])


@cache
def district(enterprises: int = 4_000, seed: int = 7) -> TrainingHistory:
    """Return a district where most are quiet and a few slide from arrears into a dispute."""
    generator = np.random.default_rng(seed)
    strain = generator.beta(0.35, 6.0, enterprises)
    slides = generator.random(enterprises) < 0.04
    onset = generator.integers(60, DAYS, enterprises)
    events = _events(generator, strain, slides, onset)
    of_enterprise, series, day, months, amount, workers = events
    first = int(days_of([FIRST_DAY])[0])
    lag = generator.integers(0, 12, len(day))
    names = [one.name for one in catalogue().series]
    drops = np.flatnonzero(series == names.index("power_use_drop"))
    facts = facts_from_columns(
        catalogue(),
        EnterpriseColumns(
            enterprise_id=np.arange(enterprises) * 3 + 10,
            headcount=np.where(
                generator.random(enterprises) < 0.1, np.nan, generator.integers(3, 800, enterprises)
            ),
            industry=generator.integers(-1, 20, enterprises),
            sole_trader=generator.random(enterprises) < 0.15,
        ),
        SignalColumns(
            enterprise_id=of_enterprise * 3 + 10,
            series=[names[one] for one in series],
            effective_on=first + day,
            known_on=first + day + lag,
            amount_cny=amount,
            months=months,
            workers=workers,
            details=[(int(at), {"drop_percent": float(generator.integers(20, 95))}) for at in drops],
        ),
    )
    disputes = np.flatnonzero(
        (slides & (generator.random(enterprises) < 0.8)) | (generator.random(enterprises) < 0.4 * strain)
    )
    occurred = first + onset[disputes] + generator.integers(0, 60, len(disputes))
    return TrainingHistory(
        facts, disputes * 3 + 10, occurred.astype(np.int32), (occurred + 5).astype(np.int32)
    )


def _events(
    generator: np.random.Generator, strain: np.ndarray, slides: np.ndarray, onset: np.ndarray
) -> tuple[np.ndarray, ...]:
    count = generator.poisson(30 * strain)
    noise = np.repeat(np.arange(len(strain)), count)
    noise_day = generator.integers(0, DAYS, len(noise))
    steps = generator.integers(4, 20, len(strain)) * slides
    slide = np.repeat(np.arange(len(strain)), steps)
    slide_day = np.clip(onset[slide] - generator.integers(0, 120, len(slide)), 0, DAYS - 1)
    of_enterprise, day = np.concatenate([noise, slide]), np.concatenate([noise_day, slide_day])
    names = [one.name for one in catalogue().series]
    grave = np.array(
        [names.index(name) for name in ("wage_arrears", "social_insurance_arrears", "complaint")]
    )
    series = np.concatenate(
        [generator.integers(0, len(names), len(noise)), generator.choice(grave, len(slide))]
    )
    grown = np.repeat([0, 1], [len(noise), len(slide)])
    months = np.where(generator.random(len(day)) < 0.5, np.nan, generator.integers(0, 4, len(day)) + grown)
    amount = np.round(generator.lognormal(10 + 2 * grown, 1), 2)
    amount = np.where(generator.random(len(day)) < 0.4, np.nan, amount)
    workers = np.where(
        generator.random(len(day)) < 0.4, np.nan, generator.integers(0, 30, len(day)) * (1 + grown)
    )
    return of_enterprise, series, day, months, amount, workers


CUTOFFS = tuple(date(2026, month, 1) for month in (2, 3, 4, 5, 6))
