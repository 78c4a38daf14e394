"""Text to records with true line numbers; a malformed record is named, never repaired or skipped."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

QUOTE: Final = '"'
# A quoted record longer than this is taken for one that never closes: the longest cell met holds 200,000
# characters (exports.md, N36), and a bound lets files of any size be read in blocks with the same outcome.
LONGEST_RECORD: Final = 524_288
_OTHER_QUOTE: Final = {'"': "'", "'": '"'}

Fault = Literal[
    "row:stray_quote",
    "row:unclosed_quote",
    "row:wrong_number_of_fields",
    "row:broken_line",
    "row:no_object",
]


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its fields, the physical line it starts on (from 1), and its fault, if any."""

    fields: list[str]
    line: int
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """Records of a piece of text, and the positions at which the last and the next one start."""

    records: list[Record]
    last: int
    position: int
    line: int


def next_line(record: Record) -> int:
    """Physical line below a record."""
    return record.line + 1 + "".join(record.fields).count("\n")


def is_fragment(record: Record, width: int) -> bool:
    """Whether a record is less than a row: what a line break inside a field without quotes leaves behind."""
    n_fields = len(record.fields)
    return n_fields < width and (n_fields == 1 or record.fault is not None)


def unix_lines(text: str) -> str:
    """Text with every line end (CR CR LF, CR LF, CR) written as LF."""
    if "\r" not in text:
        return text
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def records(
    text: str,
    delimiter: str,
    limit: int | None = None,
    quote: str = QUOTE,
    *,
    is_quoted_throughout: bool = False,
) -> list[Record]:
    """Split text into records after RFC 4180; lines without a character are passed over.

    A quote may only open a field, close it, or stand doubled inside it. Where it stands elsewhere the one
    physical line is a faulty record and reading goes on at the next, so a stray quote swallows nothing.

    Parameters
    ----------
    text : text with LF line ends.
    delimiter : one character, or several that always stand together.
    limit : stop after so many records; None reads all.
    quote : one character.
    is_quoted_throughout : the file quotes text where it need not; then a bare field that stands whole in the
        other kind of quotes is faulty: whether they belong to the value cannot be told.

    Returns
    -------
    list of Record
    """
    return scan(text, delimiter, quote, limit=limit, is_quoted_throughout=is_quoted_throughout).records


def scan(
    text: str,
    delimiter: str,
    quote: str = QUOTE,
    *,
    line: int = 1,
    limit: int | None = None,
    until: int | None = None,
    is_last: bool = True,
    is_quoted_throughout: bool = False,
) -> Scan:
    """Split a piece of text into records and say where it stopped.

    Parameters
    ----------
    text : text with LF line ends that begins with a record.
    delimiter, quote, is_quoted_throughout : as in `records`.
    line : physical line the text begins on.
    limit : stop after so many records; None reads all.
    until : read no record that starts at this position or after it.
    is_last : False when more text follows; then records that need it are left unread.

    Returns
    -------
    Scan
    """
    found: list[Record] = []
    other = _OTHER_QUOTE.get(quote) if is_quoted_throughout else None
    last, position, length = 0, 0, len(text)
    stop = length if is_last else length - LONGEST_RECORD
    stop = stop if until is None else min(stop, until)
    while position < stop and (limit is None or len(found) < limit):
        end = text.find("\n", position)
        if end < 0:
            if not is_last:
                break
            end = length
        plain = text[position:end]
        n_lines = 1
        if plain:
            last = position
        if not plain:
            pass
        elif quote not in plain:
            fields = plain.split(delimiter)
            found.append(Record(fields, line, _otherwise_quoted(fields, other)))
        else:
            fields, close, fault = _quoted(text, position, delimiter, quote, other)
            if fault is None:
                found.append(Record(fields, line))
                n_lines += text.count("\n", position, close)
                end = close
            else:
                found.append(Record(plain.split(delimiter), line, fault))
        position, line = end + 1, line + n_lines
    return Scan(found, last, min(position, length), line)


def _otherwise_quoted(fields: list[str], other: str | None) -> Fault | None:
    if other is None:
        return None
    return "row:stray_quote" if any(_stands_in(field, other) for field in fields) else None


def _stands_in(field: str, quote: str) -> bool:
    return len(field) > 1 and field[0] == quote and field[-1] == quote


@cache
def _field(delimiter: str, quote: str) -> re.Pattern[str]:
    mark, q = re.escape(delimiter), re.escape(quote)
    bare = rf"[^{q}{mark}\n]*+" if len(delimiter) == 1 else rf"(?:(?!{mark})[^{q}\n])*+"
    # Possessive, so a file full of quotes costs one pass.
    return re.compile(rf"(?:{q}([^{q}]*+(?:{q}{q}[^{q}]*+)*+){q}|({bare}))({mark}|\n|\Z)")


@cache
def _open_to_the_end(quote: str) -> re.Pattern[str]:
    q = re.escape(quote)
    return re.compile(rf"{q}[^{q}]*+(?:{q}{q}[^{q}]*+)*+\Z")


def _quoted(
    text: str, position: int, delimiter: str, quote: str, other: str | None
) -> tuple[list[str], int, Fault | None]:
    pattern, doubled = _field(delimiter, quote), quote * 2
    limit = position + LONGEST_RECORD
    fields: list[str] = []
    while True:
        match = pattern.match(text, position, limit)
        if match is None:
            unclosed = _open_to_the_end(quote).match(text, position, limit) is not None
            return [], position, "row:unclosed_quote" if unclosed else "row:stray_quote"
        quoted, bare, stop = match.groups()
        if not stop and match.end() < len(text):
            return [], position, "row:unclosed_quote"
        if bare is not None and other is not None and _stands_in(bare, other):
            return [], position, "row:stray_quote"
        # Where one kind quotes, the other kind doubled comes from a file that was quoted with both.
        if other == '"' and quoted is not None and '""' in quoted:
            return [], position, "row:stray_quote"
        fields.append(bare if quoted is None else quoted.replace(doubled, quote))
        position = match.end()
        if stop != delimiter:
            return fields, position - len(stop), None
