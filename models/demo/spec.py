"""What a demo world is asked to be and what comes back; no drawing of numbers here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

World = Literal["forward", "null", "trait_only", "reverse", "common_shock", "saturation"]
WORLDS: tuple[World, ...] = get_args(World)

LEAD_MONTHS = 3
WAVE_MONTHS = 6


@dataclass(frozen=True, slots=True)
class WorldSpec:
    """Size, seed and kind of a planted world.

    Parameters
    ----------
    seed : int
        Same seed, same bytes.
    organizations, months, tickets_per_month : int
        Number of organisations, calendar months, and mean tickets per organisation and month.
    world : World
        Which truth is planted; ``forward`` is the demo.
    dirty : bool
        Whether the files carry the stated real-life dirt.
    start : str
        First month, ``YYYY-MM``.

    Raises
    ------
    ValueError
        When a size is too small to hold one lead, or the world is unknown.
    """

    seed: int = 20230101
    organizations: int = 160
    months: int = 36
    tickets_per_month: int = 10
    world: World = "forward"
    dirty: bool = True
    start: str = "2023-01"

    def __post_init__(self) -> None:
        """Refuse sizes that cannot hold a world."""
        if self.world not in WORLDS:
            raise ValueError(f"world {self.world!r} is unknown; choose one of {', '.join(WORLDS)}")
        if self.organizations < 6:
            raise ValueError("a demo world needs at least 6 organisations, one per country")
        if self.months <= LEAD_MONTHS:
            raise ValueError(f"a demo world needs more than {LEAD_MONTHS} months, the lead of the outcomes")
        if self.tickets_per_month < 1:
            raise ValueError("a demo world needs at least 1 ticket per organisation and month")


@dataclass(frozen=True, slots=True)
class Planted:
    """Strength of everything planted in one world; effects are per +10 index points.

    ``saturates_at`` is the index above which maturity moves nothing any more.
    ``shock_*`` load a standard AR(1) organisation shock; ``shock_maturity`` is in index points and
    ``shock_delay`` in months (how long before a wave the shock that moves it is taken).
    """

    csat_share: float = 0.015
    log_revenue: float = 0.03
    first_response_minutes: float = -8.0
    trait_csat_share: float = 0.05
    trait_log_revenue: float = 0.5
    trait_first_response_minutes: float = -10.0
    trait_win_rate: float = 0.02
    trait_gross_margin: float = 0.02
    trait_log_attrition: float = -0.1
    shock_csat_share: float = 0.0
    shock_log_revenue: float = 0.0
    shock_maturity: float = 0.0
    shock_delay: int = 0
    saturates_at: float = 100.0


TRAIT_ONLY = replace(Planted(), csat_share=0.0, log_revenue=0.0, first_response_minutes=0.0)
SHOCKED = replace(TRAIT_ONLY, shock_csat_share=0.06, shock_log_revenue=0.12, shock_maturity=8.0)

PLANTED: dict[World, Planted] = {
    "forward": Planted(),
    "null": replace(
        TRAIT_ONLY,
        trait_csat_share=0.0,
        trait_log_revenue=0.0,
        trait_first_response_minutes=0.0,
        trait_win_rate=0.0,
        trait_gross_margin=0.0,
        trait_log_attrition=0.0,
    ),
    "trait_only": TRAIT_ONLY,
    # The quarter before a wave moves the wave: the outcome came first.
    "reverse": replace(SHOCKED, shock_delay=3),
    "common_shock": replace(SHOCKED, shock_delay=0),
    # Twice as steep up to the middle of the scale, flat above it.
    "saturation": replace(Planted(), csat_share=0.03, log_revenue=0.06, saturates_at=50.0),
}


@dataclass(frozen=True, slots=True)
class DemoExports:
    """A demo world as files in memory.

    Attributes
    ----------
    files : dict of str to bytes
        Relative path (``exports/...`` or ``reference/...``) to content.
    truth : dict
        What was planted: ``effects``, ``units``, ``naive_bias`` and the realised shares.
    dirt : dict
        The stated dirt and the expected ledger per file.
    settings_yaml : str
        Text of the demo's ``maturity.yaml``.
    """

    files: dict[str, bytes]
    truth: dict[str, Any]
    dirt: dict[str, Any]
    settings_yaml: str


def generator(spec: WorldSpec, stream: str) -> np.random.Generator:
    """Give the random generator of one named stream of a world.

    Streams are independent, so that a change in one vendor's file leaves the others' bytes alone.
    """
    return np.random.default_rng([spec.seed, *stream.encode("utf-8")])
