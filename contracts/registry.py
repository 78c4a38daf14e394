"""The one registry of contracts: entities, marts, results, beliefs. No contract is written here."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.contract import Contract
from contracts.lazy import LazyContracts


def _contracts() -> dict[str, Contract]:
    from contracts.beliefs import FCT_BELIEF
    from contracts.entities import ENTITIES
    from contracts.marts import MARTS
    from contracts.results import RESULTS

    made: dict[str, Contract] = {}
    for part in (ENTITIES, MARTS, RESULTS, {FCT_BELIEF.name: FCT_BELIEF}):
        if twice := sorted(made.keys() & part.keys()):
            raise ValueError(f"two contracts have one name: {', '.join(twice)}")
        made.update(part)
    return made


CONTRACTS: Mapping[str, Contract] = LazyContracts(_contracts)
"""Every contract by name; made when it is first looked into."""
