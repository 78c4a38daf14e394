"""Sheets of XLSX, XLS and ODS workbooks as records of text. No header is looked for here."""

import datetime as dt
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from orchestration.errors import UnreadableFile
from orchestration.ingest.forms import biff, opendoc, openxml
from orchestration.ingest.forms.containers import Part
from orchestration.ingest.forms.packed import BROKEN
from orchestration.ingest.forms.texts import text_of
from orchestration.ingest.text.records import Record

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

# Rows that XLSX and XLS can hold: a sheet that is just full may have lost the rest.
_FULL: Final = (1_048_576, 65_536)
# Excel keeps 15 digits; longer numbers were rounded when they were typed or imported.
_ROUNDED: Final = 10.0**15
_NAMED: Final = 5
_SAVE_AGAIN: Final = "open it in a spreadsheet program, save it and deliver it again, or export CSV"
_UNTOLD: Final = (
    "an XLS file does not tell an empty text from a result that was never stored; save it as XLSX to be sure"
)


def sheet_names(part: Part) -> tuple[list[str], tuple[str, ...]]:
    """Visible sheets that hold a cell, and what a reader should know about the others.

    Raises
    ------
    UnreadableFile
        The workbook cannot be opened, is locked by a password, or shows no filled sheet.
    """
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    with _workbook(part) as book, _archive(part) as archive:
        sheets = [entry for entry in book.sheets_metadata if entry.typ == SheetTypeEnum.WorkSheet]
        seen = [entry.name for entry in sheets if entry.visible == SheetVisibleEnum.Visible]
        hidden = [entry.name for entry in sheets if entry.visible != SheetVisibleEnum.Visible]
        filled = [name for name in seen if not (_may_be_empty(archive, name) and _is_empty(book, name))]
    if not filled:
        raise UnreadableFile("The workbook shows no sheet with content", part.name, "export it again")
    warnings = []
    if hidden:
        warnings.append(f"{len(hidden)} hidden sheets are not read: {', '.join(hidden[:_NAMED])}")
    return filled, tuple(warnings)


def sheet_records(part: Part, decimal: str = ".") -> tuple[list[Record], tuple[str, ...]]:
    """Rows of one sheet as records of text, and what a reader should know about them.

    Parameters
    ----------
    part : a sheet; its rows are counted as Excel counts them.
    decimal : decimal sign that numbers are written with.

    Raises
    ------
    UnreadableFile
        The sheet cannot be read, is too large for what it holds, or holds formulas whose results were never
        stored.
    """
    facts = _facts(part)
    if facts is not None and facts.unvalued:
        raise UnreadableFile(
            f"{len(facts.unvalued):,} cells are formulas without a stored result, first {facts.unvalued[0]}",
            part.name,
            _SAVE_AGAIN,
        )
    if facts is not None and facts.n_unplaced:
        raise UnreadableFile(
            f"{facts.n_unplaced:,} cells hold an error such as #N/A, and the file does not say which",
            part.name,
            _SAVE_AGAIN,
        )
    records: list[Record] = []
    n_rounded = 0
    with _workbook(part) as book:
        sheet = book.get_sheet_by_name(part.sheet)
        merged = sheet.merged_cell_ranges or []
        left = [""] * (sheet.start[1] if sheet.start else 0)
        timed = {
            place
            for cells in sheet.iter_rows()
            for place, cell in enumerate(cells)
            if isinstance(cell, dt.datetime)
        }
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            n_rounded += sum(isinstance(cell, float) and abs(cell) >= _ROUNDED for cell in cells)
            texts = [_cell_text(cell, place in timed, decimal) for place, cell in enumerate(cells)]
            records.append(Record(left + texts, number))
    for told in (*facts.errors, *facts.texts) if facts else ():
        _write(told, records)
    return records, _warnings(facts, records, merged, n_rounded)


def _facts(part: Part) -> openxml.SheetFacts | None:
    """What the cell reader does not tell of a sheet; None where the file does not let itself be asked."""
    with _archive(part) as archive:
        if archive is None:
            with part.open() as stream:
                return biff.facts_of(stream.read(), part.sheet)
        if far := openxml.far_cell(archive, part.sheet):
            raise UnreadableFile(
                f"The sheet reaches to {far}, and most of it is empty: it would fill memory",
                part.name,
                "delete what stands far outside the table and save it again",
            )
        if n_unread := openxml.n_unread(archive, part.sheet):
            raise UnreadableFile(
                f"{n_unread:,} texts of the workbook are written as CDATA, which its reader passes over",
                part.name,
                _SAVE_AGAIN,
            )
        return opendoc.facts_of(archive, part.sheet) or openxml.facts_of(archive, part.sheet)


def _write(told: openxml.CellText, records: Sequence[Record]) -> None:
    """Write what the cell reader left out."""
    for record in records[told.row : told.row + told.n_rows]:
        last = min(told.column + told.n_columns, len(record.fields))
        record.fields[told.column : last] = [told.word] * max(last - told.column, 0)


def _warnings(
    facts: openxml.SheetFacts | None,
    records: list[Record],
    merged: list[tuple[tuple[int, int], tuple[int, int]]],
    n_rounded: int,
) -> tuple[str, ...]:
    first, last = 0, max((len(record.fields) for record in records), default=0)
    said = []
    if facts is None:
        said.append("whether its empty cells hold errors (#N/A) cannot be told; save it as XLSX to be sure")
        facts = openxml.SheetFacts()
    hidden = [letters for letters in facts.hidden_columns if _within(letters, first, last)]
    if hidden:
        said.append(f"{len(hidden)} hidden columns are read too: {', '.join(hidden[:_NAMED])}")
    if facts.n_hidden_rows:
        said.append(f"{facts.n_hidden_rows:,} hidden or filtered rows are read too")
    if merged:
        said.append(f"{len(merged):,} groups of merged cells: only the first cell of each holds its text")
    if facts.errors:
        n_errors = sum(error.n_rows * error.n_columns for error in facts.errors)
        said.append(f"{n_errors:,} cells hold an error such as {facts.errors[0].word}")
    if facts.blank_results:
        first_blank = facts.blank_results[0]
        said.append(
            f"{len(facts.blank_results):,} formulas are read as empty, first {first_blank}: {_UNTOLD}"
        )
    if n_rounded:
        said.append(f"{n_rounded:,} numbers have more than 15 digits, which a workbook rounds")
    if len(records) in _FULL:
        said.append(f"the sheet has {len(records):,} rows, all a sheet can hold: the rest may be cut off")
    return tuple(said)


def _within(letters: str, first: int, last: int) -> bool:
    return any(openxml.letters_of(number + 1) == letters for number in range(first, last))


def _cell_text(cell: object, is_time: bool, decimal: str) -> str:
    """Text of a cell; a day in a column of times is midnight, which the reader of cells does not tell."""
    if is_time and isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        cell = dt.datetime.combine(cell, dt.time())
    return text_of(_to_milliseconds(cell), decimal)


def _to_milliseconds(cell: object) -> object:
    """Times as a workbook can hold them: its fractions of a day are exact to some ten microseconds."""
    if not isinstance(cell, dt.datetime | dt.time) or not cell.microsecond:
        return cell
    if isinstance(cell, dt.datetime):
        return cell.replace(microsecond=0) + dt.timedelta(milliseconds=round(cell.microsecond / 1000))
    return cell.replace(microsecond=min(999, round(cell.microsecond / 1000)) * 1000)


def _may_be_empty(archive: zipfile.ZipFile | None, sheet: str) -> bool:
    return archive is None or (openxml.is_small(archive, sheet) and not openxml.far_cell(archive, sheet))


def _is_empty(book: "CalamineWorkbook", sheet: str) -> bool:
    return book.get_sheet_by_name(sheet).height == 0


@contextmanager
def _workbook(part: Part) -> Iterator["CalamineWorkbook"]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    where = part.seekable()
    try:
        book = CalamineWorkbook.from_object(where)
        try:
            yield book
        finally:
            book.close()
    except UnreadableFile:
        raise
    except PasswordError:
        raise UnreadableFile(
            "The workbook is locked by a password", part.name, "save it without one"
        ) from None
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(part, error) from None
    except BaseException as error:
        # The reader is Rust: where damage makes it panic, that is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(part, error) from None


@contextmanager
def _archive(part: Part) -> Iterator[zipfile.ZipFile | None]:
    """The workbook's XML; None for the old binary format."""
    where = part.seekable()
    if not zipfile.is_zipfile(where):
        yield None
        return
    try:
        with zipfile.ZipFile(where) as archive:
            yield archive
    except UnreadableFile:
        raise
    except BROKEN as error:
        raise _damaged(part, error) from None


def _damaged(part: Part, error: BaseException) -> UnreadableFile:
    return UnreadableFile(
        f"The workbook cannot be read ({type(error).__name__})", part.name, "save it again as XLSX"
    )
