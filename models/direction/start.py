"""Where the climb begins: parameters read off the moments. Rough on purpose; the likelihood does the rest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from models.arrays import FloatArray
from models.direction.structure import Structure

# Stability of both series, and the share of what waves have in common that is put down to lasting traits.
GUESSES = ((0.3, 0.6), (0.7, 0.6), (0.1, 0.3))
# Smallest eigenvalue of a starting covariance matrix, as a share of its largest.
FLOOR = 0.05


def starts(structure: Structure, covariance: FloatArray) -> Iterator[FloatArray]:
    """Give starting values of theta for moments (2T, 2T) of x1, y1, x2, ..., one guess after the other."""
    n_waves = len(covariance) // 2
    blocks = covariance.reshape(n_waves, 2, n_waves, 2).transpose(0, 2, 1, 3)
    apart = ~np.eye(n_waves, dtype=bool)
    common = _proper(blocks[apart].mean(axis=0))
    same_wave = np.kron(~apart, np.ones((2, 2))) > 0
    for stability, share in GUESSES:
        trait = (0.0 if structure.traits == "none" else share) * common
        wanted = np.empty((n_waves, n_waves, 2, 2))
        wanted[apart] = trait
        wanted[~apart] = np.stack(
            [_proper((1 - stability**2) ** (w > 0) * (blocks[w, w] - trait)) for w in range(n_waves)]
        )
        target = wanted.transpose(0, 2, 1, 3).reshape(2 * n_waves, 2 * n_waves)
        own = np.array([stability * _keeps_to_itself(place) for place in structure.paths])
        spread = [_mean(target, place > 0, same_wave) for place in (*structure.inner, *structure.outer)]
        yield np.concatenate([own, spread])


def enter_every_wave(structure: Structure, stable: Structure, theta: FloatArray) -> FloatArray:
    """Say random intercepts of a `stable` structure in the terms of an accumulating one.

    An intercept c that every wave returns to enters each equation as (I - A) c, and the first wave as c.
    Sigma is the same where paths are the same in every wave.
    """
    values = dict(zip(stable.names, theta, strict=True))
    pairs = [(to, of) for to in "xy" for of in "xy"]
    path_names = stable.names[: len(stable.paths)]
    joined = [(name.split("~")[0][0], name.split("~")[1][0]) for name in path_names]
    stays = [np.mean([theta[k] for k, pair in enumerate(joined) if pair == wanted]) for wanted in pairs]
    leaves = np.eye(2) - np.reshape(stays, (2, 2))
    intercepts = np.array([[values["ix~~ix"], values["ix~~iy"]], [values["ix~~iy"], values["iy~~iy"]]])
    own = np.array([[values["x1~~x1"], values["x1~~y1"]], [values["x1~~y1"], values["y1~~y1"]]])
    first, crossed = intercepts + own, leaves @ intercepts
    depends = np.linalg.solve(first, crossed.T).T
    rest = crossed @ leaves.T - depends @ crossed.T
    values |= {"x1~~x1": first[0, 0], "x1~~y1": first[0, 1], "y1~~y1": first[1, 1]}
    values |= {f"i{to}~{of}1": depends["xy".index(to), "xy".index(of)] for to, of in pairs}
    values |= {"ix~~ix": rest[0, 0], "ix~~iy": rest[0, 1], "iy~~iy": rest[1, 1]}
    return np.array([values[name] for name in structure.names])


def _keeps_to_itself(place: FloatArray) -> bool:
    row, column = np.argwhere(place > 0)[0]
    return bool(row % 2 == column % 2)


def _mean(target: FloatArray, marked: npt.NDArray[np.bool_], same_wave: npt.NDArray[np.bool_]) -> float:
    """Average the target where a parameter stands, between waves where it stands there."""
    between = marked & ~same_wave
    return float(target[between if between.any() else marked].mean())


def _proper(matrix: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((vectors * np.maximum(values, FLOOR * abs(values[-1]))) @ vectors.T)
