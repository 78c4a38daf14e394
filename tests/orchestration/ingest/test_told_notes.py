"""If these fail, days and numbers are read by what a file proves, and nobody is told that it was so."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from orchestration import telling
from orchestration.cli import cli
from orchestration.ingest.tell.told_notes import gathered, idle_declarations, notes_of
from orchestration.progress import Progress
from tests.our_desk import DEFAULTS, our_desk

DESK = our_desk(
    "Ticket, Opened, Score", **DEFAULTS, first_response_minutes="{from: Score}", status="{default: open}"
)
ORDER = "the file proves that in its dates the day comes first; declare date_order: dmy to fix it"
DECIMAL = "the file proves that its decimal sign is the comma; declare the locale to fix it"
ZONE = "no zone is declared: times without an offset are read as UTC"
PLAIN = "Ticket,Opened,Score\nT9,2024-05-13 08:00:00,5\n"
PROVING = 'Ticket,Opened,Score\nT1,13/05/2024 08:00,"1,25"\nT2,05/06/2024 09:00,2\n'


@pytest.fixture
def desk(exports: Any) -> Any:
    exports.references()
    exports.put("maturity.yaml", "is_simulated: true\n")
    exports.put("profiles/our_desk.yaml", DESK)
    exports.put("exports/desk/plain.csv", PLAIN)
    exports.put("exports/desk/proving.csv", PROVING)
    return exports


def test_check_tells_what_each_file_proves(desk: Any) -> None:
    said = CliRunner().invoke(cli, ["check", str(desk.home), "--json"]).output
    told = {report["file"]: report["warnings"] for report in json.loads(said)["files"]}
    assert told["exports/desk/proving.csv"] == [ZONE, ORDER, DECIMAL]
    assert told["exports/desk/plain.csv"] == [ZONE]
    assert f"note       {ORDER}" in CliRunner().invoke(cli, ["check", str(desk.home)]).output


@pytest.mark.parametrize(
    ("patterns", "idle"),
    [
        (["desk/*"], []),
        (["desk/plain*", "desk/*"], []),
        (["desk/*", "desk/plain*"], ["desk/plain*"]),
        (["x"], ["x"]),
    ],
)
def test_a_declaration_that_fits_no_file_is_told(desk: Any, patterns: list[str], idle: list[str]) -> None:
    sources = [{"system": "our_desk", "pattern": pattern} for pattern in patterns]
    desk.settings = type(desk.settings).model_validate({"is_simulated": True, "sources": sources})
    desk.receive()
    said = idle_declarations(desk.home, desk.settings)
    assert [sentence.split("pattern ")[1].split(" ")[0] for sentence in said] == idle


def test_a_trial_of_a_profile_tells_it(desk: Any) -> None:
    file = str(desk.home / "exports/desk/proving.csv")
    said = CliRunner().invoke(cli, ["profile", "test", file]).output
    assert [line for line in said.splitlines() if line.startswith("note: ")] == [
        f"note: {note}" for note in (ZONE, ORDER, DECIMAL)
    ]


def test_a_run_tells_it_and_the_manifest_keeps_it(desk: Any, capsys: pytest.CaptureFixture[str]) -> None:
    desk.run()
    entries = json.loads((desk.home / "accepted/manifest.json").read_text())
    kept = {entry["file"]: entry["notes"] for entry in entries}
    assert kept["exports/desk/proving.csv"] == [ZONE, ORDER, DECIMAL]
    report: Any = SimpleNamespace(
        is_success=True, run_id="r", seconds=1.0, failed_checks=[], blocked_by=[], errors=[], materialised=[]
    )
    telling.told(desk.home, report, Progress(stream=None), as_json=False)
    said = capsys.readouterr().out
    assert f"Note: exports/desk/proving.csv and 1 more file: {ZONE}\n" in said
    assert f"Note: exports/desk/proving.csv: {ORDER}\n" in said
    telling.told(desk.home, report, Progress(stream=None), as_json=True)
    assert {"text": ORDER, "files": ["exports/desk/proving.csv"]} in json.loads(capsys.readouterr().out)[
        "notes"
    ]


def test_a_crosswalk_to_an_organisation_that_nobody_describes_is_told(exports: Any) -> None:
    exports.references()
    exports.put(
        "reference/crosswalk.csv",
        "source_system,unit_key_type,unit_key,organization_id,valid_from,valid_to\n"
        "zendesk,brand,B1,org-B9,2020-01-01,\n",
    )
    exports.tickets("a.csv", [{"id": "1"}])
    exports.run()
    (note,) = notes_of(exports.home)
    assert note.text == "organisations of the crosswalk that are not in organizations.csv: 1 (org-B9)"
    assert note.files == ["reference/crosswalk.csv"]


def test_a_survey_tells_of_its_own_file(exports: Any) -> None:
    exports.references()
    exports.survey("wave.csv", [{}])
    exports.survey("more.csv", [{"ResponseId": "R_2"}])
    exports.run()
    (note,) = notes_of(exports.home)
    assert note.text.startswith("items of the instrument that the file lacks: ")
    assert note.files == ["exports/qualtrics/more.csv", "exports/qualtrics/wave.csv"]


def test_notes_are_gathered_newest_file_first() -> None:
    notes = gathered([("a", ["x", "y"]), ("b", ["z"]), ("c", ["x"]), ("d", ["x"])])
    assert [(note.text, note.files) for note in notes] == [("x", ["a", "c", "d"]), ("z", ["b"]), ("y", ["a"])]
    assert [note.words for note in notes] == ["d and 2 more files: x", "b: z", "a: y"]
