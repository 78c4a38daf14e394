"""How much a text reads like western writing, and what is odd in it. Decides on no encoding."""

import re
from typing import Final

# Below this a single-byte reading is asked for, not assumed: in texts tried, right readings score 0.9
# and more, Mac Roman or cp437 read as cp1252 below 0.7.
MINIMUM_CONFIDENCE: Final = 0.8
SINGLE_BYTE: Final = ("cp1252", "mac_roman", "cp437", "cp850")
_TYPOGRAPHY: Final = frozenset("€‚„…‘’“”–—•™°§£«»·®©½¼¾²³¹µºª¿¡´\u00a0\u00ad")
_LOWER: Final = frozenset("ßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿœšž")
_UPPER: Final = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞŒŠŽŸ")
# UTF-8 that was once read as cp1252 and written again: lÃ¥r, donâ€™t.
_MOJIBAKE: Final = re.compile("[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\u0080-\u00bf™œ“”˜¦¢]")
_INVISIBLE: Final = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")


def confidence_of(sample: bytes, encoding: str) -> float:
    """How sure it is that bytes are text in a single-byte encoding, from 0 to 1."""
    from charset_normalizer import from_bytes  # 0.1 s, needed for few files

    best = from_bytes(sample, cp_isolation=list(SINGLE_BYTE)).best()
    order = 1.0 - (best.chaos if best is not None and best.encoding == encoding else 0.2)
    return order * _plausible_share(sample, encoding)


def most_plausible(sample: bytes) -> str:
    """Single-byte encoding in which most letters stand where western text has them."""
    return max(SINGLE_BYTE, key=lambda encoding: _plausible_share(sample, encoding))


def oddities(text: str) -> tuple[str, ...]:
    """What a reader should know about the characters; they are reported, never repaired."""
    told = []
    if n_spaces := text.count("\u00a0"):
        told.append(f"{n_spaces} non-breaking spaces stand in the file")
    if invisible := _INVISIBLE.findall(text):
        told.append(f"{len(invisible)} invisible characters stand in the file")
    if found := _MOJIBAKE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        told.append(
            f"mojibake: letters were decoded twice before export (first on line {line}: {found.group()!r})"
        )
    return tuple(told)


def _plausible_share(sample: bytes, encoding: str) -> float:
    text = f" {sample.decode(encoding, errors='replace')} "
    high = [place for place, letter in enumerate(text) if ord(letter) > 127]
    return sum(_is_plausible(*text[place - 1 : place + 2]) for place in high) / len(high)


def _is_plausible(before: str, letter: str, after: str) -> bool:
    """Whether a letter reads like western text: no capital and no quotation mark in the middle of a word."""
    if letter in _LOWER:
        return True
    if letter in _UPPER:
        return not before.islower()
    return letter in _TYPOGRAPHY and (letter in "’´\u00ad" or not (before.isalpha() and after.isalpha()))
