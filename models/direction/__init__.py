"""Which came first: cross-lagged models, placebos and the verdict per outcome."""

from models.direction.battery import Direction, which_came_first
from models.direction.cross_lagged import cross_lagged, fit_moments, random_intercept_cross_lagged
from models.direction.evidence import DirectionLimits, Evidence, Finding, Ruling, Settlement, Verdict
from models.direction.granger import FTest, PanelGranger, granger, panel_granger
from models.direction.lead_lag import LeadLag, lead_lag, quarter_series
from models.direction.placebo import lead_placebo, movement_order
from models.direction.results import CrossLagged, CrossPath, Improper, Path
from models.direction.tables import (
    DirectionRow,
    LeadLagRow,
    PathRow,
    direction_row,
    lead_lag_rows,
    path_rows,
)
from models.direction.verdict import verdict
from models.direction.waves import WaveSeries, wave_series

__all__ = [
    "CrossLagged",
    "CrossPath",
    "Direction",
    "DirectionLimits",
    "DirectionRow",
    "Evidence",
    "FTest",
    "Finding",
    "Improper",
    "LeadLag",
    "LeadLagRow",
    "PanelGranger",
    "Path",
    "PathRow",
    "Ruling",
    "Settlement",
    "Verdict",
    "WaveSeries",
    "cross_lagged",
    "direction_row",
    "fit_moments",
    "granger",
    "lead_lag",
    "lead_lag_rows",
    "lead_placebo",
    "movement_order",
    "panel_granger",
    "path_rows",
    "quarter_series",
    "random_intercept_cross_lagged",
    "verdict",
    "wave_series",
    "which_came_first",
]
