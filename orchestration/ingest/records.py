"""Text to records with true line numbers; a malformed record is named, never repaired or skipped."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

DELIMITERS: Final = (",", ";", "\t", "|")
# Records looked at when the delimiter is not declared: enough to see a pattern, few enough to cost nothing.
_LOOKED_AT: Final = 100

Fault = Literal["row:stray_quote", "row:unclosed_quote", "row:wrong_number_of_fields"]


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its fields, the physical line it starts on (from 1), and its fault, if any."""

    fields: list[str]
    line: int
    fault: Fault | None = None


def unix_lines(text: str) -> str:
    """Text with every line end (CR CR LF, CR LF, CR) written as LF."""
    if "\r" not in text:
        return text
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def records(text: str, delimiter: str, limit: int | None = None) -> list[Record]:
    """Split text into records after RFC 4180; lines without a character are passed over.

    A quote may only open a field, close it, or stand doubled inside it. Where it stands elsewhere the one
    physical line is a faulty record and reading goes on at the next, so a stray quote swallows nothing.

    Parameters
    ----------
    text : text with LF line ends.
    delimiter : one character.
    limit : stop after so many records; None reads all.

    Returns
    -------
    list of Record
    """
    found: list[Record] = []
    position, line = 0, 1
    length = len(text)
    while position < length and (limit is None or len(found) < limit):
        end = text.find("\n", position)
        end = length if end < 0 else end
        plain = text[position:end]
        n_lines = 1
        if not plain:
            pass
        elif '"' not in plain:
            found.append(Record(plain.split(delimiter), line))
        else:
            fields, close, fault = _quoted(text, position, delimiter)
            if fault is None:
                found.append(Record(fields, line))
                n_lines += text.count("\n", position, close)
                end = close
            else:
                found.append(Record(plain.split(delimiter), line, fault))
        position, line = end + 1, line + n_lines
    return found


def decide_delimiter(text: str) -> str | None:
    """Delimiter that splits the first records most consistently, or None where none splits the header.

    Parameters
    ----------
    text : text with LF line ends.
    """
    best: tuple[float, int] = (0.0, 0)
    decided: str | None = None
    for delimiter in DELIMITERS:
        looked_at = records(text, delimiter, _LOOKED_AT)
        width = len(looked_at[0].fields) if looked_at else 0
        if width < 2 or looked_at[0].fault:
            continue
        share = sum(r.fault is None and len(r.fields) == width for r in looked_at) / len(looked_at)
        # A header alone fits any delimiter that occurs in it: then the one that splits it most often counts.
        if (round(share, 2), width) > best:
            best, decided = (round(share, 2), width), delimiter
    return decided


@cache
def _field(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    # Possessive, so a file full of quotes costs one pass.
    return re.compile(rf'(?:"([^"]*+(?:""[^"]*+)*+)"|([^"{mark}\n]*+))({mark}|\n|\Z)')


def _quoted(text: str, position: int, delimiter: str) -> tuple[list[str], int, Fault | None]:
    pattern = _field(delimiter)
    fields: list[str] = []
    while True:
        match = pattern.match(text, position)
        if match is None:
            unclosed = text.startswith('"', position) and _never_closes(text, position)
            return [], position, "row:unclosed_quote" if unclosed else "row:stray_quote"
        quoted, bare, stop = match.groups()
        fields.append(bare if quoted is None else quoted.replace('""', '"'))
        position = match.end()
        if stop != delimiter:
            return fields, position - len(stop), None


def _never_closes(text: str, position: int) -> bool:
    return re.compile(r'"[^"]*+(?:""[^"]*+)*+\Z').match(text, position) is not None
