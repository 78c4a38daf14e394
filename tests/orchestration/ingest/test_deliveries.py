"""Harm prevented: a file is taken twice, lost, or changed after it came, and totals move unexplained."""

import errno
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from orchestration.errors import (
    IngestBusy,
    LandingDamaged,
    MissingReference,
    NoRight,
    NothingDelivered,
    SettingsError,
)
from orchestration.failures import told_plainly
from orchestration.ingest.files import one_at_a_time
from orchestration.ingest.forms.containers import Part
from orchestration.ingest.gate.accept import accept
from orchestration.ingest.land import deliveries, intake
from orchestration.ingest.land.deliveries import receive
from orchestration.ingest.land.reading import Reading, read_part
from orchestration.ingest.tell.check_path import check_path
from orchestration.sensors import drop_zone_hash


def test_the_same_file_twice_changes_nothing(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}, {"id": "2"}])
    exports.run()
    before = exports.digest("landing", "accepted", "quarantine")
    exports.run()
    assert exports.digest("landing", "accepted", "quarantine") == before


def test_the_same_bytes_under_another_name_count_as_duplicates(exports: Any) -> None:
    path = exports.tickets("a.csv", [{"id": "1"}, {"id": "2", "created_at": "never"}])
    exports.put("exports/zendesk/b.csv", path.read_bytes())
    statuses = {d.file: d.status for d in exports.receive()}
    assert statuses["exports/zendesk/b.csv"] == "redelivery"
    ledger = accept(exports.home, exports.settings).ledger.set_index("file")
    assert ledger.loc["exports/zendesk/b.csv", ["delivered", "accepted", "duplicate"]].tolist() == [2, 0, 2]
    assert ledger.loc["exports/zendesk/a.csv", ["accepted", "quarantined"]].tolist() == [1, 1]


def test_a_file_that_is_hashed_while_it_is_read_is_the_same_delivery(
    exports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports.tickets("a.csv", [{"id": "1"}, {"id": "2", "created_at": "never"}], footer="Total\n")
    exports.put("exports/other/none.csv", "strange,header\n1,2\n")
    exports.put("exports/other/worse.csv", "a\n\x00\n")
    hashed_first = exports.receive()
    before = exports.digest("landing")
    shutil.rmtree(exports.home / "landing")
    monkeypatch.setattr(deliveries, "LARGE", 0)
    assert exports.receive() == hashed_first
    assert exports.digest("landing") == before
    assert not list((exports.home / "tmp").glob("landing-*"))


@pytest.mark.parametrize("least", [0, deliveries.LARGE])
def test_a_file_that_is_written_to_while_it_is_read_is_not_taken(
    exports: Any, monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    monkeypatch.setattr(deliveries, "LARGE", least)
    path = exports.tickets("a.csv", [{"id": "1"}])
    whole = exports.tickets("whole.csv", [{"id": "1"}, {"id": "2"}]).read_bytes()
    (path.parent / "whole.csv").unlink()

    def growing(part: Part, *given: Any) -> Reading:
        reading = read_part(part, *given)
        if part.path == path:
            path.write_bytes(whole)
        return reading

    monkeypatch.setattr(intake, "read_part", growing)
    told = next(d for d in exports.receive() if d.file == "exports/zendesk/a.csv")
    assert (told.status, "run again once it is complete" in told.problem) == ("unreadable", True)
    monkeypatch.undo()
    taken = [d for d in exports.receive() if d.file == "exports/zendesk/a.csv"]
    assert [(d.delivery_id, d.delivered) for d in taken] == [(hashlib.sha256(whole).hexdigest(), 2)]


def test_a_large_file_that_came_before_under_another_name_is_landed_once(
    exports: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "LARGE", 0)
    path = exports.tickets("a.csv", [{"id": "1"}])
    exports.put("exports/zendesk/b.csv", path.read_bytes())
    exports.receive()
    exports.put("exports/zendesk/c.csv", path.read_bytes())
    found = [d for d in exports.receive() if d.source_system == "zendesk"]
    assert [d.status for d in found] == ["taken", "redelivery", "redelivery"]
    assert {d.delivery_id for d in found} == {hashlib.sha256(path.read_bytes()).hexdigest()}
    assert not list((exports.home / "tmp").glob("landing-*"))
    assert accept(exports.home, exports.settings).verdicts["tickets"].n_rows == 1


def test_a_delivery_stays_when_the_drop_zone_is_cleared(exports: Any) -> None:
    path = exports.tickets("a.csv", [{"id": "1"}])
    exports.run()
    path.unlink()
    exports.run()
    assert len(exports.entity("tickets")) == 1


def test_unknown_and_unreadable_files_are_told_and_stop_nobody(exports: Any) -> None:
    exports.tickets("good.csv", [{"id": "1"}])
    exports.put("exports/other/lead.csv", "id,is_deleted,name,master_record_id\n1,false,x,\n")
    exports.put("exports/other/binary.csv", b"PK\x03\x04\x00\x00\x00")
    exports.put("exports/other/empty.csv", b"")
    exports.put("exports/.DS_Store", b"\x00")
    found = {d.file: d for d in exports.receive()}
    assert "exports/.DS_Store" not in found
    assert found["exports/other/lead.csv"].status == "unknown"
    assert (
        "nearest is salesforce_account_api, but it lacks parent_id" in found["exports/other/lead.csv"].problem
    )
    assert found["exports/other/binary.csv"].status == "unreadable"
    assert found["exports/other/empty.csv"].status == "unreadable"
    assert accept(exports.home, exports.settings).verdicts["tickets"].n_rows == 1


def test_the_manifest_says_how_a_file_was_read(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}], footer="Total\n")
    delivery = next(d for d in exports.receive() if d.source_system == "zendesk")
    manifest = json.loads((exports.home / "landing" / delivery.delivery_id / "manifest.json").read_text())
    assert (manifest["encoding"], manifest["delimiter"], manifest["header_rows"]) == ("utf-8", ",", 1)
    assert (manifest["delivered"], manifest["footer_rows"]) == (1, 1)
    assert manifest["unknown_columns"] == ["requester_name"]
    assert len(manifest["header_fingerprint"]) == 64
    assert manifest["received_at"] == "2024-06-01T12:00:00+00:00"


def test_a_file_with_a_header_only_delivers_nothing(exports: Any) -> None:
    exports.tickets("a.csv", [])
    exports.survey("w.csv", [])
    result = exports.run()
    assert result.ledger["delivered"].tolist() == [0, 0, 6, 2]
    assert exports.entity("tickets").empty


def test_a_parquet_file_without_rows_delivers_nothing(exports: Any) -> None:
    names = ("id", "brand_id", "created_at", "updated_at", "status", "priority", "via_channel")
    pd.DataFrame({name: pd.Series(dtype="str") for name in names}).to_parquet(
        exports.put("exports/zendesk/a.parquet", b"")
    )
    ledger = exports.run().ledger
    assert ledger.set_index("file").loc["exports/zendesk/a.parquet", "delivered"] == 0


def test_a_declaration_made_later_is_used(exports: Any) -> None:
    header = "id;brand_id;created_at;updated_at;status;priority;via_channel\n"
    text = f"{header}1;B1;2024-05-01;2024-05-01;new;;ch\xe4t\n"
    exports.put("exports/zendesk/a.csv", text.encode("cp437", "replace"))
    assert exports.receive()[0].status == "unreadable"
    source = {"system": "zendesk", "encoding": "cp437"}
    exports.settings = exports.settings.model_validate({"is_simulated": True, "sources": [source]})
    assert exports.receive()[0].status == "taken"


def test_a_reference_file_holds_as_it_stands_now(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1", "brand_id": "B1"}])
    exports.references(["B1"])
    exports.run()
    exports.references(["B2"])
    exports.run()
    assert exports.entity("crosswalk")["unit_key"].tolist() == ["B2"] * 3
    assert exports.entity("tickets")["organization_id"].isna().all()
    exports.references(["B1"])
    ledger = exports.run().ledger
    assert exports.entity("tickets")["organization_id"].tolist() == ["org-B1"]
    assert ledger.loc[ledger["file"] == "reference/crosswalk.csv", "superseded"].tolist() == [0, 3]


def test_an_empty_drop_zone_is_said_in_one_sentence(exports: Any) -> None:
    with pytest.raises(NothingDelivered, match="put the exports of your tools there"):
        exports.receive()
    assert not (exports.home / "landing").exists()


@pytest.mark.parametrize("name", ["crosswalk", "organizations"])
def test_a_missing_reference_is_said_with_its_columns(exports: Any, name: str) -> None:
    exports.tickets("a.csv", [{"id": "1"}])
    (exports.home / "reference" / f"{name}.csv").unlink()
    with pytest.raises(MissingReference, match=f"{name}.csv is missing.*organization_id"):
        exports.run()
    assert not (exports.home / "accepted").exists()


def test_a_reference_that_cannot_be_read_is_not_called_missing(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}])
    exports.put("reference/crosswalk.csv", "system,key\nzendesk,B1\n")
    with pytest.raises(MissingReference, match=r"crosswalk.csv cannot be used: No export profile fits"):
        exports.run()


def test_what_is_declared_of_exports_does_not_hold_for_the_reference_files(exports: Any) -> None:
    header = "id;brand_id;created_at;updated_at;status;priority;via_channel"
    exports.put("exports/zendesk/a.csv", f"{header}\n1;B1;2024-05-01T08:00Z;;new;low;chat\n")
    source = {"system": "zendesk", "pattern": "**/*.csv", "delimiter": ";", "profile": "zendesk_ticket_api"}
    exports.settings = exports.settings.model_validate({"is_simulated": True, "sources": [source]})
    exports.references()
    exports.run()
    assert exports.entity("tickets")["organization_id"].tolist() == ["org-B1"]


def test_two_runs_at_once_are_refused(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}])
    with one_at_a_time(exports.home), pytest.raises(IngestBusy, match="wait until it has ended"):
        exports.receive()


def test_what_is_no_file_is_told_and_not_passed_over(
    exports: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = exports.tickets("a.csv", [{"id": "1"}]).parent
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "b.csv").write_text("1\n")
    (zone / "share").symlink_to(tmp_path / "share")
    (zone / "gone.csv").symlink_to(tmp_path / "gone.csv")
    (zone / "loop.csv").symlink_to("loop.csv")
    os.mkfifo(zone / "pipe.csv")
    (zone / "locked").mkdir()
    (zone / "empty").mkdir()
    # Whoever runs the tests may read everything.
    monkeypatch.setattr(os, "access", lambda path, _: path.name != "locked")
    told = {d.file.removeprefix("exports/zendesk/"): d.problem for d in exports.receive() if d.problem}
    assert sorted(told) == ["gone.csv", "locked", "loop.csv", "pipe.csv", "share"]
    assert all("It is no file that can be read" in problem for problem in told.values())
    checked = {report.file: report.problem for report in check_path(zone) if report.problem}
    assert sorted(checked) == sorted(told)
    (exports.home / "maturity.yaml").write_text("is_simulated: true\n")
    assert drop_zone_hash(exports.home)


def test_a_name_that_is_no_utf8_stops_nothing_but_its_file(exports: Any) -> None:
    path = exports.tickets("a.csv", [{"id": "1"}])
    Path(os.fsdecode(os.fsencode(path.parent) + b"/caf\xe9.csv")).write_bytes(path.read_bytes() + b"\n")
    told = {d.file: d.problem for d in exports.receive() if d.source_system != "reference"}
    assert sorted(told) == ["exports/zendesk/a.csv", r"exports/zendesk/caf\xe9.csv"]
    assert "not UTF-8" in told[r"exports/zendesk/caf\xe9.csv"]
    checked = {report.file: report.problem for report in check_path(path.parent)}
    assert list(map(bool, checked.values())) == [False, True]


def test_what_an_interrupted_run_left_aside_is_brought_back_or_removed(exports: Any) -> None:
    path = exports.tickets("a.csv", [{"id": "1"}])
    exports.run()
    before = exports.digest("landing", "accepted")
    landing, tmp = exports.home / "landing", exports.home / "tmp"
    one, other = [d.delivery_id for d in exports.receive() if d.source_system == "reference"]
    tickets = next(d.delivery_id for d in exports.receive() if d.source_system == "zendesk")
    # Stopped between the two moves of a swap, behind them, and while rows were written.
    (landing / tickets).rename(tmp / f"{tickets}.old")
    path.unlink()
    shutil.copytree(landing / one, tmp / f"{one}.old")
    shutil.copytree(landing / other, tmp / f"landing-{other}")
    exports.run()
    assert exports.digest("landing", "accepted") == before
    assert [left.name for left in tmp.iterdir()] == ["ingest.lock"]


def test_damaged_landing_is_said(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}])
    for delivery in exports.receive():
        (exports.home / "landing" / delivery.delivery_id / "rows-00000.parquet").write_bytes(b"rot")
    with pytest.raises(LandingDamaged, match="put the file back"):
        accept(exports.home, exports.settings)


def test_a_folder_that_may_not_be_written_is_named(exports: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(one: Path, other: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(one), None, str(other))

    exports.tickets("a.csv", [{"id": "1"}])
    monkeypatch.setattr(os, "replace", refused)
    with (
        pytest.raises(NoRight, match=r"manifest.json\): give that user the right"),
        told_plainly(exports.home),
    ):
        exports.receive()


def test_a_damaged_page_of_landed_rows_is_said(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}])
    landed = next(d.delivery_id for d in exports.receive() if d.source_system == "zendesk")
    for path in (exports.home / "landing" / landed).glob("rows-*.parquet"):
        content = path.read_bytes()
        # The first page's header, behind the four letters that every Parquet file begins with.
        path.write_bytes(content[:4] + bytes(byte ^ 0xFF for byte in content[4:24]) + content[24:])
    with pytest.raises(LandingDamaged, match="put the file back"):
        accept(exports.home, exports.settings)


def test_damage_beside_landed_rows_is_said_with_advice_that_loses_nothing(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}])
    landed = exports.receive()[0].delivery_id
    landing = exports.home / "landing"
    (landing / landed / "manifest.json").write_text("{")
    with pytest.raises(
        LandingDamaged, match="bring that folder back from a backup, or remove it, put the file"
    ):
        exports.receive()
    (landing / "receipts.json").write_text("[")
    with pytest.raises(LandingDamaged, match="bring that file back from a backup; remove nothing beside it"):
        exports.receive()


def test_the_drop_zone_may_lie_elsewhere(exports: Any, tmp_path: Path) -> None:
    file = exports.tickets("a.csv", [{"id": "1"}])
    elsewhere = tmp_path / "shared" / "zendesk"
    elsewhere.mkdir(parents=True)
    file.rename(elsewhere / "a.csv")
    settings = exports.settings.model_copy(update={"drop_zone": str(tmp_path / "shared")})
    assert "exports/zendesk/a.csv" in [delivery.file for delivery in receive(exports.home, settings)]


def test_a_file_delivered_by_mistake_can_be_withdrawn(exports: Any) -> None:
    path = exports.tickets("a.csv", [{"id": "1"}])
    wrong = exports.tickets("wrong.csv", [{"id": "2"}])
    exports.put("exports/zendesk/wrong_again.csv", wrong.read_bytes())
    exports.receive()
    settings = exports.settings.model_copy(update={"withdrawn": ("exports/zendesk/wrong.csv",)})
    files = set(accept(exports.home, settings).ledger["file"])
    assert f"exports/zendesk/{path.name}" in files
    assert not {"exports/zendesk/wrong.csv", "exports/zendesk/wrong_again.csv"} & files


def test_one_of_two_deliveries_of_a_name_can_be_withdrawn(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}, {"id": "2"}])
    wrong = next(one.delivery_id for one in exports.receive() if one.file == "exports/zendesk/a.csv")
    exports.tickets("a.csv", [{"id": "1"}])
    exports.settings = exports.settings.model_copy(update={"withdrawn": (wrong[:12],)})
    assert exports.run().verdicts["tickets"].n_rows == 1


@pytest.mark.parametrize("name", ["exports/zendesk/b.csv", "0123456789ab", ""])
def test_what_was_never_delivered_cannot_be_withdrawn(exports: Any, name: str) -> None:
    exports.tickets("a.csv", [{"id": "1"}])
    exports.settings = exports.settings.model_copy(update={"withdrawn": (name,)})
    with pytest.raises(SettingsError, match=f"'{name}' names nothing that was delivered"):
        exports.run()


def test_a_file_that_was_not_taken_is_forgotten_once_it_is_gone(exports: Any) -> None:
    exports.tickets("a.csv", [{"id": "1"}])
    unknown = exports.put("exports/zendesk/notes.csv", "when,what\n2024-01-01,x\n")
    assert [d.file for d in exports.receive() if not d.is_landed] == ["exports/zendesk/notes.csv"]
    unknown.unlink()
    received = exports.receive()
    assert [d.file for d in received if not d.is_landed] == []
    assert len({d.sequence for d in received}) == len(received)
