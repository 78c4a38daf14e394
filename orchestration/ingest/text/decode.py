"""Bytes of a delivered file to text, declared or proven, never guessed in silence. No columns, no rows."""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from orchestration.errors import UnreadableFile
from orchestration.ingest.text.letters import MINIMUM_CONFIDENCE, oddities, readings, rival_of

__all__ = ["MINIMUM_CONFIDENCE", "Decoded", "decode", "whole_lines"]

# Longest first: the UTF-32 mark begins with the UTF-16 one.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32", 4),
    (codecs.BOM_UTF32_BE, "utf-32", 4),
    (codecs.BOM_UTF8, "utf-8-sig", 1),
    (codecs.BOM_UTF16_LE, "utf-16", 2),
    (codecs.BOM_UTF16_BE, "utf-16", 2),
)
_WESTERN: Final = "cp1252"
# A guess, however good, is not as sure as what is declared, marked or proven.
_SUREST_GUESS: Final = 0.99
_SAMPLE_BYTES: Final = 65_536
_SAMPLE_LINES: Final = 10_000
# UTF-16 without its mark is proven by zeros on one side only, over at least so many bytes.
_PROOF_BYTES: Final = 32
_SHARE_OF_ZEROS: Final = 0.6


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a file, its encoding, and how sure that is (1.0: declared, marked or proven)."""

    text: str
    encoding: str
    confidence: float
    warnings: tuple[str, ...] = ()


def decode(content: bytes, where: str, declared: str | None = None, *, is_whole: bool = True) -> Decoded:
    """Turn the bytes of a delivered file into text.

    Parameters
    ----------
    content : bytes of the whole file, or of its first lines (`whole_lines`).
    where : file name, for messages.
    declared : encoding from the settings; beats everything but cannot make wrong bytes right.
    is_whole : whether that is all of the file: what is odd in its first lines is not all that is odd in it.

    Returns
    -------
    Decoded
        Without byte-order mark.

    Raises
    ------
    UnreadableFile
        Empty file, bytes that do not fit the declared encoding, two encodings in one file, NUL characters, or
        an encoding that is unclear: letters out of place, or another encoding that is as likely.
    """
    if not content.strip():
        raise UnreadableFile("The file is empty", where, "export it again")
    if declared:
        found = Decoded(_strict(content, declared, where).removeprefix("\ufeff"), declared, 1.0)
    else:
        found = _marked(content, where) or _wide(content, where) or _unmarked(content, where)
    if "\x00" in found.text:
        line = found.text.count("\n", 0, found.text.index("\x00")) + 1
        raise UnreadableFile(
            f"Line {line} holds NUL characters, so the file is no text, or UTF-16 without its mark",
            where,
            "export it as CSV in UTF-8, or declare its encoding for this source in maturity.yaml",
        )
    if not found.text.strip():
        raise UnreadableFile("The file is empty", where, "export it again")
    warnings = (*found.warnings, *oddities(found.text, is_whole))
    return Decoded(found.text, found.encoding, found.confidence, warnings)


def whole_lines(content: bytes) -> bytes:
    """First bytes of a file, up to the end of their last whole line."""
    width = next((width for mark, _, width in _MARKS if content.startswith(mark)), None)
    width = width or (2 if _wide_order(content) else 1)
    content = content[: len(content) // width * width]
    end = len(content)
    for line_end in (b"\n", b"\r"):
        at = content.rfind(line_end)
        while at >= 0:
            start = at // width * width
            if not content[start : start + width].strip(b"\x00" + line_end):
                return content[: start + width]
            at = content.rfind(line_end, 0, at)
    return content[:end]


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
    for mark, encoding, _ in _MARKS:
        if content.startswith(mark):
            return Decoded(_strict(content, encoding, where).removeprefix("\ufeff"), encoding, 1.0)
    return None


def _wide(content: bytes, where: str) -> Decoded | None:
    encoding = _wide_order(content)
    if encoding is None:
        return None
    note = f"the file carries no mark but is {encoding.upper()}: every other byte is zero"
    return Decoded(_strict(content, encoding, where), encoding, 1.0, (note,))


def _wide_order(content: bytes) -> str | None:
    """UTF-16 of either order, where the zeros of its Latin letters stand on one side only."""
    sample = content[:_SAMPLE_BYTES]
    if len(sample) < _PROOF_BYTES:
        return None
    half = len(sample) // 2
    left, right = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if right >= _SHARE_OF_ZEROS and left == 0:
        return "utf-16-le"
    return "utf-16-be" if left >= _SHARE_OF_ZEROS and right == 0 else None


def _unmarked(content: bytes, where: str) -> Decoded:
    if (text := _readable(content, "utf-8")) is not None:
        return Decoded(text, "utf-8", 1.0)
    beyond_ascii = [
        (number, line) for number, line in enumerate(content.split(b"\n"), start=1) if not line.isascii()
    ]
    _refuse_mixed(beyond_ascii, where)
    sample = b"\n".join(line for _, line in beyond_ascii[:_SAMPLE_LINES])[:_SAMPLE_BYTES]
    own, others = readings(sample, _WESTERN)
    rival = rival_of(own, others) if own is not None else None
    text = _readable(content, _WESTERN)
    if own is None or text is None or own.plausible < MINIMUM_CONFIDENCE or rival is not None:
        other = rival or next(iter(others), None)
        like = f", and {other.encoding} reads as well as {_WESTERN}" if other else f", nor {_WESTERN}"
        raise UnreadableFile(
            f"The encoding is unclear: not UTF-8{like}",
            where,
            "declare its encoding for this source in maturity.yaml "
            f"({_WESTERN}, cp1250 and mac_roman are usual), or export it as UTF-8",
        )
    confidence = min(own.plausible, _SUREST_GUESS)
    note = f"read as {_WESTERN} with confidence {confidence:.2f}; declare the encoding to be sure"
    return Decoded(text, _WESTERN, confidence, (note,))


def _readable(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _refuse_mixed(beyond_ascii: Sequence[tuple[int, bytes]], where: str) -> None:
    """Raise UnreadableFile where some lines are UTF-8 beyond ASCII and others are not."""
    first: dict[bool, int] = {}
    for number, line in beyond_ascii:
        first.setdefault(_readable(line, "utf-8") is not None, number)
        if len(first) == 2:
            raise UnreadableFile(
                f"The file mixes encodings: line {first[True]} is UTF-8, line {first[False]} is not",
                where,
                "export it again in one encoding",
            )
