"""What callers hand in: frames, series, lists and options, read the same way everywhere. No statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray, dependent_columns, library
from models.errors import CollinearColumnsError, ConstantExposureError, InputRefusedError

if TYPE_CHECKING:
    import pandas as pd


def floats(values: npt.ArrayLike) -> FloatArray:
    """Read a frame, series, list or array as floats, row by row in memory; what is missing becomes NaN.

    Linear algebra adds up in another order where columns lie one behind the other, as those of a frame do: on
    some processors the last digit would say in what form the numbers were handed in.

    Raises
    ------
    InputRefusedError
        For text that is no number.
    """
    given: Any = values
    try:
        if isinstance(given, (library("pandas").DataFrame, library("pandas").Series)):
            given = given.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.asarray(given, dtype=np.float64, order="C")
    except (TypeError, ValueError) as error:
        remedy = "Pass numbers: categories as dummies, labels as groups or in the index."
        raise InputRefusedError(f"{error}.", remedy=remedy) from error


def one_column(values: npt.ArrayLike) -> FloatArray:
    """Read floats (n,); a frame or an array of one column counts as that column."""
    read = floats(values)
    return read[:, 0] if read.ndim == 2 and read.shape[1] == 1 else read


def need_columns(frame: pd.DataFrame, names: Sequence[str], *, where: str) -> None:
    """Refuse a frame that lacks a column.

    Raises
    ------
    InputRefusedError
    """
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise InputRefusedError(
            f"the frame has no column {', '.join(missing)}.",
            where=where,
            remedy="Name columns, not the index.",
        )


def several(names: str | Sequence[str] | None) -> list[str]:
    """Read names of columns; one name may stand alone, None is no name."""
    if names is None:
        return []
    return [names] if isinstance(names, str) else list(names)


def column_names(X: npt.ArrayLike, names: Sequence[str] | None = None) -> tuple[str, ...]:
    """Name the columns of a design: as given, else as its frame does, else x0, x1, ..."""
    if names is None:
        names = [str(name) for name in getattr(X, "columns", [f"x{j}" for j in range(np.shape(X)[-1])])]
    return tuple(names)


def known_option(value: object, options: tuple[Any, ...], *, where: str) -> None:
    """Refuse an option that is not one of `options`: another one would be taken without a word.

    Raises
    ------
    InputRefusedError
    """
    if value not in options:
        raise InputRefusedError(
            f"{value!r} is none of {', '.join(str(option) for option in options)}.",
            where=where,
            remedy="Choose one.",
        )


def complete_design(
    X: npt.ArrayLike, values: npt.ArrayLike, groups: npt.ArrayLike, *, where: str
) -> tuple[FloatArray, FloatArray]:
    """Read a design (n, k) of full column rank and one value per row, where no row may be left out.

    Raises
    ------
    InputRefusedError
        Shapes that do not fit, or a missing value.
    ConstantExposureError, CollinearColumnsError
    """
    design, column = floats(X), one_column(values)
    rows = np.shape(groups)[:1]
    if design.ndim != 2 or column.shape != design.shape[:1] or rows != column.shape:
        raise InputRefusedError(
            f"shapes do not fit: X {design.shape}, values {column.shape}, groups of {rows} rows.", where=where
        )
    if not (np.isfinite(design).all() and np.isfinite(column).all()):
        raise InputRefusedError("a value is missing.", where=where, remedy="Leave incomplete rows out first.")
    refuse_dependent(design, column_names(X), where=where)
    return design, column


def refuse_dependent(design: FloatArray, names: Sequence[str], *, where: str) -> None:
    """Refuse a design with a column that the columns before it explain.

    Raises
    ------
    ConstantExposureError
        When it does not vary.
    CollinearColumnsError
    """
    bad = dependent_columns(design)
    constant = [names[j] for j in bad if np.ptp(design[:, j]) == 0]
    if constant:
        raise ConstantExposureError(
            f"{', '.join(constant)} does not vary.", where=where, remedy="Leave it out or widen the sample."
        )
    if bad:
        raise CollinearColumnsError(tuple(names[j] for j in bad), where=where)
