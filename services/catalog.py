"""Composition root: the only module that sees all four services; it loads each when it is asked for.

A process that runs one of them need not import the others, which takes it half as long again as its own.
"""

from collections.abc import Iterator, Mapping
from pkgutil import resolve_name
from typing import cast

from typing_extensions import override

from shared.runtime.spec import ServiceSpec

_SERVICES = ("warning", "mediation", "inspection", "gateway")


class _Catalog(Mapping[str, ServiceSpec]):
    @override
    def __getitem__(self, name: str) -> ServiceSpec:
        if name not in _SERVICES:
            raise KeyError(name)
        return cast("ServiceSpec", resolve_name(f"services.{name}.service:SPEC"))

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(_SERVICES)

    @override
    def __len__(self) -> int:
        return len(_SERVICES)


SPECS: Mapping[str, ServiceSpec] = _Catalog()
