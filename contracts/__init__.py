"""What must be true: schemas of entities, marts and results, instrument, KPIs, export profiles, the gate."""

from contracts.contract import Column, Contract, FrameRule, Rule
from contracts.registry import CONTRACTS

__all__ = ["CONTRACTS", "Column", "Contract", "FrameRule", "Rule"]
