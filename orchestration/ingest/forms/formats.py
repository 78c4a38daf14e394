"""A part to its content, by what its bytes are. The formats themselves are read in their own modules."""

from collections.abc import Callable, Sequence

from orchestration.errors import UnreadableFile
from orchestration.ingest.forms.columnar import open_parquet
from orchestration.ingest.forms.containers import Part
from orchestration.ingest.forms.contents import Content, of_table
from orchestration.ingest.forms.excel import sheet_records
from orchestration.ingest.forms.json_rows import open_json
from orchestration.ingest.forms.spss import open_sav
from orchestration.ingest.text.blocks import read_chunks, read_head
from orchestration.ingest.text.tabular import table_of
from orchestration.settings import Source

IsHeader = Callable[[Sequence[str]], bool]


def open_part(
    part: Part, declared: Source | None = None, is_header: IsHeader | None = None, decimal: str = "."
) -> Content:
    """Content of a part.

    Parameters
    ----------
    part : the part.
    declared : what the settings say about it.
    is_header : whether a row of cells is the header of a known profile.
    decimal : decimal sign that numbers of typed formats are written with.

    Raises
    ------
    UnreadableFile
        It cannot be read without guessing; the next step is said.
    """
    if part.problem:
        raise UnreadableFile(part.problem)
    if part.kind == "text":
        return _text(part, declared, is_header)
    if part.kind == "workbook":
        records, warnings = sheet_records(part, decimal)
        table = table_of(
            records,
            part.name,
            header_rows=declared.header_rows if declared else None,
            is_header=is_header,
            unpivot=_is_pivoted(declared),
        )
        return of_table(table, warnings=(*part.warnings, *warnings))
    formats: dict[str, Callable[[Part, str], Content]] = {
        "json": open_json,
        "parquet": open_parquet,
        "sav": open_sav,
    }
    return formats[part.kind](part, decimal)


def _text(part: Part, declared: Source | None, is_header: IsHeader | None) -> Content:
    head = read_head(
        part.open,
        part.name,
        encoding=declared.encoding if declared else None,
        delimiter=declared.delimiter if declared else None,
        quote=declared.quote if declared else None,
        header_rows=declared.header_rows if declared else None,
        is_header=is_header,
        unpivot=_is_pivoted(declared),
    )
    return Content(
        names=head.names,
        chunks=lambda keep, footers: read_chunks(part.open, head, keep=keep, footers=footers),
        labels=head.labels,
        preamble=head.preamble,
        header_rows=head.header_rows,
        zone=head.zone,
        encoding=head.encoding,
        confidence=head.confidence,
        delimiter=head.delimiter,
        quote=head.quote,
        warnings=(*part.warnings, *head.warnings),
    )


def _is_pivoted(declared: Source | None) -> bool:
    return declared is not None and declared.unpivot is not None
