"""Which features a model reads, what each may do to the score, and which of them are explained together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.warning.ml.arrays import Floats, Integers
from services.warning.ml.catalogue import ATTRIBUTES, Catalogue

# Sums over the risk series that the model knows; they follow its own features.
TOTALS = ("active", "count_90d", "recent")


class UnknownFeatures(ValueError):
    """The model reads features that the indicators of today do not give."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelInputs:
    """A model's columns, compiled against a catalogue.

    columns: where its features stand in the catalogue's. monotone: per column of `matrix`, 1 where the score
    may only rise with it, -1 where it may only fall. group: per feature, the position in `groups` of what it
    is explained with: its series, or itself. totals: per total, the features that it sums.
    """

    catalogue: Catalogue
    names: tuple[str, ...]
    columns: Integers
    monotone: tuple[int, ...]
    groups: tuple[str, ...]
    group: Integers
    totals: tuple[Integers, ...]

    def matrix(self, features: Floats) -> Floats:
        """Return what the model reads, from rows of the catalogue's features."""
        return self.with_totals(np.take(features, self.columns, axis=1))

    def with_totals(self, own: Floats) -> Floats:
        """Append the totals of the model's own features, so that a series it never saw cannot move them."""
        sums = [np.take(own, parts, axis=1).sum(axis=1, keepdims=True) for parts in self.totals]
        return np.concatenate([own, *sums], axis=1)


def compile_inputs(names: Sequence[str], catalogue: Catalogue) -> ModelInputs:
    """Return the inputs for these feature names; refuses names that the catalogue does not have."""
    missing = [name for name in names if name not in catalogue.feature_position]
    if missing:
        raise UnknownFeatures(f"{len(missing)} unknown features, the first is {missing[0]!r}")
    group_names = [_group_of(name) for name in names]
    groups = tuple(dict.fromkeys(group_names))
    monotone = [_direction(name, catalogue) for name in names]
    return ModelInputs(
        catalogue=catalogue,
        names=tuple(names),
        columns=np.array([catalogue.feature_position[name] for name in names], dtype=np.int64),
        monotone=(*monotone, *(1 for _ in TOTALS)),
        groups=groups,
        group=np.array([groups.index(name) for name in group_names], dtype=np.int64),
        totals=tuple(_parts(total, names, monotone) for total in TOTALS),
    )


def _group_of(name: str) -> str:
    return name if name in ATTRIBUTES else name.rpartition(".")[0]


def _direction(name: str, catalogue: Catalogue) -> int:
    """Whatever is reported of a risk may only raise the score, whatever protects may only lower it.

    Details included: so raising a figure can never bring a detail into play that takes the rise back.
    """
    if name in ATTRIBUTES:
        return 0
    return -1 if catalogue.protective[catalogue.position[_group_of(name)]] else 1


def _parts(total: str, names: Sequence[str], monotone: Sequence[int]) -> Integers:
    parts = [
        at
        for at, (name, direction) in enumerate(zip(names, monotone, strict=True))
        if direction > 0 and name.rpartition(".")[2] == total
    ]
    return np.array(parts, dtype=np.int64)
