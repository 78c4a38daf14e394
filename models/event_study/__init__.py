"""Event studies (M4): group-time effects, stage jumps of the panel, honest bounds. One file per step."""

from models.event_study.aggregate import Aggregation, AggregationKind
from models.event_study.group_time import GroupTimeAtt, group_time_att
from models.event_study.honest import HonestBounds, HonestInterval, honest_bounds
from models.event_study.rows import EventEffect, HonestRow, StageJumpStudy, StageJumpSummary
from models.event_study.stage_jumps import StageJumps, stage_jumps
from models.event_study.study import stage_jump_study

__all__ = [
    "Aggregation",
    "AggregationKind",
    "EventEffect",
    "GroupTimeAtt",
    "HonestBounds",
    "HonestInterval",
    "HonestRow",
    "StageJumpStudy",
    "StageJumpSummary",
    "StageJumps",
    "group_time_att",
    "honest_bounds",
    "stage_jump_study",
    "stage_jumps",
]
