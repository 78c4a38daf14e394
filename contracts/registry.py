"""The one registry of contracts, assembled out of entities, marts and results. No contract is written here."""

from __future__ import annotations

from contracts.contract import Contract
from contracts.entities import ENTITIES

CONTRACTS: dict[str, Contract] = dict(ENTITIES)
