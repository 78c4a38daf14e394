"""Bytes of a delivered file to text, declared or proven, never guessed in silence. No columns, no rows."""

import codecs
import re
from dataclasses import dataclass
from typing import Final

from orchestration.errors import UnreadableFile

# Longest first: the UTF-32 mark begins with the UTF-16 one.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Below this a single-byte reading is asked for, not assumed: in texts tried, right readings score 0.9
# and more, Mac Roman or cp437 read as cp1252 below 0.7.
MINIMUM_CONFIDENCE: Final = 0.8
_SAMPLE_BYTES: Final = 65_536
_SINGLE_BYTE: Final = ["cp1252", "mac_roman", "cp437", "cp850"]
_HIGH = re.compile(rb"[^\n]*[\x80-\xff][^\n]*\n?")
_TYPOGRAPHY: Final = frozenset("€‚„…‘’“”–—•™°§£«»·®©½¼¾²³¹µºª¿¡´\u00a0\u00ad")
_LOWER: Final = frozenset("ßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿœšž")
_UPPER: Final = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞŒŠŽŸ")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a file, its encoding, and how sure that is (1.0: declared, marked or proven)."""

    text: str
    encoding: str
    confidence: float
    warnings: tuple[str, ...] = ()


def decode(content: bytes, where: str, declared: str | None = None) -> Decoded:
    """Turn the bytes of a delivered file into text.

    Parameters
    ----------
    content : bytes of the whole file.
    where : file name, for messages.
    declared : encoding from the settings; beats everything but cannot make wrong bytes right.

    Returns
    -------
    Decoded
        Without byte-order mark.

    Raises
    ------
    UnreadableFile
        Empty file, bytes that do not fit the declared encoding, NUL characters, or confidence below
        ``MINIMUM_CONFIDENCE``.
    """
    if not content.strip():
        raise UnreadableFile("The file is empty", where, "export it again")
    if declared:
        found = Decoded(_strict(content, declared, where).removeprefix("\ufeff"), declared, 1.0)
    else:
        found = _marked(content, where) or _unmarked(content, where)
    if "\x00" in found.text:
        raise UnreadableFile(
            "The file holds NUL characters, so it is no text, or UTF-16 without its mark",
            where,
            "export it as CSV in UTF-8, or declare its encoding for this source in maturity.yaml",
        )
    return found


def _strict(content: bytes, encoding: str, where: str) -> str:
    try:
        return content.decode(encoding)
    except LookupError:
        raise UnreadableFile(
            f"'{encoding}' is no encoding", where, "declare one such as utf-8 or cp1252 in maturity.yaml"
        ) from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFile(
            f"Line {line} does not fit the encoding {encoding}",
            where,
            "correct the declaration or export again",
        ) from None


def _marked(content: bytes, where: str) -> Decoded | None:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return Decoded(_strict(content, encoding, where), encoding, 1.0)
    return None


def _unmarked(content: bytes, where: str) -> Decoded:
    try:
        return Decoded(content.decode("utf-8"), "utf-8", 1.0)
    except UnicodeDecodeError:
        pass
    sample = b"".join(_HIGH.findall(content))[:_SAMPLE_BYTES]
    confidence = _confidence_cp1252(sample)
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        confidence, text = 0.0, ""
    if confidence < MINIMUM_CONFIDENCE:
        raise UnreadableFile(
            f"The encoding is unclear: not UTF-8, and cp1252 with confidence {confidence:.2f} only",
            where,
            "declare its encoding (such as cp1252 or mac_roman) for this source in maturity.yaml",
        )
    note = f"read as cp1252 with confidence {confidence:.2f}; declare the encoding to be sure"
    return Decoded(text, "cp1252", confidence, (note,))


def _confidence_cp1252(sample: bytes) -> float:
    from charset_normalizer import from_bytes  # 0.1 s, needed for few files

    text = f" {sample.decode('cp1252', errors='replace')} "
    high = [place for place, letter in enumerate(text) if ord(letter) > 127]
    plausible = sum(_is_plausible(*text[place - 1 : place + 2]) for place in high)
    best = from_bytes(sample, cp_isolation=_SINGLE_BYTE).best()
    order = 1.0 - (best.chaos if best is not None and best.encoding == "cp1252" else 0.2)
    return order * plausible / len(high)


def _is_plausible(before: str, letter: str, after: str) -> bool:
    """Whether a letter reads like western text: no capital and no quotation mark in the middle of a word."""
    if letter in _LOWER:
        return True
    if letter in _UPPER:
        return not before.islower()
    return letter in _TYPOGRAPHY and (letter in "’´\u00ad" or not (before.isalpha() and after.isalpha()))
