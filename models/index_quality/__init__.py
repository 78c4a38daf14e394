"""Quality of the index: reliability, agreement, structure, ranks under uncertainty, signs of gaming.

Arrays in, frozen results out. The assessment's tables are read in `models.responses`; `battery` runs all of
this on them and `tables` makes frames of it.
"""

from models.index_quality.agreement import rwg_j
from models.index_quality.attenuation import CorrectedSlope, corrected_slope, disattenuated_correlation
from models.index_quality.decomposition import Decomposition, decompose
from models.index_quality.intraclass import (
    IccForm,
    MultilevelIcc,
    icc,
    icc_forms,
    icc_multilevel,
    multilevel_icc,
)
from models.index_quality.leave_out import RankChange, rank_changes
from models.index_quality.mood import RaterMood, rater_mood
from models.index_quality.omega import (
    HierarchicalOmega,
    OmegaInterval,
    omega_hierarchical,
    omega_interval,
    omega_total,
)
from models.index_quality.precision import Precision, measure_precision
from models.index_quality.rank_draws import RankSpec
from models.index_quality.ranks import RankIntervals, rank_sobol, rank_uncertainty
from models.index_quality.reliability import (
    ItemStatistic,
    Reliability,
    cronbach_alpha,
    item_statistics,
)
from models.index_quality.scoring import Responses, item_scores
from models.index_quality.sobol import SobolShare, sobol_shares
from models.index_quality.structure import Structure, parallel_analysis
from models.index_quality.watch import WatchRow, watch

__all__ = [
    "CorrectedSlope",
    "Decomposition",
    "HierarchicalOmega",
    "IccForm",
    "ItemStatistic",
    "MultilevelIcc",
    "OmegaInterval",
    "Precision",
    "RankChange",
    "RankIntervals",
    "RankSpec",
    "RaterMood",
    "Reliability",
    "Responses",
    "SobolShare",
    "Structure",
    "WatchRow",
    "corrected_slope",
    "cronbach_alpha",
    "decompose",
    "disattenuated_correlation",
    "icc",
    "icc_forms",
    "icc_multilevel",
    "item_scores",
    "item_statistics",
    "measure_precision",
    "multilevel_icc",
    "omega_hierarchical",
    "omega_interval",
    "omega_total",
    "parallel_analysis",
    "rank_changes",
    "rank_sobol",
    "rank_uncertainty",
    "rater_mood",
    "rwg_j",
    "sobol_shares",
    "watch",
]
