"""Without these a figure goes out without its watermark, shows a withheld effect, or changes each run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from facts_fixture import make_facts, small_facts, tables

from models.charts import Figures, build_figures
from models.charts_svg import Figure
from models.formats import LANGUAGES, NBSP, NUMBER, Language, traceable_numbers

MARKS = {"en": "SIMULATED DATA", "nl": "GESIMULEERDE GEGEVENS"}
AXIS = re.compile(r'<g class="mark-text role-axis-label".*?</g>', re.S)


def all_figures(figures: Figures) -> list[Figure]:
    others = (figures.stages, figures.contrasts, figures.adoption, figures.kpis, figures.coverage)
    return [*figures.coefficients, *figures.benchmarks, *(figure for figure in others if figure is not None)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_simulated_data_is_watermarked(language: Language) -> None:
    figures = all_figures(build_figures(make_facts(), language))
    assert len(figures) == 10
    assert all(MARKS[language] in figure.svg for figure in figures)


def test_real_data_has_no_watermark() -> None:
    figures = all_figures(build_figures(make_facts(is_simulated=False), "en"))
    assert not any("watermark" in figure.svg for figure in figures)


def test_figures_are_named_described_and_reach_for_nothing() -> None:
    figures = all_figures(build_figures(make_facts(), "en"))
    ids = [found for figure in figures for found in re.findall(r'\bid="([^"]+)"', figure.svg)]
    assert len(ids) == len(set(ids))
    for figure in figures:
        assert re.search(r"<title id=[^>]+>[^<]{10,}</title><desc id=[^>]+>[^<]{30,}</desc>", figure.svg)
        assert "http" not in figure.svg
        assert "href" not in figure.svg
        assert "undefined" not in figure.svg
        assert all(len(row) == len(figure.header) for row in figure.rows)
        assert figure.rows


def test_same_facts_same_bytes_whatever_was_drawn_before() -> None:
    first = build_figures(make_facts(), "en")
    build_figures(small_facts(), "nl")
    assert build_figures(make_facts(), "en") == first
    code = (
        "import hashlib, facts_fixture as f; from models.charts import build_figures as b;"
        "r = repr(b(f.make_facts(), 'en')).encode(); import sys;"
        "sys.stdout.write(hashlib.sha256(r).hexdigest())"
    )
    here = Path(__file__).parent
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": f"{here}:{here.parents[1]}", "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_in_a_figure_stands_in_the_facts(language: Language) -> None:
    facts = make_facts()
    allowed = traceable_numbers(facts, language)
    for figure in all_figures(build_figures(facts, language)):
        shown = re.sub(r"<[^>]+>", " ", AXIS.sub("", figure.svg)) + " ".join(map(" ".join, figure.rows))
        strangers = set(NUMBER.findall(shown)) - allowed
        assert not strangers, (figure.name, strangers)


def test_coefficients_show_the_three_readings_in_their_own_units() -> None:
    csat, revenue = build_figures(make_facts(), "en").coefficients
    assert [row[1] for row in csat.rows][2] == "1.8 percentage points"
    assert [row[1] for row in revenue.rows][2] == f"3.0{NBSP}%"
    assert [row[0].split(":")[0].split(" ")[0] for row in csat.rows] == ["Unadjusted", "Adjusted", "Within"]


def test_points_and_intervals_stand_where_their_figures_are() -> None:
    facts = make_facts()
    said = {row["model"]: row for row in facts["effects"] if row["outcome"] == "csat_share"}
    svg = build_figures(facts, "en").coefficients[0].svg
    [labels] = AXIS.findall(svg)[:1]
    per_point = float(re.search(r"translate\(([\d.]+),16\)[^>]*>1<", labels)[1])
    [layer] = re.findall(r'<g class="mark-symbol role-mark layer_2_marks">(.*?)</g>', svg)
    at = [float(x) / per_point for x in re.findall(r"translate\(([\d.]+),", layer)]
    assert at == pytest.approx([100 * said[model]["estimate"] for model in ("naive", "M1", "M2")], abs=0.01)
    [layer] = re.findall(r'<g class="mark-rule role-mark layer_1_marks">(.*?)</g>', svg)
    ends = [float(x) / per_point for x in re.findall(r"translate\(([\d.]+),", layer)]
    assert ends == pytest.approx([100 * said[model]["low"] for model in ("naive", "M1", "M2")], abs=0.01)


def test_a_withheld_claim_has_no_figure() -> None:
    claims = tables()["claims"]
    claims.loc[claims["outcome"] == "log_revenue", ["grade", "withheld"]] = ["D", True]
    figures = build_figures(make_facts(claims=claims), "en").coefficients
    assert [figure.name for figure in figures] == ["effect_csat_share"]


def test_suppressed_groups_have_no_figure() -> None:
    figures = build_figures(small_facts(), "en")
    assert figures.coefficients == ()
    assert (figures.stages, figures.contrasts, figures.adoption) == (None, None, None)


def test_hostile_names_are_escaped() -> None:
    contrasts = tables()["contrasts"]
    contrasts.loc[0, "practice_code"] = "<script>alert()</script>"
    figure = build_figures(make_facts(contrasts=contrasts), "en").contrasts
    assert figure is not None
    assert "<script" not in figure.svg
