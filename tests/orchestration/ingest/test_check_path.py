"""Harm prevented: a file looks fine in the check and is refused in the run, or is changed by it."""

import json
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from contracts.profile import load_profiles
from orchestration.errors import UnreadableFile
from orchestration.ingest.tell.check_path import check_path, exit_code
from orchestration.ingest.tell.reports import to_json, to_text
from orchestration.settings import Settings
from tests.orchestration.ingest.typed_cells import workbook

KEYS = {
    "file",
    "status",
    "profile",
    "nearest_profile",
    "missing_columns",
    "encoding",
    "delimiter",
    "header_rows",
    "delivered",
    "accepted",
    "quarantined",
    "duplicate",
    "superseded",
    "deleted",
    "footer_rows",
    "reasons",
    "warnings",
}
OPPORTUNITY = (
    "id,account_id,amount,close_date,created_date,is_closed,is_deleted,is_won,probability,stage_name,type,lead_source,"
    "_fivetran_synced\n"
)


def _opportunity(key: str, probability: str = "100", is_deleted: str = "true") -> str:
    times = "2018-12-19 00:00:00,2018-12-19 19:51:13"
    return (
        f"{key},0015500000Xyy06AAB,5,{times},true,{is_deleted},true,{probability},s,,,2019-04-04 18:47:01\n"
    )


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_deleted_rows_are_accepted_and_impossible_ones_held_back(tmp_path: Path) -> None:
    rows = _opportunity("006q000000HddohAAB", "1000") + _opportunity("006q000000HddoiAAB")
    (tmp_path / "opportunity.csv").write_text(OPPORTUNITY + rows)
    before = _files(tmp_path)
    reports = check_path(tmp_path / "opportunity.csv")
    assert _files(tmp_path) == before
    report = reports[0]
    assert (report.profile, report.status) == ("salesforce_opportunity_api", "taken")
    assert (report.delivered, report.accepted, report.quarantined, report.deleted) == (2, 1, 1, 1)
    assert report.reasons == {"probability_share:in_range": 1}
    assert exit_code(reports) == 1


def test_an_unknown_file_names_the_nearest_profile_and_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "group.csv").write_text(
        "id,brand_id,created_at,updated_at,priority\n1,2,2021-01-19,2021-01-19,x\n"
    )
    (tmp_path / "history.csv").write_text(OPPORTUNITY.replace("_synced", "_start") + _opportunity("1"))
    group, history = reports = check_path(tmp_path)
    assert (group.profile, group.status, group.nearest_profile) == (None, "unknown", "zendesk_ticket_api")
    assert group.missing_columns == ["status", "via_channel"]
    assert (group.delivered, group.rows_in_file) == (0, 1)
    assert (history.profile, history.forbidden_columns) == (None, ["_fivetran_start"])
    assert "profile suggest" in to_text(reports)
    assert exit_code(reports) == 2


def test_a_cover_sheet_asks_which_sheet_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    book = workbook(path, [["Report of the month"]])
    book.create_sheet("Tickets").append(["id", "brand_id"])
    book.save(path)
    cover, *_ = check_path(path)
    assert cover.status == "unknown"
    assert "if another sheet of the workbook is meant, declare it (sheet)" in cover.problem


def test_a_legacy_survey_export_is_unknown_and_its_header_is_seen(tmp_path: Path) -> None:
    text = "V1,V2,Q1,LocationLatitude,\nResponseID,Name,A question?,LocationLatitude,\nR_1,Anonym,2,47.1,\n"
    (tmp_path / "legacy.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    report = check_path(tmp_path)[0]
    assert (report.encoding, report.header_rows, report.rows_in_file) == ("utf-8-sig", 2, 1)
    assert (report.profile, report.status) == (None, "unknown")
    assert report.nearest_profile in load_profiles()


def test_a_survey_that_lost_its_header_rows_is_not_taken(exports: Any) -> None:
    lines = exports.survey("w.csv", [{}]).read_text().splitlines(keepends=True)
    path = exports.put("exports/qualtrics/w.csv", lines[0] + lines[-1])
    reports = check_path(path)
    assert (reports[0].status, exit_code(reports)) == ("unreadable", 2)
    assert "3 header rows" in reports[0].problem


def test_files_of_a_folder_are_compared_with_each_other(exports: Any) -> None:
    path = exports.tickets("a.csv", [{"id": "1"}, {"id": "2"}], footer="Grand Total\n")
    exports.put("exports/zendesk/a_again.csv", path.read_bytes())
    exports.tickets(
        "b.csv", [{"id": "1"}, {"id": "2", "updated_at": "2024-07-01 00:00:00", "priority": "low"}]
    )
    reports = {report.file: report for report in check_path(exports.home / "exports" / "zendesk")}
    assert (reports["a.csv"].accepted, reports["a.csv"].superseded, reports["a.csv"].footer_rows) == (1, 1, 1)
    assert (reports["a_again.csv"].status, reports["a_again.csv"].duplicate) == ("redelivery", 2)
    assert (reports["b.csv"].accepted, reports["b.csv"].duplicate) == (1, 1)
    assert exit_code(list(reports.values())) == 0


def test_a_home_is_checked_as_it_would_be_run(exports: Any) -> None:
    text = exports.tickets("a.csv", [{"id": "1"}]).read_text().replace(",", ";")
    exports.put("exports/zendesk/a.csv", text.encode("utf-16"))
    exports.run()
    before = exports.digest("")
    found = {report.file: report for report in check_path(exports.home, exports.settings)}
    assert exports.digest("") == before
    assert set(found) == {"exports/zendesk/a.csv", "reference/crosswalk.csv", "reference/organizations.csv"}
    assert (found["exports/zendesk/a.csv"].encoding, found["exports/zendesk/a.csv"].delimiter) == (
        "utf-16",
        ";",
    )
    source = {"system": "zendesk", "pattern": "zendesk/*.csv", "encoding": "ascii"}
    declared = Settings.model_validate({"sources": [source]})
    assert check_path(exports.home / "exports" / "zendesk", declared)[0].status == "unreadable"


def test_what_is_withdrawn_counts_in_a_check_as_little_as_in_a_run(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}, {"id": "2", "created_at": "never"}])
    exports.tickets(
        "b.csv", [{"id": "1", "priority": "low"}, {"id": "2", "updated_at": "2024-06-01 08:00:00"}]
    )
    names = ("exports/zendesk/b.csv", "exports/gone.csv")
    settings = exports.settings.model_copy(update={"withdrawn": names})
    found = {report.file: report for report in check_path(exports.home, settings)}
    a, b = found["exports/zendesk/a.csv"], found["exports/zendesk/b.csv"]
    assert (a.accepted, a.quarantined, a.superseded) == (1, 1, 0)
    assert (b.status, b.delivered) == ("withdrawn", 0)
    assert any("withdrawn in maturity.yaml" in note for note in b.warnings)
    (alone,) = check_path(exports.home / "exports" / "zendesk" / "b.csv", settings)
    assert alone.status == "withdrawn"


def test_json_and_words_tell_the_same(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}, {"id": "2", "created_at": "never"}])
    reports = check_path(exports.home)
    told = json.loads(to_json(reports))["files"]
    assert all(set(one) >= KEYS for one in told)
    words = to_text(reports)
    assert "2 delivered, 1 accepted, 1 quarantined" in words
    assert "1 x created_at:timestamp" in words
    assert words.splitlines()[-1].startswith("3 of 3 files can be taken: ")


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="check the path"):
        check_path(tmp_path / "nowhere")
    with pytest.raises(UnreadableFile, match="no file in this folder"):
        check_path(tmp_path)


def test_a_refused_row_is_named_by_line_with_its_rule_and_the_next_step(exports: Any) -> None:
    path = exports.tickets("a.csv", [{"id": "1"}, {"id": "2", "created_at": "never"}])
    path.write_text(path.read_text() + "too,few\n")
    report = check_path(path)[0]
    assert report.lines == {"created_at:timestamp": [3], "row:wrong_number_of_fields": [4]}
    assert "no date and time" in report.remedies["created_at:timestamp"]
    assert "more or fewer fields" in report.remedies["row:wrong_number_of_fields"]
    words = to_text([report])
    assert "1 x created_at:timestamp, line 3: Text that is no date and time" in words
    told = {one["source_line"]: one for one in report.violations}
    assert (told[3]["rule"], told[3]["column"], told[3]["value"]) == (
        "created_at:timestamp",
        "created_at",
        "created_at: never",
    )
    assert "Found: created_at: never" in words


def test_every_part_of_an_archive_and_a_workbook_has_its_own_report(exports: Any) -> None:
    path = exports.tickets("a.csv", [{"id": "1"}])
    with zipfile.ZipFile(exports.home / "exports" / "b.zip", "w") as archive:
        archive.writestr("t.csv", path.read_text().replace("\n1,", "\n2,"))
        archive.writestr("x.zip", b"PK\x05\x06" + bytes(18))
    found = {report.file: report for report in check_path(exports.home / "exports")}
    assert set(found) == {"zendesk/a.csv", "b.zip!t.csv", "b.zip!x.zip"}
    assert (found["b.zip!t.csv"].accepted, found["b.zip!x.zip"].status) == (1, "unreadable")
    assert "archive lies inside an archive" in found["b.zip!x.zip"].problem


def test_a_home_s_own_profiles_count_in_the_check(exports: Any) -> None:
    own = (files("contracts") / "profiles" / "zendesk_ticket_api.yaml").read_text()
    exports.put(
        "profiles/own_ticket.yaml",
        own.replace("zendesk_ticket_api", "own_ticket").replace("via_channel", "door"),
    )
    text = exports.tickets("a.csv", [{"id": "1"}]).read_text().replace("via_channel", "door")
    exports.put("exports/zendesk/a.csv", text)
    exports.put("maturity.yaml", "reporting_currency: EUR\n")
    assert check_path(exports.home / "exports" / "zendesk" / "a.csv")[0].profile == "own_ticket"
