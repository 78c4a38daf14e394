"""Delimiter and quotation mark of a text, declared or decided by consistency. No columns, no rows."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from orchestration.ingest.text.records import QUOTE, Record, records
from orchestration.ingest.text.structure import IsHeader, cells, header_place

# A comma with a blank comes last: it matters only where quotes follow the blank, else a comma does.
DELIMITERS: Final = (",", ";", "\t", "|", ", ")
_APOSTROPHE: Final = "'"
# Records looked at when the delimiter is not declared: enough to see a pattern, few enough to cost nothing.
_LOOKED_AT: Final = 100
_HEAD: Final = 65_536

_Score = tuple[bool, bool, float, int]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How fields are separated and quoted, and whether text is quoted where it need not be."""

    delimiter: str
    quote: str = QUOTE
    is_quoted_throughout: bool = False


def decide(
    text: str,
    *,
    delimiter: str | None = None,
    quote: str | None = None,
    is_header: IsHeader | None = None,
) -> Dialect:
    """Dialect that splits the header and most of the first records into the same number of fields.

    Parameters
    ----------
    text : text with LF line ends.
    delimiter, quote : declared ones are taken as they are.
    is_header : says whether cells are the header of a known export.

    Returns
    -------
    Dialect
        With a comma where no delimiter splits anything.
    """
    best: _Score = (False, False, 0.0, 0)
    decided = Dialect(delimiter or ",", quote or QUOTE)
    for mark in (delimiter,) if delimiter else DELIMITERS:
        for quotation in (quote,) if quote else _quotes(text, mark):
            score = _score(records(text, mark, _LOOKED_AT, quotation), is_header)
            if score > best:
                best, decided = score, Dialect(mark, quotation)
    # Where the quotation mark is declared, the other kind is a letter like others.
    return replace(decided, is_quoted_throughout=quote is None and _quotes_needlessly(text, decided))


def _quotes_needlessly(text: str, dialect: Dialect) -> bool:
    mark, quote = re.escape(dialect.delimiter), re.escape(dialect.quote)
    pattern = rf"(?:^|{mark}){quote}[^{quote}{mark}\n]+{quote}(?:{mark}|$)"
    return re.search(pattern, text[:_HEAD], re.MULTILINE) is not None


def _quotes(text: str, delimiter: str) -> tuple[str, ...]:
    """Apostrophes quote where a header cell stands in them, or other cells do and none in quotation marks."""
    head = text[:_HEAD]
    first = head.split("\n", 1)[0].split(delimiter)
    if any(len(cell) > 2 and cell[0] == cell[-1] == _APOSTROPHE for cell in first):
        return (_APOSTROPHE,)
    mark = re.escape(delimiter)
    if re.search(rf"(?:^|{mark})\"", head, re.MULTILINE):
        return (QUOTE,)
    if re.search(rf"(?:^|{mark})'[^'\n]*'(?:{mark}|$)", head, re.MULTILINE):
        return (QUOTE, _APOSTROPHE)
    return (QUOTE,)


def _score(found: Sequence[Record], is_header: IsHeader | None) -> _Score:
    widths = Counter(len(record.fields) for record in found if record.fault is None)
    usable = [(n, width) for width, n in widths.items() if width > 1]
    if not usable:
        return (False, False, 0.0, 0)
    place = header_place(found, is_header)
    header = found[place]
    known = is_header is not None and header.fault is None and is_header(cells(header.fields))
    width = len(header.fields)
    if header.fault is None and width > 1 and (known or width == max(usable)[1] or len(found) < 3):
        # A header alone fits any delimiter that occurs in it: then the one that splits it most often counts.
        return (known, True, round(widths[width] / len(found), 2), width)
    n, width = max(usable)
    return (False, False, round(n / len(found), 2), width)
