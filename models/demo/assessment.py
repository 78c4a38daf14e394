"""What respondents answer in each wave: item levels, practices, channels; no file shape here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from contracts.instrument import Instrument
from models.demo.aliases import Booleans, Floats, Integers
from models.demo.organizations import quota, standardise
from models.demo.spec import generator
from models.demo.world import LatentWorld

RATERS = (3, 9)
RATER_BIAS_SD = 4.0
# A sponsor picks a panel around the middle: most of the panel's common error is taken out, so that the
# observed index is attenuated by less than 3 % (measured in tests/models/demo).
PANEL_CENTRING = 0.6
DIMENSION_OFFSET_SD = 3.0
UNANSWERED_SHARE = 0.03
FLIP_SHARE = 0.04
MATURE_FROM = 60.0
ADOPTION_GROWTH_PER_WAVE = 0.005
# Published: insites_smis 2011-12, rows all/all.
ADOPTION = {"facebook": 0.68, "twitter": 0.56, "linkedin": 0.47, "youtube": 0.43}
# Mature and less mature; the first three stand for the published ratios above 2, about 2 and 5, the last
# for 1.4.
PRACTICES = {
    "social_in_customer_service": (0.62, 0.28),
    "social_in_recruiting": (0.50, 0.25),
    "executive_sponsor": (0.50, 0.10),
    "steering_committee": (0.45, 0.20),
    "social_in_sales": (0.55, 0.30),
    "social_in_product_development": (0.35, 0.20),
    "social_differentiates_brand": (0.70, 0.50),
}
# Came after the others, last in the instrument; each has a stream of its own, so that nothing else moves.
LATER_PRACTICES = ("social_differentiates_brand",)


@dataclass(frozen=True, slots=True)
class Answers:
    """All responses of all waves, one row per response.

    Attributes
    ----------
    organization, wave : int64 of shape (responses,), positions
    levels : int64 of shape (responses, items), 0 to 4 and -1 for unanswered, in the instrument's order
    practices : bool of shape (responses, practices);  channels : bool of shape (responses, channels)
    practices_true, channels_true : bool of shape (organizations, waves, practices or channels)
    """

    organization: Integers
    wave: Integers
    levels: Integers
    practices: Booleans
    channels: Booleans
    practices_true: Booleans
    channels_true: Booleans


def draw_answers(world: LatentWorld, instrument: Instrument) -> Answers:
    """Let 3 to 9 respondents per organisation and wave fill in the instrument."""
    rng = generator(world.spec, "assessment")
    n, waves = world.maturity.shape
    n_raters = rng.integers(RATERS[0], RATERS[1] + 1, (n, waves))
    cell = np.repeat(np.arange(n * waves), n_raters.ravel())
    organization, wave = np.divmod(cell, waves)
    first = tuple(code for code in instrument.practices if code not in LATER_PRACTICES)
    practices = _practices(rng, world, first)
    channels = _channels(rng, world, instrument.channels)
    levels = _levels(rng, world, instrument, cell)
    in_place, said = [practices], [_flip(rng, practices[organization, wave])]
    for code in instrument.practices[len(first) :]:
        own = generator(world.spec, f"practice-{code}")
        in_place.append(_practices(own, world, (code,)))
        said.append(_flip(own, in_place[-1][organization, wave]))
    return Answers(
        organization=organization,
        wave=wave,
        levels=levels,
        practices=np.concatenate(said, axis=1),
        channels=_flip(rng, channels[organization, wave]),
        practices_true=np.concatenate(in_place, axis=2),
        channels_true=channels,
    )


def _levels(
    rng: np.random.Generator,
    world: LatentWorld,
    instrument: Instrument,
    cell: Integers,
) -> Integers:
    """Round the latent position of each item at random to a level; the expectation stays linear."""
    x = world.maturity.ravel()[cell]
    # Opinions differ most in the middle; so the ends of the scale clip almost nothing.
    spread = np.sqrt(4 * x / 100 * (1 - x / 100))
    bias = rng.normal(0.0, RATER_BIAS_SD, len(x))
    panel_mean = (np.bincount(cell, bias) / np.bincount(cell))[cell]
    bias -= PANEL_CENTRING * panel_mean
    offsets = _dimension_offsets(rng, instrument, len(world.maturity))
    dimension_of = {dimension.code: d for d, dimension in enumerate(instrument.dimensions)}
    column = np.array([dimension_of[item.dimension] for item in instrument.items])
    latent = x[:, None] + spread[:, None] * (
        bias[:, None] + offsets[cell // world.maturity.shape[1]][:, column]
    )
    levels = np.floor(latent / 25 + rng.random(latent.shape)).astype(np.int64).clip(0, 4)
    is_reversed = np.array([item.is_reversed for item in instrument.items])
    levels = np.where(is_reversed, 4 - levels, levels)
    return np.where(rng.random(latent.shape) < UNANSWERED_SHARE, -1, levels)


def _dimension_offsets(rng: np.random.Generator, instrument: Instrument, n: int) -> Floats:
    """Draw strengths and weaknesses of organisations that cancel out within each kind of change."""
    offsets = rng.normal(0.0, DIMENSION_OFFSET_SD, (n, len(instrument.dimensions)))
    kinds = np.array([dimension.kind for dimension in instrument.dimensions])
    for kind in np.unique(kinds):
        offsets[:, kinds == kind] -= offsets[:, kinds == kind].mean(axis=1, keepdims=True)
    return offsets


def _practices(rng: np.random.Generator, world: LatentWorld, codes: tuple[str, ...]) -> Booleans:
    """Decide which practices are in place; shares in the first wave are as stated, by quota."""
    mature = world.maturity >= MATURE_FROM
    truth = np.zeros((*mature.shape, len(codes)), dtype=bool)
    for p, code in enumerate(codes):
        high, low = PRACTICES[code]
        readiness = np.empty(len(mature))
        for group in (True, False):
            members = np.flatnonzero(mature[:, 0] == group)
            ranks = rng.permutation(len(members)) + 0.5
            readiness[members] = ranks / max(len(members), 1)
        truth[:, :, p] = readiness[:, None] < np.where(mature, high, low)
    return truth


def _channels(rng: np.random.Generator, world: LatentWorld, codes: tuple[str, ...]) -> Booleans:
    """Decide which channels are active: the published share first, a little more in each later wave."""
    orgs = world.organizations
    n, waves = world.maturity.shape
    truth = np.zeros((n, waves, len(codes)), dtype=bool)
    consumer = np.where(orgs.customer_type == "b2c", 1.0, 0.0)
    for c, code in enumerate(codes):
        # Weakly related to maturity on purpose: accounts are the easy part.
        lean = 0.3 * standardise(orgs.maturity) + (0.4 * consumer if code == "facebook" else 0.0)
        rank = np.argsort(np.argsort(-(lean + rng.standard_normal(n)), kind="stable"), kind="stable")
        for wave in range(waves):
            share = min(ADOPTION[code] + ADOPTION_GROWTH_PER_WAVE * wave, 1.0)
            truth[:, wave, c] = rank < quota(np.array([share, 1 - share]), n)[0]
    return truth


def _flip(rng: np.random.Generator, truth: Booleans) -> Booleans:
    return truth ^ (rng.random(truth.shape) < FLIP_SHARE)
