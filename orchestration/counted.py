"""Numbers of things in words: one row, two rows."""

from __future__ import annotations


def counted(n: int, thing: str) -> str:
    """Say how many of a thing there are, by its English plural in s."""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"
