"""Names most like one that somebody asked for and that is not there. What to say of it stands elsewhere."""

from __future__ import annotations

from collections.abc import Collection

_NEAREST = 3
# rapidfuzz's WRatio, 0 to 100: revnue/revenue is 92, csat/csat_share 90, csat/attrition 60.
_ALIKE = 70.0


def nearest(asked: str, known: Collection[str]) -> list[str]:
    """Names most like the one asked for, best first; none where nothing looks alike."""
    from rapidfuzz import fuzz, utils

    def likeness(name: str) -> tuple[float, float]:
        # The whole name breaks ties: ORG-001 stands in ORG-0010 and is as near to ORG-0001.
        return fuzz.WRatio(asked, name, processor=utils.default_process), fuzz.ratio(asked, name)

    found = sorted((name for name in sorted(known)), key=likeness, reverse=True)
    return [name for name in found[:_NEAREST] if likeness(name)[0] >= _ALIKE]
