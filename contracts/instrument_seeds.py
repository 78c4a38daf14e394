"""The instrument as rows of dbt's seeds, by name of the seed; contracts/render.py writes them as CSV."""

from __future__ import annotations

import math
from typing import Any

from contracts.instrument import load_instrument


def instrument_seeds() -> dict[str, list[dict[str, Any]]]:
    """Rows of every seed that is made of the instrument, in the order of the questionnaire."""
    instrument = load_instrument()
    items = {d.code: [i for i in instrument.items if i.dimension == d.code] for d in instrument.dimensions}
    uppers = [*(stage.lower for stage in instrument.stages[1:]), 1000.0]
    return {
        "instrument_items": [
            {
                "instrument_version": instrument.version,
                "item_code": item.code,
                "item_order": order,
                "dimension_code": item.dimension,
                "is_reversed": str(item.is_reversed).lower(),
                "text_en": item.text_en,
                "text_nl": item.text_nl,
                "source_id": item.source,
            }
            for order, item in enumerate(instrument.items, start=1)
        ],
        "instrument_dimensions": [
            {
                "instrument_version": instrument.version,
                "dimension_code": d.code,
                "name_en": d.name_en,
                "name_nl": d.name_nl,
                "kind": d.kind,
                "n_items": len(items[d.code]),
                "minimum_answered_items": _least(instrument.minimum_answered_share, len(items[d.code])),
                "minimum_raters": instrument.minimum_raters,
            }
            for d in instrument.dimensions
        ],
        "instrument_levels": [
            {
                "instrument_version": instrument.version,
                "answer_level": level.level,
                "name_en": level.name_en,
                "name_nl": level.name_nl,
            }
            for level in instrument.levels
        ],
        "instrument_stages": [
            {"stage": s.number, "stage_code": s.code, "lower_bound": s.lower, "upper_bound": upper}
            for s, upper in zip(instrument.stages, uppers, strict=True)
        ],
        "instrument_channels": [{"channel": channel} for channel in instrument.channels],
    }


def _least(share: float, n_items: int) -> int:
    """Fewest answers that reach the share; the small number keeps two thirds of three at two."""
    return math.ceil(share * n_items - 1e-9)
