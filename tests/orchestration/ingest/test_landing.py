"""Harm prevented: landing keeps a person, loses rows, or takes a changed header as if nothing happened."""

import gzip
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from contracts.profile import load_profiles
from contracts.pseudonym import keyed_hashes
from orchestration.errors import MissingKey
from orchestration.ingest.forms import excel
from orchestration.ingest.gate.accept import accept
from orchestration.ingest.land import intake, landing
from orchestration.ingest.land.deliveries import Delivery, manifest_of, receive
from orchestration.ingest.land.reading import reading_key
from orchestration.ingest.tell.samples import read_sample
from orchestration.ingest.tell.told_notes import notes_of
from orchestration.settings import DEMO_PSEUDONYM_KEY, Settings

LEDGER = "Datum;Konto;Betrag\n"
WORKER = "wkr-4711-quirina,QV,2020-01-01,,,,false,B1,"


def _of(received: list[Delivery], file: str) -> Delivery:
    return next(delivery for delivery in received if delivery.file == file)


def _landed(home: Path, delivery: Delivery) -> pd.DataFrame:
    folder = home / "landing" / delivery.delivery_id
    names = manifest_of(home, delivery.delivery_id)["rows_files"]
    return pd.concat([pd.read_parquet(folder / name) for name in names], ignore_index=True)


def _settings(**said: Any) -> Settings:
    return Settings.model_validate({"is_simulated": True, **said})


def test_n72_person_numbers_end_before_landing(exports: Any) -> None:
    exports.workers("h.csv", [WORKER, WORKER.replace("wkr-4711-quirina", " wkr-4711-quirina ")])
    delivery = _of(exports.receive(), "exports/workday/h.csv")
    key = DEMO_PSEUDONYM_KEY.encode()
    hashed = keyed_hashes(
        pd.Series(["wkr-4711-quirina"]), secret=key, domain="people", source_system="workday"
    )
    assert _landed(exports.home, delivery)["id"].tolist() == [f"hmac:{hashed[0]}"] * 2


def test_a_person_has_one_key_whether_landing_may_hold_persons_or_not(exports: Any) -> None:
    exports.workers("h.csv", [WORKER])
    exports.run()
    hidden = exports.entity("employment_spells")["person_key"].tolist()
    exports.settings = _settings(store_personal=True)
    exports.run()
    delivery = _of(exports.receive(), "exports/workday/h.csv")
    assert _landed(exports.home, delivery)["id"].tolist() == ["wkr-4711-quirina"]
    assert exports.entity("employment_spells")["person_key"].tolist() == hidden


def test_a_missing_secret_stops_before_a_person_is_landed(exports: Any) -> None:
    exports.workers("h.csv", [WORKER])
    settings = Settings()
    with pytest.raises(MissingKey):
        receive(exports.home, settings)
    assert not list((exports.home / "landing").glob("*/rows-*"))
    receive(exports.home, settings, pseudonym_key="sixteen characters or more")


def test_a_new_word_of_a_header_lands_anew_and_how_well_it_is_known_does_not() -> None:
    profile = load_profiles()["jira_issue_ui"]
    known = profile.model_copy(update={"header_languages": dict.fromkeys(profile.header_languages, "vendor")})
    worded = profile.model_copy(update={"spoken": {**profile.spoken, "Status": {"nl": ("Toestand",)}}})
    key, known_key, worded_key = (
        reading_key("issues.csv", one, Settings()) for one in (profile, known, worded)
    )
    assert known_key == key
    assert worded_key != key


def test_a_new_secret_lands_person_numbers_anew(exports: Any) -> None:
    exports.workers("h.csv", [WORKER])
    before = _landed(
        exports.home, _of(receive(exports.home, Settings(), pseudonym_key="a" * 16), "exports/workday/h.csv")
    )
    after = _landed(
        exports.home, _of(receive(exports.home, Settings(), pseudonym_key="b" * 16), "exports/workday/h.csv")
    )
    assert before["id"].tolist() != after["id"].tolist()


def test_rows_land_as_they_stand_in_the_file(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": " 1 ", "status": "New "}])
    rows = _landed(exports.home, _of(exports.receive(), "exports/zendesk/a.csv"))
    assert (rows["id"][0], rows["status"][0], rows["source_line"][0]) == (" 1 ", "New ", 2)
    assert "subject" not in rows


def test_n18_footers_keep_what_ties_totals_and_nothing_else(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}], footer="Grand Total Quirina,,2024-05-01,,,,,,,,,Q\n")
    manifest = manifest_of(exports.home, _of(exports.receive(), "exports/zendesk/a.csv").delivery_id)
    assert [footer["source_line"] for footer in manifest["footers"]] == [3]
    assert manifest["footers"][0]["label"] == "Grand Total …"
    assert manifest["footers"][0]["cells"] == {"id": "…", "created_at": "2024-05-01"}


def test_the_same_table_packed_otherwise_is_a_redelivery(exports: Any) -> None:
    path = exports.tickets("a.csv", [{"id": "1"}])
    exports.put("exports/zendesk/b.csv.gz", gzip.compress(path.read_bytes()))
    with zipfile.ZipFile(exports.home / "exports" / "c.zip", "w") as archive:
        archive.writestr("in/a.csv", path.read_bytes())
    received = exports.receive()
    # The first by name is the one that is landed.
    assert _of(received, "exports/c.zip!in/a.csv").status == "taken"
    assert _of(received, "exports/zendesk/a.csv").status == "redelivery"
    assert _of(received, "exports/zendesk/b.csv.gz").status == "redelivery"
    assert accept(exports.home, exports.settings).ledger["accepted"].sum() == 1 + 2 + 6


def test_an_archive_is_withdrawn_with_all_its_parts(exports: Any) -> None:
    text = exports.tickets("a.csv", [{"id": "1"}]).read_text()
    with zipfile.ZipFile(exports.home / "exports" / "wrong.zip", "w") as archive:
        archive.writestr("b.csv", text.replace("\n1,", "\n2,"))
        archive.writestr("c.csv", text.replace("\n1,", "\n3,"))
    exports.settings = _settings(withdrawn=["exports/wrong.zip"])
    exports.run()
    assert exports.entity("tickets")["ticket_key"].tolist() == ["1"]


def test_n11_a_file_that_ends_where_a_sheet_is_full_is_told(
    exports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "_FULL", (5,))
    monkeypatch.setattr(excel, "_FULL", (5,))
    path = exports.tickets("a.csv", [{"id": str(n)} for n in range(4)])
    book = openpyxl.Workbook()
    for line in path.read_text().splitlines():
        book.active.append(line.split(","))
    book.save(exports.home / "exports" / "zendesk" / "b.xlsx")
    for delivery in exports.receive():
        is_full = "zendesk" in delivery.file
        assert any("the rest may be cut off" in note for note in delivery.warnings) == is_full


def test_a_declared_sheet_is_the_only_one_read(exports: Any) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["read me"])
    sheet = book.create_sheet("Tickets")
    header = exports.tickets("a.csv", []).read_text().strip().split(",")
    sheet.append(header)
    sheet.append(["1", "B1", "2024-05-01 08:00:00", "2024-05-02", "solved", "normal", "email", "good"])
    book.save(exports.home / "exports" / "zendesk" / "b.xlsx")
    assert _of(exports.receive(), "exports/zendesk/b.xlsx!Notes").status == "unknown"
    source = {"system": "zendesk", "pattern": "zendesk/*.xlsx", "sheet": "Tickets"}
    exports.settings = _settings(sources=[source])
    names = [d.file for d in exports.receive() if "b.xlsx" in d.file]
    assert names == ["exports/zendesk/b.xlsx!Tickets"]
    exports.settings = _settings(sources=[{**source, "sheet": "Blatt1"}])
    problem = _of(exports.receive(), "exports/zendesk/b.xlsx").problem
    assert "shows no sheet 'Blatt1'" in problem
    assert "it shows Notes, Tickets" in problem


def test_a_header_in_one_piece_is_told_to_declare_its_delimiter(exports: Any) -> None:
    exports.put("exports/zendesk/t.csv", "id^brand_id^created_at\n1^B1^2024-05-01\n")
    delivery = _of(exports.receive(), "exports/zendesk/t.csv")
    assert delivery.status == "unknown"
    assert "declare that sign (delimiter)" in delivery.problem


def test_numbers_of_a_workbook_are_written_as_the_locale_reads_them(exports: Any) -> None:
    header = "id,account_id,amount,close_date,created_date,is_closed,is_deleted,is_won,probability,stage_name"
    book = openpyxl.Workbook()
    book.active.append([*header.split(","), "type", "lead_source", "_fivetran_synced"])
    book.active.append(
        [
            "006q000000HddohAAB",
            "0015500000Xyy06AAB",
            1234.5,
            "2024-01-01",
            "2024-01-01 09:00:00",
            True,
            False,
            True,
            100,
            "s",
        ]
    )
    book.save(exports.home / "exports.xlsx")
    exports.put("exports/salesforce/o.xlsx", (exports.home / "exports.xlsx").read_bytes())
    file = "exports/salesforce/o.xlsx!Sheet"
    for locale, text in (("en", "1234.5"), ("nl", "1234,5")):
        source = {"system": "salesforce", "pattern": "**/*", "locale": locale}
        exports.settings = _settings(sources=[source])
        rows = _landed(exports.home, _of(exports.receive(), file))
        assert rows["amount"].tolist() == [text]
        accept(exports.home, exports.settings)
        assert [float(amount) for amount in exports.entity("opportunities")["amount"]] == [1234.5]


def test_n71_a_changed_header_is_named_and_refused_where_that_is_declared(exports: Any) -> None:
    text = exports.tickets("t-2024-01.csv", [{"id": "1"}]).read_text()
    changed = text.replace("requester_name", "requester").replace("\n1,", "\n2,").replace("subject", "topic")
    exports.receive()
    exports.put("exports/zendesk/t-2024-02.csv", changed)
    delivery = _of(exports.receive(), "exports/zendesk/t-2024-02.csv")
    manifest = manifest_of(exports.home, delivery.delivery_id)
    assert "requester (was requester_name)" in manifest["header_changes"]["renamed"]
    assert any("columns renamed since the delivery before" in note for note in delivery.warnings)
    exports.settings = _settings(header_changes={"renamed": "refuse"})
    exports.put("exports/zendesk/t-2024-03.csv", text.replace("\n1,", "\n3,"))
    refused = _of(exports.receive(), "exports/zendesk/t-2024-03.csv")
    assert refused.status == "unreadable"
    assert "header_changes in maturity.yaml" in refused.problem
    assert not (exports.home / "landing" / refused.delivery_id).exists()
    # What was landed before stays.
    assert _of(exports.receive(), "exports/zendesk/t-2024-02.csv").status == "taken"


TICKET_ROW = {
    "id": "1",
    "brand_id": "B1",
    "created_at": "2024-05-01",
    "updated_at": "2024-05-01",
    "status": "new",
    "priority": "",
    "via_channel": "email",
    "reopens": "0",
    "requester_name": "x",
}
WITHOUT_REOPENS = {name: text for name, text in TICKET_ROW.items() if name != "reopens"}
CHANGED = {
    "added": ({**TICKET_ROW, "mood": "fine"}, "mood"),
    "missing": (WITHOUT_REOPENS, "reopens"),
    "renamed": (
        {name.replace("requester_name", "requester"): text for name, text in TICKET_ROW.items()},
        "requester (was requester_name)",
    ),
    "retyped": ({**TICKET_ROW, "id": "T-1"}, "id (was integer, now text)"),
}


@pytest.mark.parametrize("policy", ["accept", "warn", "refuse"])
@pytest.mark.parametrize("change", CHANGED)
def test_n71_each_kind_of_changed_header_has_its_policy(exports: Any, change: str, policy: str) -> None:
    changed, column = CHANGED[change]
    exports.settings = _settings(header_changes={change: policy})
    exports.put("exports/zendesk/t-1.csv", _as_csv(TICKET_ROW))
    exports.receive()
    exports.put("exports/zendesk/t-2.csv", _as_csv(changed))
    delivery = _of(exports.receive(), "exports/zendesk/t-2.csv")
    said = f"columns {change} since the delivery before: {column}"
    assert (delivery.status == "unreadable") == (policy == "refuse")
    assert (said in delivery.problem) == (policy == "refuse")
    assert (said in delivery.warnings) == (policy == "warn")
    if delivery.is_landed:
        assert manifest_of(exports.home, delivery.delivery_id)["header_changes"] == {change: [column]}


def test_a_changed_header_that_is_warned_of_is_told_by_the_run(exports: Any) -> None:
    exports.put("exports/zendesk/t-1.csv", _as_csv(TICKET_ROW))
    exports.receive()
    exports.put("exports/zendesk/t-2.csv", _as_csv({**TICKET_ROW, "id": "T-1", "mood": "fine"}))
    exports.run()
    said = "columns retyped since the delivery before: id (was integer, now text)"
    assert [(note.text, list(note.files)) for note in notes_of(exports.home) if "columns" in note.text] == [
        (said, ["exports/zendesk/t-2.csv"])
    ]


def test_a_title_lands_only_where_the_profile_reads_it(exports: Any) -> None:
    title = "Made on 2024-05-01 by Quirina Vandersmissen,EUR\n,\n"
    exports.put("exports/zendesk/t-1.csv", title + _as_csv(TICKET_ROW))
    delivery = _of(exports.receive(), "exports/zendesk/t-1.csv")
    folder = exports.home / "landing" / delivery.delivery_id
    assert (delivery.status, delivery.delivered) == ("taken", 1)
    assert "Vandersmissen" not in (folder / "manifest.json").read_text()


def _as_csv(row: Mapping[str, str]) -> str:
    return f"{','.join(row)}\n{','.join(row.values())}\n"


def test_n32_a_pivoted_layout_is_turned_by_declaration(exports: Any) -> None:
    header = "source_system,unit_key_type,unit_key,valid_from,valid_to"
    text = header + ",org-B1,org-B2\nzendesk,brand,B1,2020-01-01,,x,\nzendesk,brand,B2,2020-01-01,,,x\n"
    exports.put("reference/crosswalk.csv", text)
    exports.tickets("a.csv", [{"id": "1"}])
    turned = {"columns": "org-.*", "name_to": "organization_id", "value_to": "mark"}
    source = {"system": "reference", "pattern": "reference/crosswalk.csv", "unpivot": turned}
    exports.settings = _settings(sources=[source])
    delivery = _of(exports.receive(), "reference/crosswalk.csv")
    assert delivery.status == "taken", delivery.problem
    rows = _landed(exports.home, delivery)
    assert rows["organization_id"].tolist() == ["org-B1", "org-B2"]
    assert rows["source_line"].tolist() == [2006, 3007]


def test_n32_months_as_columns_are_turned_by_declaration(exports: Any) -> None:
    exports.put(
        "exports/rates.csv",
        "currency,rate_kind,2024-01-01,2024-02-01\nUSD,average,0.90,0.91\nGBP,average,1.10,1.11\n",
    )
    turned = {"columns": r"\d{4}-\d{2}-\d{2}", "name_to": "period", "value_to": "rate_to_reporting"}
    exports.settings = _settings(sources=[{"system": "reference", "pattern": "rates.csv", "unpivot": turned}])
    delivery = _of(exports.receive(), "exports/rates.csv")
    assert delivery.status == "taken", delivery.problem
    rows = _landed(exports.home, delivery)
    assert rows["period"].tolist() == ["2024-01-01", "2024-02-01"] * 2
    assert rows["rate_to_reporting"].tolist() == ["0.90", "0.91", "1.10", "1.11"]


def test_deliveries_read_in_parallel_come_out_the_same(exports: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for month in range(1, 4):
        exports.tickets(f"t-2024-0{month}.csv", [{"id": f"{month}{n}"} for n in range(50)])
    exports.put("exports/zendesk/bad.csv", b"PK\x03\x04")
    exports.receive()
    alone = exports.digest("landing")
    monkeypatch.setattr(intake, "LARGE", 1)
    monkeypatch.setattr(intake, "_cores", lambda: 2)
    # Reading one by one after all would prove nothing.
    monkeypatch.setattr(intake, "BrokenProcessPool", KeyError)
    other = type(exports)(exports.home.parent / "other")
    other.home.mkdir()
    for folder in ("exports", "reference"):
        (exports.home / folder).rename(other.home / folder)
    other.receive()
    assert other.digest("landing") == alone


def test_a_sample_shows_first_rows_of_every_part(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("new.csv", "kaart;bedrag\n1;2,5\n2;3\n")
        archive.writestr("z.pdf", b"%PDF-")
    first, second = read_sample(tmp_path / "a.zip", 1)
    assert (first.names, first.delimiter, first.profile) == (("kaart", "bedrag"), ";", None)
    assert first.rows.to_numpy().tolist() == [["1", "2,5"]]
    assert first.lines == (2,)
    assert "It is a PDF" in second.problem
