"""A changed item, cut-off or code would silently move every score and every comparison with the past."""

from __future__ import annotations

from pathlib import Path

import pytest

import contracts.instrument
from contracts.instrument import load_instrument, parse_instrument

TEXT = Path(contracts.instrument.__file__).with_name("instrument.yaml").read_text(encoding="utf-8")
SIZES = {"LS": 5, "OR": 5, "DT": 5, "DR": 4, "ST": 5, "EA": 5, "OV": 4, "RA": 4}


def test_items_and_dimensions_are_those_of_version_1() -> None:
    instrument = load_instrument()
    codes = [f"{prefix}{number}" for prefix, size in SIZES.items() for number in range(1, size + 1)]
    assert instrument.version == "1"
    assert [item.code for item in instrument.items] == codes
    assert [item.code for item in instrument.items if item.is_reversed] == ["OR5", "DT5", "OV4"]
    assert {d.code: d.kind for d in instrument.dimensions} == {
        "leadership_strategy": "structural",
        "organisation_roles": "structural",
        "data_tools": "structural",
        "departmental_reach": "structural",
        "skills_training": "personal",
        "employee_advocacy": "personal",
        "openness_values": "cultural",
        "relationships_audiences": "cultural",
    }
    assert instrument.channels == ("facebook", "twitter", "linkedin", "youtube")
    assert len(instrument.practices) == 7


@pytest.mark.parametrize(
    ("index", "stage"),
    [(0, 1), (19.999, 1), (20, 2), (40, 3), (59.9, 3), (60, 4), (80, 5), (100, 5)],
)
def test_stages_begin_at_their_cut_off(index: float, stage: int) -> None:
    assert load_instrument().stage_of(index).number == stage


@pytest.mark.parametrize("index", [-0.1, 100.1, float("nan")])
def test_no_stage_outside_the_scale(index: float) -> None:
    with pytest.raises(ValueError, match=r"outside 0\.\.100"):
        load_instrument().stage_of(index)


def test_every_text_stands_in_both_languages_and_names_its_study() -> None:
    instrument = load_instrument()
    for item in instrument.items:
        assert item.text_en != item.text_nl
        assert len(set(item.anchors_en)) == len(set(item.anchors_nl)) == 5
        assert item.source in ("insites_smis", "hootsuite_altimeter")
    assert len({item.text_en for item in instrument.items}) == 37
    assert len({item.text_nl for item in instrument.items}) == 37
    assert {f.code for f in instrument.findings} >= {item.finding for item in instrument.items}


def test_reversed_items_have_anchors_of_their_own() -> None:
    instrument = load_instrument()
    usual = {i.dimension: i.anchors_en for i in instrument.items if not i.is_reversed}
    for item in instrument.items:
        assert (item.anchors_en != usual[item.dimension]) == item.is_reversed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("code: LS2,", "code: LS1,"),
        ("code: LS2,", "code: OR2,"),
        ("kind: cultural", "kind: technical"),
        ("number: 3, code: pilot, lower: 40", "number: 3, code: pilot, lower: 10"),
        ("minimum_raters: 3", "minimum_raters: 0"),
        ("source: audiences", "source: hearsay"),
        ("{level: 4,", "{level: 5,"),
        ("      - Nobody at the top has spoken about it.\n", ""),
        ('version: "1"', 'version: "1"\nsurprise: 1'),
        ("findings:\n", "finding:\n"),
    ],
)
def test_a_broken_instrument_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(ValueError, match=r"."):
        parse_instrument(TEXT.replace(old, new))
