"""Harm prevented: one damaged character moves values into other columns or rows, and nobody is told."""

from orchestration.errors import UnreadableFile
from orchestration.ingest.text.tabular import Table, read_table, without_footers
from tests.orchestration.ingest.polluter import HEADER, ROWS, clean, polluted, shifted_headers


def _verdict(text: str) -> str:
    try:
        table = without_footers(read_table(text, "f.csv"), [])
    except UnreadableFile:
        return "refused"
    if list(table.names) == HEADER and _stripped(table.rows) == ROWS and not table.refused:
        return "exact"
    return "quarantined" if _is_part(table) else "silent"


def _stripped(rows: list[list[str]]) -> list[list[str]]:
    """Cells without the blanks at their ends, which no reader of a value keeps."""
    return [[cell.strip() for cell in row] for row in rows]


def _is_part(table: Table) -> bool:
    left = iter(ROWS)
    is_in_order = all(any(row == meant for meant in left) for row in _stripped(table.rows))
    return list(table.names) == HEADER and is_in_order and bool(table.refused)


def test_the_clean_file_is_read() -> None:
    assert _verdict(clean()) == "exact"


def test_no_damage_anywhere_changes_a_row_in_silence() -> None:
    verdicts = {(case.fault, case.text): _verdict(case.text) for case in polluted()}
    assert len(verdicts) > 800
    silent = [fault for (fault, _), verdict in verdicts.items() if verdict == "silent"]
    assert silent == []


def test_most_of_the_file_survives_one_damaged_row() -> None:
    verdicts = [_verdict(case.text) for case in polluted() if not case.fault.startswith(("row 0", "header"))]
    assert sum(verdict != "refused" for verdict in verdicts) > 0.8 * len(verdicts)


def test_a_column_without_a_name_is_told() -> None:
    for case in shifted_headers():
        assert any("has no name" in warning for warning in read_table(case.text, "f.csv").warnings), (
            case.fault
        )
