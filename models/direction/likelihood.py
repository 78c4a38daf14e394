"""Normal likelihood of a covariance structure with free means, missing cells included, and its maximum.

Full information: every unit contributes the density of the cells it has (Anderson 1957), which is unbiased
when cells are missing at random. No wording and no fit indices here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import FloatArray
from models.direction.sample import Sample
from models.direction.structure import Structure
from models.errors import NotConvergedError, NotIdentifiedError

MAXIMUM_STEPS = 100
# Gain that one more step promises, in log likelihood: far below what any printed digit shows.
CONVERGED = 1e-11
# From here on (gain promised) the curvature itself guides better than its expectation.
NEAR = 1e-2
# Smallest eigenvalue of the information, scaled to a unit diagonal, that still counts as information.
IDENTIFIED = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """Where the likelihood is largest; parameters are theta (q,) and means (p,), in the sample's units."""

    parameters: FloatArray
    log_likelihood: float
    information: FloatArray
    n_steps: int


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Log likelihood, its gradient, and the expected information at one set of parameters."""

    log_likelihood: float
    gradient: FloatArray
    information: FloatArray


def evaluate(structure: Structure, parameters: FloatArray, sample: Sample) -> Point | None:
    """Give likelihood, gradient and expected information; None where Sigma is not positive definite."""
    q = len(structure.names)
    sigma, derivatives = structure.implied(parameters[:q])
    means = parameters[q:]
    value, slope, mean_slope = 0.0, np.zeros_like(sigma), np.zeros_like(means)
    information = np.zeros((len(parameters), len(parameters)))
    for pattern in sample.patterns:
        here = pattern.observed
        cells = np.ix_(here, here)
        try:
            root = np.linalg.cholesky(sigma[cells])
        except np.linalg.LinAlgError:
            return None
        inverse = np.linalg.inv(sigma[cells])
        gap = pattern.mean - means[here]
        around = pattern.covariance + np.outer(gap, gap)
        log_determinant = 2 * np.log(np.diag(root)).sum()
        value -= pattern.n / 2 * (len(here) * np.log(2 * np.pi) + log_determinant + (inverse * around).sum())
        slope[cells] += pattern.n / 2 * (inverse @ around @ inverse - inverse)
        mean_slope[here] += pattern.n * inverse @ gap
        turned = inverse @ derivatives[:, here[:, None], here]
        flat = turned.reshape(q, -1)
        information[:q, :q] += pattern.n / 2 * flat @ turned.transpose(0, 2, 1).reshape(q, -1).T
        information[np.ix_(q + here, q + here)] += pattern.n * inverse
    gradient = np.concatenate([np.tensordot(derivatives, slope, 2), mean_slope])
    return Point(float(value), gradient, information)


def maximise(structure: Structure, start: FloatArray, sample: Sample) -> Maximum:
    """Climb by Fisher scoring, by Newton's steps near the top, damped where a step would lead astray.

    Raises
    ------
    NotConvergedError
        When no maximum is reached in `MAXIMUM_STEPS` steps.
    NotIdentifiedError
        When the information is singular at the maximum.
    """
    parameters, damping, promised = start, 1e-2, np.inf
    point = evaluate(structure, parameters, sample)
    for step in range(MAXIMUM_STEPS):
        if point is None:
            break
        slope = point.information
        if promised < NEAR:
            slope = _where_positive(observed_information(structure, parameters, sample), slope)
        move = np.linalg.solve(slope + np.diag(damping * np.diag(point.information)), point.gradient)
        promised = float(point.gradient @ move)
        if promised < CONVERGED:
            _refuse_singular(point.information)
            return Maximum(parameters, point.log_likelihood, point.information, step)
        there = evaluate(structure, parameters + move, sample)
        if there is None or there.log_likelihood < point.log_likelihood:
            damping *= 4
            if damping > 1 / CONVERGED:
                break
            continue
        gained = (there.log_likelihood - point.log_likelihood) / promised
        damping *= 0.1 if gained > 0.25 else 3.0
        parameters, point = parameters + move, there
    raise NotConvergedError(
        f"the likelihood of {len(structure.names)} parameters found no maximum.",
        where="cross_lagged",
        remedy="Add organisations or waves, or hold the paths equal over time.",
    )


def observed_information(structure: Structure, parameters: FloatArray, sample: Sample) -> FloatArray:
    """Give minus the Hessian of the log likelihood (q + p, q + p)."""
    q = len(structure.names)
    sigma, derivatives = structure.implied(parameters[:q])
    means = parameters[q:]
    information, slope = np.zeros((len(parameters), len(parameters))), np.zeros_like(sigma)
    for pattern in sample.patterns:
        here = pattern.observed
        cells = np.ix_(here, here)
        inverse = np.linalg.inv(sigma[cells])
        gap = pattern.mean - means[here]
        seen = inverse @ (pattern.covariance + np.outer(gap, gap))
        slope[cells] += pattern.n / 2 * (seen @ inverse - inverse)
        turned = inverse @ derivatives[:, here[:, None], here]
        excess = turned @ (seen - np.eye(len(here)) / 2)
        information[:q, :q] += pattern.n * turned.reshape(q, -1) @ excess.transpose(0, 2, 1).reshape(q, -1).T
        crossed = pattern.n * turned @ (inverse @ gap)
        information[:q, q + here] += crossed
        information[q + here, :q] += crossed.T
        information[np.ix_(q + here, q + here)] += pattern.n * inverse
    information[:q, :q] -= structure.curvature(parameters[:q], slope)
    return np.asarray((information + information.T) / 2)


def scores(structure: Structure, parameters: FloatArray, sample: Sample) -> FloatArray:
    """Give each unit's gradient (n, q + p), pattern after pattern."""
    q = len(structure.names)
    sigma, derivatives = structure.implied(parameters[:q])
    rows = []
    for pattern in sample.patterns:
        here = pattern.observed
        inverse = np.linalg.inv(sigma[np.ix_(here, here)])
        turned = (pattern.values - parameters[q:][here]) @ inverse
        change = derivatives[:, here[:, None], here].reshape(q, -1)
        squares = (turned[:, :, None] * turned[:, None, :]).reshape(len(turned), -1)
        own = np.zeros((len(turned), len(parameters)))
        own[:, :q] = (squares @ change.T - change @ inverse.ravel()) / 2
        own[:, q + here] = turned
        rows.append(own)
    return np.concatenate(rows)


def _where_positive(matrix: FloatArray, otherwise: FloatArray) -> FloatArray:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return otherwise
    return matrix


def _refuse_singular(information: FloatArray) -> None:
    size = np.sqrt(np.diag(information))
    if size.min() <= 0 or np.linalg.eigvalsh(information / np.outer(size, size))[0] < IDENTIFIED:
        raise NotIdentifiedError(
            "several sets of parameters describe the data equally well.",
            where="cross_lagged",
            remedy="Add organisations or waves, or ask a model with fewer parameters.",
        )
