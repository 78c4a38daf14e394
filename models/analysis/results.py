"""All results of one run, and the tables they make; every table has its contract. No estimation here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import chain
from typing import TYPE_CHECKING, Any

from contracts.results import RESULTS
from models.analysis.fragility_rows import curve_row, specification_rows
from models.analysis.health import Health
from models.analysis.outcome import OutcomeResults
from models.analysis.shape_rows import corrected_row, driver_rows, what_if_rows
from models.arrays import library
from models.claims import Claim
from models.contrasts import Contrast
from models.direction.tables import direction_row, granger_rows, lead_lag_rows, path_rows
from models.effects import Effect
from models.index_quality.battery import IndexQuality
from models.index_quality.tables import quality_tables
from models.raters import QualityRow
from models.result_tables import listed_reasons, reason_rows

if TYPE_CHECKING:
    import pandas as pd

    from contracts.instrument import Instrument


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """All results of one run; every tuple is in a fixed order (primary outcomes first, as declared).

    Attributes
    ----------
    effects : tuple of Effect
        naive, M1, M2 per outcome; a model that could not be estimated has no row.
    sensitivity : tuple of Effect
        M1 with HC3 and CR2, M2 with CR2: `standard_error_kind` tells.
    claims : tuple of Claim
        One per outcome.
    contrasts : tuple of Contrast
        M0, by practice code.
    quality : tuple of QualityRow
    index : IndexQuality or None
        When asked for, and there are answers.
    instrument : Instrument
    outcomes : tuple of OutcomeResults
    health : tuple of Health
    panel : DataFrame
        The rows that were estimated on.
    """

    effects: tuple[Effect, ...]
    sensitivity: tuple[Effect, ...]
    claims: tuple[Claim, ...]
    contrasts: tuple[Contrast, ...]
    quality: tuple[QualityRow, ...]
    index: IndexQuality | None
    instrument: Instrument
    outcomes: tuple[OutcomeResults, ...]
    health: tuple[Health, ...]
    panel: pd.DataFrame

    def frames(self) -> dict[str, pd.DataFrame]:
        """Make every table of the schema `analysis`, typed by its contract, also without rows.

        Returns
        -------
        dict of DataFrame
            In the order of the contracts.
        """
        made = self._quality() | {name: _frame(rows) for name, rows in self._rows().items()}
        return {name: contract.typed(made[name]) for name, contract in RESULTS.items()}

    def _rows(self) -> dict[str, Iterable[Any]]:
        outcomes = self.outcomes
        directions = [one.direction for one in outcomes if one.direction is not None]
        rises = [one.rise for one in outcomes if one.rise is not None]
        doses = [one.dose for one in outcomes if one.dose is not None]
        curves = [(one.outcome, one.curve) for one in outcomes if one.curve is not None]
        primary = {one.outcome: one.is_primary for one in outcomes}
        return {
            "effects": self.effects,
            "sensitivity": self.sensitivity,
            "contrasts": self.contrasts,
            "claims": self.claims,
            "claim_reasons": reason_rows(self.claims),
            "direction": [direction_row(one, is_primary=primary[one.outcome]) for one in directions],
            "direction_reasons": reason_rows(directions),
            "direction_paths": chain.from_iterable(map(path_rows, directions)),
            "lead_lag": chain.from_iterable(map(lead_lag_rows, directions)),
            "granger": chain.from_iterable(map(granger_rows, directions)),
            "stage_rises": [rise.summary for rise in rises],
            "stage_rise_quarters": chain.from_iterable(rise.effects for rise in rises),
            "stage_rise_bounds": chain.from_iterable(rise.honest for rise in rises),
            "dose_response": [dose.summary for dose in doses],
            "dose_points": chain.from_iterable(dose.points for dose in doses),
            "flexible_controls": chain.from_iterable(one.flexible for one in outcomes),
            "corrected_slopes": [corrected_row(one) for one in outcomes if one.corrected is not None],
            "drivers": chain.from_iterable(map(driver_rows, outcomes)),
            "what_if": chain.from_iterable(
                what_if_rows(claim, self.panel, self.instrument) for claim in self.claims
            ),
            "robustness": chain.from_iterable(one.robustness for one in outcomes),
            "specifications": chain.from_iterable(specification_rows(*curve) for curve in curves),
            "specification_curves": [curve_row(*curve) for curve in curves],
            "health": self.health,
        }

    def _quality(self) -> dict[str, pd.DataFrame]:
        names = [name for name in RESULTS if name.startswith("index_")]
        if self.index is None:
            return {name: _frame([]) for name in names} | {"index_quality": _frame(self.quality)}
        tables = quality_tables(self.index, self.instrument)
        parts = tables["index_parts"]
        tables["index_parts"] = parts.loc[parts["level"].isin(["kind", "dimension"])]
        return tables


def _frame(rows: Iterable[Any]) -> pd.DataFrame:
    """Make a plain frame with a column per field; its types come from the contract."""
    frame: pd.DataFrame = library("pandas").DataFrame.from_records(list(map(_record, rows)))
    return frame


def _record(row: Any) -> dict[str, Any]:
    record = {one.name: getattr(row, one.name) for one in fields(row)}
    if isinstance(row, Claim):
        record["reasons"] = ";".join(listed_reasons(row))
    return record
