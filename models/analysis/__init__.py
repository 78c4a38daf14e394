"""The whole battery on the marts: every estimate, order in time, fragility, claims and health."""

from models.analysis.battery import analyse
from models.analysis.outcome import PARTS, OutcomeResults, Part
from models.analysis.results import Analysis

__all__ = [
    "PARTS",
    "Analysis",
    "OutcomeResults",
    "Part",
    "analyse",
]
