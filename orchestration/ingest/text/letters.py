"""How likely a text is written in an encoding, and what is odd in it. Decides on no encoding."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from orchestration.ingest.text.alphabets import share_of_one
from orchestration.ingest.text.header_terms import n_header_terms

# Below this a single-byte reading is asked for, not assumed: in texts tried, right readings score 0.9
# and more, Mac Roman or cp437 read as cp1252 below 0.7.
MINIMUM_CONFIDENCE: Final = 0.8
# From here on another reading is a rival. Of 2,563 generated western texts 36 have one, most of them of three
# rows at most; of 8,863 texts in other encodings 6 have none, all of Romanian names among French ones.
_AS_LIKELY: Final = 1.03
_ISO_WITH_EURO: Final = "iso8859_15"
_OTHERS: Final = (
    *(_ISO_WITH_EURO, "cp1250", "iso8859_2", "cp1251", "cp1253", "cp1254", "cp1257"),
    *("mac_roman", "mac_latin2", "mac_cyrillic", "cp437", "cp850", "cp852", "cp866", "koi8_r"),
)
"""What Europe writes in beside UTF and cp1252: Windows, the standard, Macs, DOS."""
_BESIDE: Final = re.compile(rb"(?=([\s\S][\x80-\xff][\s\S]))")
"""A letter beyond ASCII with what stands before and behind it."""
_ALIKE: Final = ("cp1252", "cp1250", "cp1254", "cp1257", "iso8859_2")
"""Written with Latin letters, many of them by the same bytes: a line of those alone tells nothing."""
_TYPOGRAPHY: Final = frozenset("€‚„…‘’“”–—•™°§£«»·®©½¼¾²³¹µºª¿¡´\u00a0\u00ad")
_WITHIN_WORDS: Final = frozenset("’´\u00ad")
_ORDINALS: Final = frozenset("ªº")
# Says nothing: no language has the word that it would be in another encoding.
_NUMERO: Final = re.compile(rb"\bN\xba")
# UTF-8 that was once read as cp1252 and written again: lÃ¥r, donâ€™t.
_MOJIBAKE: Final = re.compile("[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\u0080-\u00bf™œ“”˜¦¢]")
INVISIBLE: Final = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
"""Joiners, marks of direction and of hyphenation: a key with one is another key that looks the same."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Letters beyond ASCII of a sample as one encoding reads them.

    Attributes
    ----------
    letters : the different ones, in the order of their bytes.
    plausible : share of them that stand where such letters stand, from 0 to 1.
    likelihood : how much the words are those of one language, and its letters too; compares readings only.
    n_header_terms : different words beyond ASCII that headers of known exports have, where one line alone is
        beyond ASCII; rows tell more.
    """

    encoding: str
    letters: str
    plausible: float
    likelihood: float
    n_header_terms: int


def readings(sample: bytes, encoding: str) -> tuple[Reading | None, list[Reading]]:
    """How a sample reads in an encoding (None: it cannot), and in the others, the likeliest first."""
    sample = _NUMERO.sub(b"No", sample)
    likelihood = _likelihood(sample, (encoding, *_OTHERS))
    beside = Counter(_BESIDE.findall(b" " + sample + b" "))
    read = {name: _reading(sample, beside, name, likelihood.get(name, 0.0)) for name in (encoding, *_OTHERS)}
    own = read.pop(encoding)
    others = [one for one in read.values() if one and (own is None or one.letters != own.letters)]
    return own, sorted(others, key=lambda one: (one.plausible < MINIMUM_CONFIDENCE, -one.likelihood))


def rival_of(own: Reading, others: Sequence[Reading]) -> Reading | None:
    """Another reading that is as good: its letters stand better, or well and are as likely.

    Words of a header that only one of the two readings knows decide before that. The standard with the euro
    differs from cp1252 in a few signs, which no language tells apart.
    """
    for other in others:
        if other.n_header_terms != own.n_header_terms:
            if other.n_header_terms > own.n_header_terms:
                return other
            continue
        is_as_likely = other.likelihood * _AS_LIKELY >= own.likelihood and other.encoding != _ISO_WITH_EURO
        if other.plausible > own.plausible or (is_as_likely and other.plausible >= MINIMUM_CONFIDENCE):
            return other
    return None


def oddities(text: str, is_whole: bool) -> tuple[str, ...]:
    """What a reader should know about the characters; they are reported, never repaired."""
    if text.isascii():
        return ()
    told, least = [], "" if is_whole else "at least "
    if n_spaces := text.count("\u00a0"):
        told.append(f"{least}{n_spaces} non-breaking spaces stand in the file")
    if invisible := INVISIBLE.findall(text):
        told.append(f"{least}{len(invisible)} invisible characters stand in the file")
    if found := _MOJIBAKE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        told.append(
            f"mojibake: letters were decoded twice before export (first on line {line}: {found.group()!r})"
        )
    return tuple(told)


def _likelihood(sample: bytes, encodings: Sequence[str]) -> dict[str, float]:
    """How much a sample is like writing of some language in each encoding, by its telling lines."""
    import chardet  # models of languages, 0.1 s, needed for few files

    telling = bytes(byte for byte in range(128, 256) if len({_letter(byte, one) for one in _ALIKE}) > 1)
    lines = [line for line in sample.split(b"\n") if line.translate(None, telling) != line]
    found = chardet.detect_all(
        b"\n".join(lines) or sample, ignore_threshold=True, compat_names=False, include_encodings=encodings
    )
    return {str(one["encoding"]).replace("-", "_"): one["confidence"] or 0.0 for one in found}


def _letter(byte: int, encoding: str) -> str:
    return bytes([byte]).decode(encoding, errors="replace")


def _reading(sample: bytes, beside: Counter[bytes], encoding: str, likelihood: float) -> Reading | None:
    try:
        texts = {found: found.decode(encoding) for found in beside}
    except UnicodeDecodeError:
        return None
    n_plausible = sum(n for found, n in beside.items() if _is_plausible(*texts[found]))
    letters: Counter[str] = Counter()
    for found, n in beside.items():
        letters[texts[found][1]] += n
    return Reading(
        encoding,
        "".join(_letter(byte, encoding) for byte in sorted({found[1] for found in beside})),
        n_plausible / beside.total() if beside else 1.0,
        likelihood * share_of_one(letters),
        0 if b"\n" in sample else n_header_terms(sample.decode(encoding, errors="replace")),
    )


def _is_plausible(before: str, letter: str, after: str) -> bool:
    """Whether a letter stands where text has such letters.

    No capital behind a small letter or alone, no letter within a number or beside one of another script, no
    quotation mark within a word, no ordinal sign behind a small letter.
    """
    if letter in _TYPOGRAPHY:
        is_within = before.isalpha() and after.isalpha()
        return letter in _WITHIN_WORDS or not (is_within or (letter in _ORDINALS and before.islower()))
    if not letter.isalpha() or (before.isdigit() and after.isdigit()):
        return False
    beside = [one for one in (before, after) if one.isalpha()]
    if any(_script(one) != _script(letter) for one in beside):
        return False
    return letter.islower() or (bool(beside) and not before.islower())


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
