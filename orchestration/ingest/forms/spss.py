"""SPSS .sav and .zsav to rows of text: codes as they are, labels beside, missing codes empty. No profiles."""

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from orchestration.errors import UnreadableFile
from orchestration.ingest.forms.containers import Part
from orchestration.ingest.forms.contents import Chunk, Content, chunk_of
from orchestration.ingest.forms.texts import text_of

_ROWS: Final = 50_000
# Days and moments are seconds since then; clocks are seconds that may be more than a day.
_EPOCH: Final = dt.datetime(1582, 10, 14)
_A_DAY: Final = dt.timedelta(days=1)
_DAYS: Final = frozenset({"DATE", "ADATE", "EDATE", "JDATE", "SDATE"})
_MOMENTS: Final = frozenset({"DATETIME", "YMDHMS"})
_CLOCKS: Final = frozenset({"TIME", "DTIME", "MTIME"})
_Ranges = Sequence[Mapping[str, Any]]


def open_sav(part: Part, decimal: str = ".") -> Content:
    """Content of an SPSS file; its rows are counted from 1.

    Parameters
    ----------
    part : the part.
    decimal : decimal sign that numbers are written with.

    Returns
    -------
    Content
        Codes are landed as they are, `value_labels` says what they mean; a code that the file declares as
        missing is empty.

    Raises
    ------
    UnreadableFile
        It is damaged.
    """
    _, metadata = _read(part, metadataonly=True, user_missing=True)
    names = tuple(metadata.column_names)
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise _damaged(part, "variables without a name of their own")
    labels = tuple(" ".join(str(label or "").split()) for label in metadata.column_labels)
    ranges: Mapping[str, _Ranges] = metadata.missing_ranges
    formats = {name: re.sub("[^A-Z].*", "", form) for name, form in metadata.original_variable_types.items()}
    counts: Counter[str] = Counter()

    def chunks(keep: Sequence[str], _footers: Sequence[str]) -> Iterator[Chunk]:
        offset = 0
        while True:
            columns, _ = _read(
                part, user_missing=True, usecols=list(keep), row_offset=offset, row_limit=_ROWS
            )
            for name in set(keep) & set(ranges):
                missing = [_is_missing(value, ranges[name]) for value in columns[name]]
                columns[name] = [None if gone else v for v, gone in zip(columns[name], missing, strict=True)]
                counts[f"cells of {name} hold a code declared as missing"] += sum(missing)
            texts = [
                [_text(value, formats.get(name, ""), decimal) for value in columns[name]] for name in keep
            ]
            n_rows = len(texts[0]) if texts else 0
            rows = list(zip(*texts, strict=True))
            yield chunk_of(keep, rows, range(offset + 1, offset + 1 + n_rows))
            offset += n_rows
            if n_rows < _ROWS:
                return

    return Content(
        names=names,
        chunks=chunks,
        labels=labels,
        encoding=str(metadata.file_encoding or ""),
        value_labels={
            str(name): {text_of(code, decimal): str(label) for code, label in known.items()}
            for name, known in metadata.variable_value_labels.items()
        },
        warnings=tuple(_warnings(metadata)),
        counts=counts,
    )


def _read(part: Part, **options: Any) -> tuple[dict[str, Any], Any]:
    import pyreadstat

    where: Any = part.seekable()
    try:
        # Converted, a clock loses its days, and a code declared as missing is a day like others.
        columns, metadata = pyreadstat.read_sav(
            where, output_format="dict", disable_datetime_conversion=True, **options
        )
    except (pyreadstat.ReadstatError, OSError, ValueError, OverflowError) as error:
        raise _damaged(part, type(error).__name__) from None
    return columns, metadata


def _damaged(part: Part, why: str) -> UnreadableFile:
    return UnreadableFile(f"The SPSS file cannot be read ({why})", part.name, "save it again in SPSS")


def _text(value: object, form: str, decimal: str) -> str:
    if isinstance(value, float) and math.isnan(value):
        return ""
    return text_of(_timed(value, form) if isinstance(value, int | float) else value, decimal)


def _timed(value: float, form: str) -> object:
    """Day, moment, clock or duration that a number of seconds stands for; a number that is none stays one."""
    try:
        passed = dt.timedelta(seconds=float(value))
        if form in _DAYS:
            return (_EPOCH + passed).date()
        if form in _MOMENTS:
            return _EPOCH + passed
    except OverflowError:
        return value
    if form not in _CLOCKS:
        return value
    return (_EPOCH + passed).time() if dt.timedelta() <= passed < _A_DAY else passed


def _is_missing(value: object, missing: _Ranges) -> bool:
    if isinstance(value, str):
        return any(value.strip() == str(part["lo"]).strip() for part in missing)
    return isinstance(value, int | float) and any(part["lo"] <= value <= part["hi"] for part in missing)


def _warnings(metadata: Any) -> Iterator[str]:
    if metadata.mr_sets:
        named = ", ".join(sorted(metadata.mr_sets)[:5])
        yield f"{len(metadata.mr_sets)} multiple-response sets are read as their columns: {named}"
