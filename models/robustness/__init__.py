"""How fragile an estimate is: unseen confounders, other specifications, shuffled exposure. No grades here."""

from models.robustness.confounding import (
    ConfounderBound,
    confounder_bound,
    e_value,
    e_value_of_interval,
    partial_r2,
    robustness_value,
)
from models.robustness.specification_curve import (
    Specification,
    SpecificationCurve,
    SpecificationGrid,
    specification_curve,
)

__all__ = [
    "ConfounderBound",
    "Specification",
    "SpecificationCurve",
    "SpecificationGrid",
    "confounder_bound",
    "e_value",
    "e_value_of_interval",
    "partial_r2",
    "robustness_value",
    "specification_curve",
]
