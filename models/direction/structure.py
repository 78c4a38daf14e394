"""Covariance structures of two series over waves: what a model says Sigma is. No data and no fitting here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from models.arrays import FloatArray, frozen
from models.errors import TooFewPeriodsError

Traits = Literal["stable", "accumulating", "none"]
OverTime = Literal["free", "equal"]
RANDOM_INTERCEPTS = "random intercepts"


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """Sigma(theta) = L (sum theta_k inner_k) L' + sum theta_k outer_k with L = (I - sum theta_k paths_k)^-1.

    Attributes
    ----------
    variables : tuple of p str
        Rows of Sigma.
    names : tuple of q str
        Parameters in the order paths, inner, outer; `y2~x1` is a path, `x1~~y1` a (co)variance.
    paths, inner, outer : arrays (., p, p)
        Where each parameter stands, 0 or 1.
    blocks : tuple of (name, tuple of names)
        Covariance matrices that must not have a negative eigenvalue: names of their lower triangle, by row.
    traits : {"stable", "accumulating", "none"}
    """

    variables: tuple[str, ...]
    names: tuple[str, ...]
    paths: FloatArray
    inner: FloatArray
    outer: FloatArray
    blocks: tuple[tuple[str, tuple[str, ...]], ...]
    traits: Traits

    @property
    def n_moments(self) -> int:
        """Number of variances and covariances."""
        return len(self.variables) * (len(self.variables) + 1) // 2

    def units_of(self, scale: FloatArray) -> FloatArray:
        """Give what one unit of each parameter is when variables are divided by `scale` (p,): (q,)."""
        rows, columns = zip(
            *(np.argwhere(place)[0] for place in (*self.paths, *self.inner, *self.outer)), strict=True
        )
        to, of = scale[list(rows)], scale[list(columns)]
        return np.where(np.arange(len(to)) < len(self.paths), to / of, to * of)

    def implied(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give Sigma (p, p) and its derivatives (q, p, p)."""
        spread, within = self._within(theta)
        moved = spread @ self.paths @ within
        derivatives = [moved + moved.transpose(0, 2, 1), spread @ self.inner @ spread.T, self.outer]
        outside = theta[len(self.paths) + len(self.inner) :]
        return np.asarray(within + np.tensordot(outside, self.outer, 1)), np.concatenate(derivatives)

    def curvature(self, theta: FloatArray, weights: FloatArray) -> FloatArray:
        """Give the second derivatives of the sum of Sigma times symmetric `weights` (p, p): (q, q)."""
        a, b, size = len(self.paths), len(self.paths) + len(self.inner), len(weights)
        spread, within = self._within(theta)
        steps = spread @ self.paths
        twice = (within @ weights @ steps).reshape(a, size**2) @ steps.transpose(0, 2, 1).reshape(
            a, size**2
        ).T
        both = (weights @ steps @ within).reshape(a, size**2) @ steps.reshape(a, size**2).T
        mixed = (spread.T @ weights @ steps @ spread).reshape(a, size**2) @ self.inner.reshape(
            b - a, size**2
        ).T
        out = np.zeros((len(theta), len(theta)))
        out[:a, :a] = 2 * (twice + twice.T + both)
        out[:a, a:b] = 2 * mixed
        out[a:b, :a] = 2 * mixed.T
        return out

    def _within(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give L and L (sum theta_k inner_k) L'."""
        a, b = len(self.paths), len(self.paths) + len(self.inner)
        spread = np.linalg.inv(np.eye(len(self.variables)) - np.tensordot(theta[:a], self.paths, 1))
        within = spread @ np.tensordot(theta[a:b], self.inner, 1) @ spread.T
        return np.asarray(spread, dtype=np.float64), np.asarray(within, dtype=np.float64)


def cross_lagged_structure(
    n_waves: int, *, traits: Traits = "stable", paths: OverTime = "free", innovations: OverTime = "free"
) -> Structure:
    """Lay out a cross-lagged panel model of x and y.

    Parameters
    ----------
    n_waves : int
    traits : {"stable", "accumulating", "none"}
        stable: random intercepts beside the within components (Hamaker, Kuiper and Grasman 2015).
        accumulating: they enter every later wave's equation and depend freely on the first wave (`ix~y1`),
        which lets the random intercepts of the stable form correlate with the first deviations (Andersen
        2022). none: plain.
    paths, innovations : {"free", "equal"}
        Whether paths, and residual (co)variances from wave 2 on, are the same in every wave.

    Returns
    -------
    Structure
        Variables x1, y1, x2, y2, ...

    Raises
    ------
    TooFewPeriodsError
        When the model has more parameters than there are variances and covariances.
    """
    variables = tuple(f"{v}{w}" for w in range(1, n_waves + 1) for v in "xy")
    place = {name: i for i, name in enumerate(variables)}
    size = len(variables)

    later = range(2, n_waves + 1)
    steps = [
        (f"{to}{w}", f"{of}{w - 1}", f"{to}~{of}", f"{to}{w}~{of}{w - 1}")
        for to, of in product("xy", "xy")
        for w in later
    ]
    path_names, path_places = _labelled(steps, place, paths, mirrored=False)
    pairs = (("x", "x"), ("x", "y"), ("y", "y"))
    begin = [(f"{i}1", f"{j}1", "", f"{i}1~~{j}1") for i, j in pairs]
    residual = [(f"{i}{w}", f"{j}{w}", f"{i}~~{j}", f"{i}{w}~~{j}{w}") for i, j in pairs for w in later]
    first_names, first_places = _labelled(begin, place, "free", mirrored=True)
    inner_names, inner_places = _labelled(residual, place, innovations, mirrored=True)
    blocks = [("first wave", tuple(first_names))]
    if innovations == "equal":
        blocks.append(("residuals", tuple(inner_names)))
    else:
        blocks += [(f"residuals of wave {w}", tuple(f"{i}{w}~~{j}{w}" for i, j in pairs)) for w in later]

    outer_names: list[str] = []
    outer_places: FloatArray = np.zeros((0, size, size))
    if traits == "accumulating":
        enters = {f"i{v}": _at(place, [f"{v}{w}" for w in later]) for v in "xy"}
        first = {f"{v}1": _at(place, [f"{v}1"]) for v in "xy"}
        path_names += [f"{trait}~{wave}" for trait, wave in product(enters, first)]
        depends = [np.outer(enters[trait], first[wave]) for trait, wave in product(enters, first)]
        path_places = np.concatenate([path_places, depends])
        trait_names, trait_places = _crossed(enters)
        first_names, first_places = [*first_names, *trait_names], np.concatenate([first_places, trait_places])
        blocks.append((RANDOM_INTERCEPTS, tuple(trait_names)))
    if traits == "stable":
        every = range(1, n_waves + 1)
        outer_names, outer_places = _crossed({f"i{v}": _at(place, [f"{v}{w}" for w in every]) for v in "xy"})
        blocks.append((RANDOM_INTERCEPTS, tuple(outer_names)))

    structure = Structure(
        variables=variables,
        names=(*path_names, *first_names, *inner_names, *outer_names),
        paths=frozen(path_places),
        inner=frozen(np.concatenate([first_places, inner_places])),
        outer=frozen(outer_places),
        blocks=tuple(blocks),
        traits=traits,
    )
    if len(structure.names) > structure.n_moments:
        raise TooFewPeriodsError(
            f"{structure.n_moments} (co)variances cannot carry {len(structure.names)} parameters.",
            where="cross_lagged",
            remedy="Add waves, or hold the paths equal over time.",
        )
    return structure


def saturated_structure(variables: Sequence[str]) -> Structure:
    """Every variance and covariance free: what the other structures are measured against."""
    place = {name: i for i, name in enumerate(variables)}
    names, places = _crossed({name: _at(place, [name]) for name in variables})
    nothing = np.zeros((0, len(place), len(place)))
    return Structure(tuple(variables), tuple(names), nothing, frozen(places), nothing, (), "none")


def _labelled(
    entries: Sequence[tuple[str, str, str, str]],
    place: dict[str, int],
    over_time: OverTime,
    *,
    mirrored: bool,
) -> tuple[list[str], FloatArray]:
    """Make a parameter of each entry (row, column, name without wave, name), or of all that share a name."""
    found: dict[str, FloatArray] = {}
    for row, column, shared, own in entries:
        where = found.setdefault(own if over_time == "free" else shared, np.zeros((len(place), len(place))))
        where[place[row], place[column]] = 1.0
        if mirrored:
            where[place[column], place[row]] = 1.0
    return list(found), np.stack(list(found.values()))


def _at(place: dict[str, int], names: Sequence[str]) -> FloatArray:
    column = np.zeros(len(place))
    column[[place[name] for name in names]] = 1.0
    return column


def _crossed(sources: dict[str, FloatArray]) -> tuple[list[str], FloatArray]:
    """Make the variances and covariances of sources, each reaching the variables that its column marks."""
    names, places = [], []
    labels = list(sources)
    for i, row in enumerate(labels):
        for column in labels[: i + 1]:
            product_ = np.outer(sources[row], sources[column])
            names.append(f"{column}~~{row}")
            places.append(product_ if row == column else product_ + product_.T)
    return names, np.stack(places)
