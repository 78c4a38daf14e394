"""Harm prevented: a mix of repeats, overlaps and broken lines in which some rows silently disappear."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.ingest.gate.ledger import FATES, balance
from orchestration.ingest.tell.check_path import check_path

TICKETS = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["1", "2", "3", "4"]),
        "updated_at": st.sampled_from(["2024-05-02 08:00:00", "2024-06-02 08:00:00", "", "soon"]),
        "priority": st.sampled_from(["low", "high", "extreme"]),
        "status": st.sampled_from(["solved", "deleted"]),
        "brand_id": st.sampled_from(["B1", "B9"]),
    }
)
BROKEN = st.sampled_from(
    ["9,B1\n", '9,"B1\n', '9,B"1,2024,2024,new,low,web,,,,,\n', ",,,\n", "\n", "Total\n", ""]
)
FILES = st.lists(st.tuples(st.lists(TICKETS, max_size=5), BROKEN, st.booleans()), min_size=1, max_size=4)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=FILES)
def test_every_row_of_every_file_is_accounted_for(
    exports: Any, files: list[tuple[list[dict[str, str]], str, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = type(exports)(Path(folder))
        n_rows = _deliver(home, files)
        reports = check_path(home.home / "exports" / "zendesk")
    for report in reports:
        assert report.delivered == sum(getattr(report, fate) for fate in FATES)
        assert bool(report.reasons) == bool(report.quarantined)
    assert sum(report.delivered for report in reports) == n_rows
    good = {row["id"] for rows, _, _ in files for row in rows if row["priority"] != "extreme"}
    assert sum(report.accepted for report in reports) <= len(good)


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=FILES)
def test_the_ledger_of_a_run_balances_and_a_second_run_changes_nothing(
    exports: Any, files: list[tuple[list[dict[str, str]], str, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = type(exports)(Path(folder))
        home.references()
        n_rows = _deliver(home, files)
        result = home.run()
        assert balance(result.ledger).empty
        tickets = result.ledger[result.ledger["profile"] == "zendesk_ticket_api"]
        accepted = home.entity("tickets")
        assert tickets["delivered"].sum() == n_rows
        assert len(accepted) == tickets["accepted"].sum() == result.verdicts["tickets"].n_rows
        assert not accepted["ticket_key"].duplicated().any()
        before = home.digest("accepted", "quarantine")
        assert home.run().ledger.equals(result.ledger)
        assert home.digest("accepted", "quarantine") == before


def _deliver(home: Any, files: list[tuple[list[dict[str, str]], str, bool]]) -> int:
    """Write the files; the number of rows they deliver. Totals and blank lines are no rows."""
    n_rows = 0
    for number, (rows, broken, is_repeated) in enumerate(files):
        path = home.tickets(f"t{number}.csv", rows, footer=broken)
        if is_repeated:
            home.put(f"exports/zendesk/t{number}_again.csv", path.read_bytes())
        n_rows += (len(rows) + (broken[:1] == "9")) * (2 if is_repeated else 1)
    return n_rows
