"""If these fail, a corrected row is read in another way than its file, or other rows change with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.ingest.gate import corrections, quarantine
from orchestration.ingest.tell.violations import violations
from tests.orchestration.ingest.given_back import corrected, told

SURVEY = "id,person,survey_type,score,created_at,updated_at,person_properties_company"


def one_refused(exports: Any, rows: list[str]) -> Path:
    """Deliver responses of which one is refused; the file to correct it in."""
    exports.put("maturity.yaml", "is_simulated: true\n")
    exports.put("exports/delighted/responses.csv", "\n".join([SURVEY, *rows, ""]))
    exports.run()
    path: Path = exports.home.parent / "refused.csv"
    assert corrections.export(exports.home, path, quarantine.read(exports.home / "quarantine")) == 1
    return path


def test_what_a_profile_makes_by_sql_is_made_of_the_corrected_text(exports: Any) -> None:
    rows = ["s1,p1,nps,10,1714550400,1714550400,B1", "s2,p2,npss,9,1714550400,1714550400,B1"]
    path = one_refused(exports, rows)
    said = told(exports.home, "replay", str(corrected(path, "3", survey_type="nps")), "--json")
    assert json.loads(said.output)["held_back"] == 0
    after = exports.entity("survey_responses").sort_values("response_key", ignore_index=True)
    assert after[["response_key", "score"]].astype("str").to_numpy().tolist() == [
        ["s1", "10.0"],
        ["s2", "9.0"],
    ]
    assert after["scale_max"].nunique() == 1


def test_what_a_profile_makes_is_made_of_a_line_that_was_written_anew(exports: Any) -> None:
    rows = ["s1,p1,nps,10,1714550400,1714550400,B1", "s2,p2,nps,9,1714550400,1714550400,B1,more"]
    path = one_refused(exports, rows)
    right = rows[1].removesuffix(",more")
    whole = dict(zip(SURVEY.split(","), right.split(","), strict=True))
    del whole["person"]
    said = told(exports.home, "replay", str(corrected(path, "3", **whole)), "--json")
    assert json.loads(said.output)["held_back"] == 0
    after = exports.entity("survey_responses").sort_values("response_key", ignore_index=True)
    assert after["response_key"].tolist() == ["s1", "s2"]
    assert after["scale_max"].nunique() == 1


def test_a_line_written_anew_counts_among_its_repeats_and_may_be_refused_again(exports: Any) -> None:
    exports.put("maturity.yaml", "is_simulated: true\nreporting_currency: EUR\n")
    header = "Day,Campaign,Currency code,Cost,Customer ID"
    rows = ["2024-05-01,c1,EUR,10.00,B1", "2024-05-01,c1,EUR,10.00,B1,more", "2024-05-01,c1,EUR,x,B1,more"]
    exports.put("exports/google_ads/spend.csv", "\n".join([header, *rows, ""]))
    exports.run()
    path = exports.home.parent / "refused.csv"
    assert corrections.export(exports.home, path, quarantine.read(exports.home / "quarantine")) == 2
    right = dict(zip(header.split(","), rows[0].split(","), strict=True))
    said = told(exports.home, "replay", str(corrected(path, "3", **right)), "--json")
    assert json.loads(said.output)["held_back"] == 1
    kept = exports.entity("marketing_spend")
    assert kept["amount"].astype("str").tolist() == ["10.00", "10.00"]
    assert kept["spend_key"].nunique() == 2
    assert corrections.export(exports.home, path, quarantine.read(exports.home / "quarantine")) == 1
    said = told(exports.home, "replay", str(corrected(path, "4", **right | {"Cost": "ten"})), "--json")
    assert json.loads(said.output)["held_back"] == 1
    (shown,) = violations(exports.home, quarantine.read(exports.home / "quarantine"))
    assert (shown.source_line, shown.value) == (4, "Cost: ten")


def test_a_mended_profile_takes_the_rows_it_was_mended_for(exports: Any) -> None:
    exports.put("maturity.yaml", "is_simulated: true\n")
    exports.tickets("tickets.csv", [{"id": "1"}, {"id": "2", "priority": "P1"}])
    exports.run()
    assert told(exports.home, "list").exit_code == 1
    from importlib.resources import files

    text = files("contracts").joinpath("profiles/zendesk_ticket_api.yaml").read_text(encoding="utf-8")
    mended = text.replace("priority: {from: priority}", "priority: {from: priority, values: {P1: urgent}}")
    assert mended != text
    exports.put("profiles/zendesk_ticket_api.yaml", mended)
    said = told(exports.home, "replay")
    assert said.exit_code == 0, said.output
    assert "1 of 1 row no longer held back; held back now: 0." in said.output
    assert exports.entity("tickets")["priority"].tolist() == ["normal", "urgent"]
    exports.put(
        "profiles/zendesk_ticket_api.yaml",
        mended.replace("reopens: {from: reopens}", "reopens: {from: status}"),
    )
    said = told(exports.home, "replay")
    assert "0 of 0 rows no longer held back; held back now: 2, 2 of them newly." in said.output


LEDGER = "entry_key,line_number,posted_on,account_code,account_class,amount,currency,unit_key"


@pytest.mark.parametrize(
    ("days", "held"),
    [(["5/31/2024", "6/1/2024", "soon"], [4]), (["5/1/2024", "6/1/2024", "soon"], [2, 3, 4])],
    ids=["proven", "not proven"],
)
def test_a_corrected_day_changes_no_other_row(exports: Any, days: list[str], held: list[int]) -> None:
    exports.put("maturity.yaml", "is_simulated: true\n")
    rows = [f"A{n},1,{day},8000,revenue,20.00,EUR,B1" for n, day in enumerate(days)]
    exports.put("exports/ledger.csv", "\n".join([LEDGER, *rows, ""]))
    exports.run()
    path = exports.home.parent / "refused.csv"
    corrections.export(exports.home, path, quarantine.read(exports.home / "quarantine"))
    told(exports.home, "replay", str(corrected(path, "4", posted_on="31-12-2024")))
    assert quarantine.read(exports.home / "quarantine")["source_line"].tolist() == held


def test_a_corrected_day_of_a_response_changes_no_other_response(exports: Any) -> None:
    exports.put("maturity.yaml", "is_simulated: true\n")
    days = [{"RecordedDate": "5/31/2024 10:20:01"}, {"ResponseId": "R_2", "RecordedDate": "soon"}]
    exports.survey("survey.csv", days)
    exports.run()
    before = exports.entity("assessment_answers")
    path = exports.home.parent / "refused.csv"
    corrections.export(exports.home, path, quarantine.read(exports.home / "quarantine"))
    told(exports.home, "replay", str(corrected(path, "5", RecordedDate="31-5-2024 10:20:01")))
    assert exports.entity("assessment_answers").equals(before)
    told(exports.home, "replay", str(corrected(path, "5", RecordedDate="5/30/2024 10:20:01")))
    assert len(exports.entity("assessment_answers")) == 2 * len(before)
