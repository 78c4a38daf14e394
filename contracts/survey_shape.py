"""What a profile says about a survey export: how items, channels and practices are found and answers read."""

from __future__ import annotations

from contracts.strict import Strict


class Survey(Strict):
    """One row is one response; items, channels and practices are found by their codes, never by position."""

    channel_prefix: str
    practice_prefix: str
    unanswered: tuple[str, ...] = ()
