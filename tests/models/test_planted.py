"""Keeps the truth that other tests recover where the planting says that it is."""

import numpy as np
import pandas as pd

from models.planted import planted_panel
from models.planted_survey import SurveySpec, planted_survey, wave_name


def test_two_outcomes_take_the_whole_effect_and_the_others_half_of_it() -> None:
    frame = planted_panel(effect=0.3, noise=0.0, n_organizations=12, outcomes=("a", "b", "c", "d"))
    moved = {name: frame[f"{name}_lead_3m"].to_numpy() - 0.6 for name in "abcd"}
    np.testing.assert_allclose(moved["a"], 0.3 * frame["index_per_10"].to_numpy())
    for name, share in (("b", 1.0), ("c", 0.5), ("d", 0.5)):
        np.testing.assert_allclose(moved[name], share * moved["a"])


def test_answers_are_given_in_the_first_four_weeks_of_their_half_year() -> None:
    survey = planted_survey(SurveySpec(n_organizations=8, n_waves=4))
    at = pd.DatetimeIndex(survey.answered_at)
    halves = [wave_name(wave) for wave in survey.wave]
    assert [f"{day.year}-H{1 if day.month <= 6 else 2}" for day in at] == halves
    assert set(at.month) == {1, 7}
    assert at.day.max() <= 28
