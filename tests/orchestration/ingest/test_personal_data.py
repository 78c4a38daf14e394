"""Harm prevented: a customer's or colleague's name, address or number lies in a table that analysts open."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from orchestration.errors import MissingKey
from orchestration.ingest.gate.accept import accept
from orchestration.ingest.land.deliveries import manifest_of, receive
from orchestration.ingest.tell.check_path import check_path
from orchestration.ingest.tell.reports import to_json, to_text
from tests.orchestration.ingest.conftest import TICKET
from tests.people import texts

QUIRINA = ("Quirina", "quirina", "Vandersmissen", "203.0.113.77")
NUMBER = "wkr-4711-quirina"


@pytest.fixture
def full(exports: Any) -> Any:
    """Good, refused, malformed and unknown rows, all with a person in them."""
    person = {"requester_name": "Quirina Vandersmissen"}
    text = exports.tickets(
        "a.csv", [{"id": "1", **person}, {"id": "2", "created_at": "x", **person}]
    ).read_text()
    exports.put("exports/zendesk/a.csv", text + '3,Quirina Vandersmissen,203.0.113.77\n4,5"Quirina"\n')
    exports.survey("w.csv", [{}, {"ResponseId": "R_2", "Status": "1"}, {"ResponseId": "R_3", "LS1": "77"}])
    exports.workers(
        "h.csv", [f"{NUMBER},QVandersmissen,2020-01-01,,,,{rescinded},B1," for rescinded in ("false", "true")]
    )
    exports.put("exports/other/people.csv", "name,mail\nQuirina Vandersmissen,quirina.v@example.org\n")
    return exports


def test_no_person_is_in_landing_accepted_quarantine_or_receipts(full: Any) -> None:
    full.run()
    for folder in ("landing", "accepted", "quarantine", "tmp"):
        for path, text in texts(full.home / folder):
            assert not [name for name in (*QUIRINA, NUMBER) if name in text], path


def test_only_a_home_that_says_so_keeps_the_number_of_a_person_and_only_in_landing(full: Any) -> None:
    full.settings = full.settings.model_copy(update={"store_personal": True})
    full.run()
    landed = "".join(text for _, text in texts(full.home / "landing"))
    assert NUMBER in landed
    assert not [name for name in QUIRINA if name in landed.replace(NUMBER, "")], "names never land"
    for folder in ("accepted", "quarantine"):
        for path, text in texts(full.home / folder):
            assert not [name for name in (*QUIRINA, NUMBER) if name in text], path


@pytest.mark.parametrize(
    "footer",
    ["Total by Quirina Vandersmissen 5/13/2024", f"Total,{NUMBER}", f"Total {NUMBER}", "Total,,Quirina 2024"],
)
def test_a_line_below_the_rows_that_names_a_person_leaves_no_name(exports: Any, footer: str) -> None:
    exports.tickets("a.csv", [{"id": "1"}], footer=f"{footer}\n")
    header = "started_on,person_id,ended_on,worker_type,unit_key"
    exports.put("exports/hr/a.csv", f"{header}\n2020-01-01,4711,,employee,B1\n{footer}\n")
    exports.run()
    for path, text in texts(exports.home / "landing"):
        assert not [name for name in (*QUIRINA, NUMBER) if name in text], path


def test_labels_of_codes_land_only_where_they_are_read(exports: Any) -> None:
    path = exports.put("exports/spss/s.sav", b"")
    pyreadstat.write_sav(
        pd.DataFrame({"response_id": [1.0], "submitted_at": ["2024-05-01 08:00:00"], "LS1": [4.0]}),
        str(path),
        variable_value_labels={"response_id": {1.0: "Quirina Vandersmissen"}, "LS1": {4.0: "Fully"}},
    )
    [delivery] = [one for one in exports.receive() if one.file == "exports/spss/s.sav"]
    assert manifest_of(exports.home, delivery.delivery_id)["value_labels"] == {"LS1": {"4": "Fully"}}


def test_a_document_that_has_persons_for_its_keys_is_refused_without_them(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}])
    exports.put(
        "exports/other/k.json", '{"Quirina Vandersmissen": [{"a": 1}], "quirina.v@example.org": [{"a": 1}]}'
    )
    [problem] = [one.problem for one in exports.receive() if one.file == "exports/other/k.json"]
    assert "2 arrays of objects" in problem
    assert not [name for name in QUIRINA if name in problem]


def test_keys_of_an_object_that_are_persons_land_nowhere(exports: Any) -> None:
    ticket = {
        **TICKET,
        "via": {"channel": "email", "Quirina": {"203.0.113.77": 1}},
        "watch": {"quirina.v": {"a": 1}},
    }
    exports.put("exports/zendesk/t.json", json.dumps([{**ticket, "satisfaction_rating": {"score": "good"}}]))
    exports.run()
    assert exports.entity("tickets")["channel"].tolist() == ["email"]
    for path, text in texts(exports.home / "landing"):
        assert not [name for name in QUIRINA if name in text], path


def test_person_numbers_that_landed_before_are_told_until_they_are_hashed(exports: Any) -> None:
    exports.settings = exports.settings.model_copy(update={"store_personal": True})
    first = exports.workers("1.csv", [f"{NUMBER},u,2020-01-01,,,,false,B1,2024-01-01 00:00:00"])
    delivered = first.read_bytes()
    assert not [note for said in exports.run().notes.values() for note in said if "person numbers" in note]
    first.unlink()
    exports.workers("2.csv", ["wkr-2,u,2020-01-01,,,,false,B1,2024-01-01 00:00:00"])
    exports.settings = exports.settings.model_copy(update={"store_personal": False})
    told = [note for said in exports.run().notes.values() for note in said if "person numbers" in note]
    assert len(told) == 1
    first.write_bytes(delivered)
    assert not [note for said in exports.run().notes.values() for note in said if "person numbers" in note]
    assert not [path for path, text in texts(exports.home / "landing") if NUMBER in text]


def test_no_person_is_in_what_the_check_or_an_error_says(
    full: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = check_path(full.home)
    said = to_json(reports) + to_text(reports) + "".join(capsys.readouterr())
    assert not [name for name in (*QUIRINA, NUMBER) if name in said]


def test_the_search_itself_would_find_a_person(tmp_path: Path) -> None:
    pd.DataFrame({"name": ["Quirina"] * 9}).to_parquet(tmp_path / "x.parquet", compression="zstd")
    (tmp_path / "y.json").write_bytes(b"\xff\xfe" + b"Quirina")
    assert all("Quirina" in text for _, text in texts(tmp_path))


def _with_key(exports: Any, key: str) -> None:
    receive(exports.home, exports.settings, pseudonym_key=key)
    accept(exports.home, exports.settings, pseudonym_key=key)


def test_another_secret_than_that_of_earlier_files_stops_until_they_are_there_again(exports: Any) -> None:
    """A worker who left would be somebody else than the one who was hired."""
    first = exports.workers("1.csv", [f"{NUMBER},u,2020-01-01,,,,false,B1,2024-01-01 00:00:00"])
    delivered = first.read_bytes()
    _with_key(exports, "a first secret of some length")
    first.unlink()
    exports.workers("2.csv", [f"{NUMBER},u,2020-01-01,2024-05-01,true,,false,B1,2024-06-01 00:00:00"])
    with pytest.raises(MissingKey, match=r"not the one that exports/workday/1\.csv came in under"):
        _with_key(exports, "another secret of some length")
    first.write_bytes(delivered)
    _with_key(exports, "another secret of some length")
    assert exports.entity("employment_spells")["person_key"].nunique() == 1
