"""Deliver every public sample into a home of its own and compare what became of it with what it says itself.

The samples are no part of this repository; FOLDER is where they lie. `expected.yaml` beside this file has an
entry per sample, written down from the sample's content and not from a run, with the reason:

    file: salesforce/opportunity.csv       # below FOLDER
    why: ...                               # what in its content implies the result
    expect: {status: taken, delivered: 10} # fields of `orchestration.ingest.tell.check_path.FileReport`
    says: [month comes first]              # words that are told of it
    declare: {locale: de}                  # what its settings declare (optional)
    put: {"Question": LS1}                 # texts of the file that are replaced before (optional)
    figures: {"select count(*) from tickets": 8}    # over the accepted rows, with their reason (optional)
    cells: {mynum: ["1.1", "1.2"]}         # texts of a column as read, from its first row (optional)

It ends with 1 when a sample comes out differently, has no entry, or is missing.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import yaml

from contracts.entities import ENTITIES
from contracts.profile import load_profiles
from orchestration.ingest.gate.gate_again import judge_aside
from orchestration.ingest.tell.check_path import FileReport, check_path
from orchestration.ingest.tell.samples import read_sample
from orchestration.settings import Settings, Source

EXPECTED: Final = Path(__file__).with_name("expected.yaml")
SAMPLES: Final = Path("../shared/samples")
Case = Mapping[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each difference with its reason; the last line counts samples and differences."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=SAMPLES, metavar="FOLDER")
    parser.add_argument("--expected", type=Path, default=EXPECTED, help="expectations (default: %(default)s)")
    given = parser.parse_args(arguments)
    cases = yaml.safe_load(given.expected.read_text(encoding="utf-8"))
    files = sorted(path for path in given.folder.rglob("*") if path.is_file())
    if not files:
        sys.exit(f"{given.folder} holds no files: give the folder of the samples.")
    there = {path.relative_to(given.folder).as_posix() for path in files}
    named = {str(case["file"]) for case in cases}
    wrong = [f"{name}: has no expectation" for name in sorted(there - named)]
    wrong += [f"{name}: is not there" for name in sorted(named - there)]
    for case in cases:
        found = list(differences(given.folder, case)) if case["file"] in there else []
        wrong += [f"{case['file']}: {said}\n    since {case['why']}" for said in found]
    print("\n".join([*wrong, f"samples {len(there)}, expectations {len(cases)}, differences {len(wrong)}"]))
    return 1 if wrong else 0


def differences(folder: Path, case: Case) -> Iterator[str]:
    """What became of a sample otherwise than its content implies."""
    settings = settings_of(case)
    with tempfile.TemporaryDirectory(prefix="maturity-samples-") as aside:
        file = prepared(folder / case["file"], case.get("put") or {}, Path(aside))
        (report,) = check_path(file, settings)
        yield from told_otherwise(report, case)
        if case.get("figures"):
            yield from other_figures(Path(aside), file, settings, case["figures"])
        if case.get("cells"):
            yield from other_cells(file, case["cells"])


def settings_of(case: Case) -> Settings:
    """Settings that declare what the case says of its source."""
    if not case.get("declare"):
        return Settings(is_simulated=True)
    system = load_profiles()[case["expect"]["profile"]].source_system
    return Settings(is_simulated=True, sources=(Source(system=system, **case["declare"]),))


def prepared(file: Path, put: Mapping[str, str], aside: Path) -> Path:
    """The sample, or a copy in which texts are replaced; each must stand in it."""
    if not put:
        return file.resolve()
    text = file.read_bytes().decode("utf-8")
    for before, after in put.items():
        if before not in text:
            raise ValueError(f"{file.name} does not hold {before!r}")
        text = text.replace(before, after)
    copy = aside / file.name
    copy.write_bytes(text.encode("utf-8"))
    return copy


def told_otherwise(report: FileReport, case: Case) -> Iterator[str]:
    """Fields of the report that are not as expected, and words that are missing in it."""
    for name, wanted in case["expect"].items():
        found = getattr(report, name)
        if found != wanted:
            yield f"{name} is {found!r}, expected {wanted!r}"
    told = " ".join((report.problem, *report.warnings))
    for words in case.get("says") or ():
        if words not in told:
            yield f"it does not say {words!r}: {told[:300]}"


def other_figures(aside: Path, file: Path, settings: Settings, figures: Mapping[str, Any]) -> Iterator[str]:
    """Answers over the accepted rows that are not as expected."""
    home = aside / "home"
    (home / "exports").mkdir(parents=True)
    (home / "exports" / file.name).symlink_to(file)
    judge_aside(home, settings)
    con = duckdb.connect()
    for entity in ENTITIES:
        if any((home / "accepted" / entity).rglob("*.parquet")):
            con.sql(
                f"create view {entity} as select * from "
                f"read_parquet('{home}/accepted/{entity}/**/*.parquet', hive_partitioning=false)"
            )
    for question, wanted in figures.items():
        found = answer(con, question, one=not isinstance(wanted, list))
        if str(found) != str(wanted):
            yield f"{question!r} gives {found}, expected {wanted}"


def answer(con: duckdb.DuckDBPyConnection, question: str, *, one: bool) -> Any:
    """One value, or all rows; what is wrong with the question, such as an entity without accepted rows."""
    try:
        rows = con.execute(question).fetchall()
    except duckdb.Error as error:
        return str(error)
    if one:
        return rows[0][0] if rows else None
    return [list(row) for row in rows]


def other_cells(file: Path, cells: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Texts of columns, from the first row, that are not as expected."""
    (sample,) = read_sample(file)
    for column, wanted in cells.items():
        found = sample.rows[column].tolist()[: len(wanted)]
        if found != list(wanted):
            yield f"column {column} reads {found}, expected {list(wanted)}"


if __name__ == "__main__":
    sys.exit(main())
