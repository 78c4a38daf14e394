"""Damages one thing at a time in a small CSV file, at every row and column. Judges nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

HEADER: Final = ["id", "city", "amount", "remark"]
ROWS: Final = [
    ["1", "Delft, NL", "10.50", 'late, "again"'],
    ["2", "Gouda", "7.00", ""],
    ["3", "Breda", "0.10", "x"],
    ["4", "Assen", "12.00", "ok"],
    ["5", 'Ede, "Gld"', "3.75", "a\nb"],
    ["6", "Oss's", "1.25", "it's, no"],
]
# Quoted where it must be, and twice where it need not be.
_WRITTEN: Final = [
    ["id", "city", "amount", "remark"],
    ["1", '"Delft, NL"', "10.50", '"late, ""again"""'],
    ["2", "Gouda", "7.00", ""],
    ["3", '"Breda"', "0.10", '"x"'],
    ["4", "Assen", "12.00", '"ok"'],
    ["5", '"Ede, ""Gld"""', "3.75", '"a\nb"'],
    ["6", "Oss's", "1.25", '"it\'s, no"'],
]


@dataclass(frozen=True, slots=True)
class Polluted:
    """A damaged file and what was done to it."""

    fault: str
    text: str


def clean() -> str:
    """The file as it is meant."""
    return _joined([",".join(row) for row in _WRITTEN])


def polluted() -> Iterator[Polluted]:
    """All damaged files."""
    yield from _separators()
    yield from _quotes()
    yield from _letters()
    yield from _rows()
    yield from _headers()


def _separators() -> Iterator[Polluted]:
    for number, row in enumerate(_WRITTEN):
        for column in range(len(row) + 1):
            more = [*row[:column], "", *row[column:]]
            yield _with(number, ",".join(more), f"separator added before column {column}")
        for column in range(1, len(row)):
            less = [*row[: column - 1], row[column - 1] + row[column], *row[column + 1 :]]
            yield _with(number, ",".join(less), f"separator before column {column} lost")
            for other in (";", "\t", "|", " ", ",,", ", "):
                changed = ",".join(row[:column]) + other + ",".join(row[column:])
                yield _with(number, changed, f"separator before column {column} is {other!r}")
        for other in (";", "\t", "|", " ", ":"):
            yield _with(number, other.join(row), f"all separators are {other!r}")


def _quotes() -> Iterator[Polluted]:
    for number, row in enumerate(_WRITTEN):
        line = ",".join(row)
        for place, letter in enumerate(line):
            if letter != '"':
                continue
            for other in ("", "'", '""', "´", "“"):
                yield _with(number, line[:place] + other + line[place + 1 :], f"mark at {place} is {other!r}")
        for escape in ("\\", ""):
            yield _with(number, line.replace('""', escape + '"'), f"doubled marks are {escape!r} and one")
        yield _with(number, line.replace('"', "'"), "all marks are apostrophes")
        yield _with(number, ",".join(f" {cell}" for cell in row), "a blank before each field")


def _letters() -> Iterator[Polluted]:
    for number, row in enumerate(_WRITTEN):
        line = ",".join(row)
        for place in range(len(line) + 1):
            yield _with(number, line[:place] + '"' + line[place:], f"mark added at {place}")
            # Inside a quoted field a line break is part of a value, so the file is not damaged.
            if not _is_inside(line, place):
                for end in ("\n", "\r\n", "\r"):
                    yield _with(number, line[:place] + end + line[place:], f"{end!r} added at {place}")


def _is_inside(line: str, place: int) -> bool:
    return line.count('"', 0, place) % 2 == 1 or line[max(place - 1, 0) : place + 1] == '""'


def _rows() -> Iterator[Polluted]:
    lines = [",".join(row) for row in _WRITTEN]
    for number in range(1, len(lines)):
        yield Polluted(f"nothing between rows {number - 1} and {number}", _joined(lines).replace(
            lines[number - 1] + "\n" + lines[number], lines[number - 1] + lines[number]
        ))  # fmt: skip
        for column in range(1, len(HEADER)):
            cut = ",".join(_WRITTEN[number][:column])
            yield _with(number, cut, f"cut off before column {column}")
        for extra in ("", ",,,", "   ", "# note", "Total", "--", ",".join(HEADER), ",".join(HEADER[:3])):
            yield Polluted(
                f"{extra!r} above row {number}", _joined([*lines[:number], extra, *lines[number:]])
            )
    for end in ("\r\n", "\r", "\r\r\n", "\n\n"):
        yield Polluted(f"line ends are {end!r}", clean().replace("\n", end) if end != "\n\n" else _doubled())


def _doubled() -> str:
    return "".join(",".join(row) + "\n\n" for row in _WRITTEN)


def _headers() -> Iterator[Polluted]:
    header, *lines = [",".join(row) for row in _WRITTEN]
    yield Polluted("no header", _joined(lines))
    yield Polluted("header twice", _joined([header, header, *lines]))
    yield Polluted("header at the end", _joined([*lines, header]))
    yield Polluted("a second table below", _joined([header, *lines, header, *lines]))
    yield Polluted(
        "a narrower table below", _joined([header, *lines, *(line.rsplit(",", 1)[0] for line in lines[1:4])])
    )
    for title in ("Report", "Report,,,", "Report,2024", "Report 2024,,,"):
        yield Polluted(f"title {title!r}", _joined([title, header, *lines]))
        yield Polluted(f"title {title!r} and a blank line", _joined([title, "", header, *lines]))
        yield Polluted(f"title {title!r} and an empty row", _joined([title, ",,,", header, *lines]))


def shifted_headers() -> Iterator[Polluted]:
    """Headers that stand one column off."""
    lines = [",".join(row) for row in _WRITTEN[1:]]
    for column in range(len(HEADER)):
        header = [*HEADER[:column], "", *HEADER[column:-1]]
        yield Polluted(f"header shifted from column {column}", _joined([",".join(header), *lines]))


def _with(number: int, line: str, fault: str) -> Polluted:
    lines = [",".join(row) for row in _WRITTEN]
    return Polluted(f"row {number}: {fault}", _joined([*lines[:number], line, *lines[number + 1 :]]))


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
