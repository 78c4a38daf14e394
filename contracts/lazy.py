"""A mapping of contracts that is made when it is first looked into, so that importing reads no file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from contracts.contract import Contract


class LazyContracts(Mapping[str, Contract]):
    """Contracts by name, made by `make` on first use and kept.

    Parameters
    ----------
    make : callable
        Returns the contracts by name; it may read the YAML files of this room.
    """

    def __init__(self, make: Callable[[], dict[str, Contract]]) -> None:
        self._make = make

    @cached_property
    def _made(self) -> dict[str, Contract]:
        return self._make()

    def __getitem__(self, name: str) -> Contract:
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)
