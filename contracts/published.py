"""The studies' figures as published, out of published_benchmarks.yaml; they are compared elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml


class Benchmark(NamedTuple):
    """One published number; `value` in `unit`, for `segment` of `segment_type`."""

    source_id: str
    wave: str
    n_respondents: int
    markets: str
    segment_type: str
    segment: str
    metric: str
    value: float
    unit: str
    as_published: str


@cache
def load_published_benchmarks() -> tuple[Benchmark, ...]:
    """Return every published number in the order of the source, read on first use."""
    text = Path(__file__).with_name("published_benchmarks.yaml").read_text(encoding="utf-8")
    return tuple(Benchmark(*row) for row in yaml.safe_load(text))
