"""Rows about the scales: reliability, agreement, mood, items and components. Scores: `score_rows`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import numpy.typing as npt

from models.index_quality.mood import rater_mood
from models.index_quality.omega import factor_loadings, omega_hierarchical, omega_interval
from models.index_quality.reliability import item_statistics
from models.index_quality.rows import ComponentRow, ItemRow, LoadingRow
from models.index_quality.scoring import Responses
from models.index_quality.shares import clustered_share
from models.index_quality.spec import QualitySpec
from models.index_quality.structure import Structure, parallel_analysis
from models.raters import QualityRow, attempt, cell_agreement

# The kinds of change are the group factors below a general one; where the answers hold fewer components, what
# is called general would be an accident of the rotation.
GROUP_FACTORS = 3


def more_quality(
    read: Responses, structures: dict[str, Structure], spec: QualitySpec
) -> Iterator[QualityRow]:
    owner = _owners(read)
    scopes = {"index": read.items}
    scopes |= {code: read.items[:, read.dimension_of == d] for d, code in enumerate(read.dimensions)}
    for scope, items in scopes.items():
        omega = attempt(partial(omega_interval, items, owner, n_draws=spec.n_bootstrap))
        if omega is not None:
            yield QualityRow("omega_total", omega.omega_total, omega.low, omega.high, scope)
    found = structures.get("items")
    enough = found is not None and found.n_components >= GROUP_FACTORS
    general = attempt(partial(omega_hierarchical, read.items, GROUP_FACTORS)) if enough else None
    if general is not None:
        yield QualityRow("omega_hierarchical", general.omega_hierarchical, None, None, "index")
    mood = attempt(partial(rater_mood, read, n_draws=spec.n_bootstrap))
    if mood is not None:
        yield QualityRow("rater_mood_share", mood.share, mood.low, mood.high, "index")
    agreement = cell_agreement(read)
    low = attempt(
        partial(
            clustered_share,
            agreement < spec.minimum_agreement,
            np.isfinite(agreement),
            read.organizations,
            0.0,
        )
    )
    if low is not None:
        yield QualityRow("low_agreement_share", low.share, low.low, low.high, "index")
    for scope, structure in structures.items():
        yield QualityRow("n_components", float(structure.n_components), None, None, scope)


def structures_of(read: Responses) -> Iterator[tuple[str, Structure]]:
    """Components of items and of dimensions; chance is that of as many rows as there are organisations."""
    n = len(set(read.organizations))
    for scope, values in (("items", read.items), ("dimensions", read.cell_dimensions())):
        found = attempt(partial(parallel_analysis, values, n_rows=n, missing="pairwise"))
        if found is not None:
            yield scope, found


def component_rows(
    read: Responses, structures: dict[str, Structure]
) -> tuple[tuple[ComponentRow, ...], tuple[LoadingRow, ...]]:
    components, loadings = [], []
    for scope, found in structures.items():
        names = read.item_codes if scope == "items" else read.dimensions
        components += [
            ComponentRow(
                scope,
                c + 1,
                float(found.eigenvalues[c]),
                float(found.explained[c]),
                float(found.thresholds[c]),
                c < found.n_components,
            )
            for c in range(len(names))
        ]
        loadings += [
            LoadingRow(scope, c + 1, name, float(found.loadings[j, c]))
            for c in range(max(found.n_components, 1))
            for j, name in enumerate(names)
        ]
    return tuple(components), tuple(loadings)


def item_rows(read: Responses, spec: QualitySpec) -> Iterator[ItemRow]:
    owner = _owners(read)
    for d, dimension in enumerate(read.dimensions):
        columns = np.flatnonzero(read.dimension_of == d)
        items = read.items[:, columns]
        found = attempt(partial(item_statistics, items, groups=owner, n_draws=spec.n_bootstrap))
        loadings = attempt(partial(factor_loadings, items))
        for one in found or ():
            loading = float("nan") if loadings is None else float(loadings[one.position])
            yield ItemRow(
                read.item_codes[columns[one.position]],
                dimension,
                one.n_answers,
                one.mean,
                one.standard_deviation,
                one.item_rest,
                one.low,
                one.high,
                one.alpha_if_deleted,
                loading,
            )


def _owners(read: Responses) -> npt.NDArray[np.str_]:
    return np.asarray(read.organizations)[read.cell]
