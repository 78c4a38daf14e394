"""What would become of files if they were delivered: taken in and judged in a home that is thrown away."""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pandas as pd

from contracts.profile import Profile
from orchestration.errors import UnreadableFile
from orchestration.ingest.forms.containers import Part
from orchestration.ingest.gate import quarantine
from orchestration.ingest.gate.accept import QUARANTINE, AcceptResult
from orchestration.ingest.gate.gate_again import judge_aside
from orchestration.ingest.land.deliveries import Delivery, manifest_of
from orchestration.ingest.land.drop_zone import EXPORTS, delivered_files, is_delivered, shown
from orchestration.ingest.land.reading import Reading, delivered_parts, read_part
from orchestration.ingest.profiles import PROFILES, profiles_of
from orchestration.ingest.tell.violations import Violation, violations
from orchestration.settings import Settings, home_around

_LINES_NAMED: Final = 5
# Rows told one by one; all are counted.
_ROWS_TOLD: Final = 2_000


@dataclass(frozen=True, slots=True)
class FileReport:
    """What would become of one file, or of one part of an archive or a workbook.

    Attributes
    ----------
    status : ``taken``, ``redelivery`` (the same bytes as another file), ``withdrawn`` (by `maturity.yaml`:
        its rows do not count), ``unknown`` (no profile fits) or ``unreadable``.
    profile : profile found, None when none fits; then `nearest_profile`, `missing_columns` and
        `forbidden_columns` tell why.
    renamed : names of the header that stand for another canonical name.
    delivered : rows of a file that is taken; equals accepted + quarantined + duplicate + superseded.
    rows_in_file : rows below the header, also of a file that is not taken.
    deleted : accepted rows that their source marks as deleted.
    footer_rows : lines set aside at the end; they are no rows.
    reasons : refused rows by reason (``column:rule``).
    lines : the first lines refused for each reason.
    remedies : what each reason means and what to do.
    violations : line, column, value (masked when personal), rule and remedy of refused rows.
    problem : why the file is not taken, with the next step.
    """

    file: str
    status: str
    profile: str | None = None
    nearest_profile: str | None = None
    missing_columns: list[str] = field(default_factory=list)
    forbidden_columns: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    encoding: str | None = None
    encoding_confidence: float = 0.0
    delimiter: str | None = None
    header_rows: int = 0
    rows_in_file: int = 0
    delivered: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicate: int = 0
    superseded: int = 0
    deleted: int = 0
    footer_rows: int = 0
    control: str = "none"
    reasons: dict[str, int] = field(default_factory=dict)
    lines: dict[str, list[int]] = field(default_factory=dict)
    remedies: dict[str, str] = field(default_factory=dict)
    violations: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    problem: str = ""


def check_path(path: Path, settings: Settings | None = None, *, home: Path | None = None) -> list[FileReport]:
    """Say what would become of a file, or of all files in a folder; nothing beside them is written.

    Files of one folder are compared with each other: repeated and outdated rows are found across them.

    Parameters
    ----------
    path : a file, a folder, or the home of an installation (then its drop zone and reference files).
    settings : declarations per source; None takes the defaults.
    home : installation whose own profiles are used; None takes the one that `path` lies in.

    Returns
    -------
    list of FileReport
        In the order of the file names.

    Raises
    ------
    UnreadableFile
        There is no such path, or no file in it.
    """
    settings = settings or Settings()
    files = {_declared_name(file, path, settings): file for file in _files(path, settings)}
    names = {shown(label): _shown_name(file, path) for label, file in files.items()}
    with tempfile.TemporaryDirectory(prefix="maturity-check-") as folder:
        aside = Path(folder)
        _link(aside, files, home or home_around(path))
        settings = settings.model_copy(update={"drop_zone": EXPORTS})
        received, result = judge_aside(aside, settings)
        reports = {delivery.file: _described(aside, delivery) for delivery in received}
        _describe_others(aside, settings, received, reports)
        counted = set() if result is None else set(result.ledger["delivery_id"])
        for gone in (one for one in received if one.is_landed and one.delivery_id not in counted):
            reports[gone.file] = _withdrawn(reports[gone.file])
        if result is not None:
            _judged(aside, result, reports)
    return [replace(reports[file], file=_shown_part(file, names)) for file in sorted(reports)]


def exit_code(reports: Sequence[FileReport]) -> int:
    """0 when all is accepted, 1 when rows are held back or a total is untied, 2 when a file is not taken."""
    if any(report.profile is None or report.status == "unreadable" for report in reports):
        return 2
    return 1 if any(report.quarantined or report.control == "untied" for report in reports) else 0


def _files(path: Path, settings: Settings) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UnreadableFile("There is no such file or folder", str(path), "check the path")
    if (path / settings.drop_zone).is_dir():
        found = list(delivered_files(path, settings).values())
    else:
        found = sorted(file for file in path.rglob("*") if is_delivered(_shown_name(file, path), file))
    if not found:
        raise UnreadableFile(
            "There is no file in this folder", str(path), "put exports there or name another"
        )
    return found


def _declared_name(file: Path, path: Path, settings: Settings) -> str:
    """Name as in a home: below the drop zone, which declarations speak of, wherever the check starts."""
    if file.parent.name == "reference" and path in file.parents and path != file.parent:
        return f"reference/{file.name}"
    parts, zone = Path(os.path.abspath(file)).parts, Path(settings.drop_zone).name
    below = parts[len(parts) - parts[::-1].index(zone) :] if zone in parts else (_shown_name(file, path),)
    return "/".join((EXPORTS, *below))


def _shown_name(file: Path, path: Path) -> str:
    return shown(file.relative_to(path).as_posix() if path in file.parents else file.name)


def _shown_part(name: str, names: Mapping[str, str]) -> str:
    """Name of a part as seen from the checked folder."""
    label = max((label for label in names if name == label or name.startswith(f"{label}!")), key=len)
    return names[label] + name.removeprefix(label)


def _link(aside: Path, files: Mapping[str, Path], home: Path | None) -> None:
    for label, file in files.items():
        link = aside / label
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.abspath(file))
    (aside / EXPORTS).mkdir(exist_ok=True)
    if home is not None and (home / PROFILES).is_dir():
        (aside / PROFILES).symlink_to((home / PROFILES).resolve())


def _described(aside: Path, delivery: Delivery) -> FileReport:
    """Report of a file by its receipt, and by its manifest where it was landed."""
    report = FileReport(
        file=delivery.file,
        status=delivery.status,
        profile=delivery.profile,
        warnings=list(delivery.warnings),
        problem=delivery.problem,
    )
    if not delivery.is_landed:
        return report
    manifest = manifest_of(aside, delivery.delivery_id)
    return replace(
        report,
        renamed=manifest["renamed"],
        encoding=manifest["encoding"] or None,
        encoding_confidence=round(manifest["encoding_confidence"], 2),
        delimiter=manifest["delimiter"] or None,
        header_rows=manifest["header_rows"],
        rows_in_file=manifest["delivered"],
        footer_rows=manifest["footer_rows"],
    )


def _withdrawn(report: FileReport) -> FileReport:
    note = "withdrawn in maturity.yaml: its rows do not count"
    return replace(report, status="withdrawn", warnings=[*report.warnings, note])


def _describe_others(
    aside: Path, settings: Settings, received: Sequence[Delivery], reports: dict[str, FileReport]
) -> None:
    """Say of files that were not taken how far they could be read."""
    others = {delivery.file for delivery in received if not delivery.is_landed}
    if not others:
        return
    profiles = profiles_of(aside)
    for part in delivered_parts(delivered_files(aside, settings), settings):
        if part.name in others:
            reports[part.name] = _not_taken(part, settings, profiles, reports[part.name])


def _not_taken(
    part: Part, settings: Settings, profiles: Mapping[str, Profile], report: FileReport
) -> FileReport:
    reading = read_part(part, settings, profiles)
    content, found = reading.content, reading.detection
    if content is None or found is None:
        return report
    return replace(
        report,
        profile=reading.profile.name if reading.profile else None,
        nearest_profile=None if reading.profile else found.nearest.name,
        missing_columns=list(found.missing),
        forbidden_columns=list(found.forbidden),
        encoding=content.encoding or None,
        encoding_confidence=round(content.confidence, 2),
        delimiter=content.delimiter or None,
        header_rows=content.header_rows,
        rows_in_file=_n_rows(reading),
    )


def _n_rows(reading: Reading) -> int:
    if reading.content is None:
        return 0
    try:
        chunks = reading.content.chunks(reading.content.names[:1], ())
        return sum(chunk.rows.num_rows + len(chunk.refused) for chunk in chunks)
    except UnreadableFile:
        return 0


def _judged(aside: Path, result: AcceptResult, reports: dict[str, FileReport]) -> None:
    """Add what the gate made of the rows."""
    for line in result.ledger.to_dict("records"):
        file = str(line["file"])
        reports[file] = replace(
            reports[file],
            delivered=int(line["delivered"]),
            accepted=int(line["accepted"]),
            quarantined=int(line["quarantined"]),
            duplicate=int(line["duplicate"]),
            superseded=int(line["superseded"]),
            deleted=int(line["n_deleted"]),
            control=str(line["control"]),
            warnings=[*reports[file].warnings, *result.notes.get(str(line["delivery_id"]), ())],
        )
    for name, held in quarantine.read(aside / QUARANTINE).groupby("file", sort=True):
        reports[str(name)] = _with_violations(aside, reports[str(name)], held)


def _with_violations(aside: Path, report: FileReport, held: pd.DataFrame) -> FileReport:
    reasons = held["reasons"].str.split(";").explode()
    lines = held["source_line"].reindex(reasons.index)
    told = list(violations(aside, held.head(_ROWS_TOLD)))
    counts = reasons.value_counts()
    return replace(
        report,
        reasons={reason: int(counts[reason]) for reason in sorted(counts.index)},
        lines={
            str(reason): [int(line) for line in lines[(reasons == reason).to_numpy()][:_LINES_NAMED]]
            for reason in sorted(counts.index)
        },
        remedies=dict(_remedies(told)),
        violations=[
            {k: v for k, v in asdict(one).items() if k not in ("file", "delivery_id")} for one in told
        ],
    )


def _remedies(told: Sequence[Violation]) -> Iterator[tuple[str, str]]:
    for rule, found in groupby(sorted(told, key=lambda one: one.rule), key=lambda one: one.rule):
        first = next(found)
        yield rule, f"{first.description} {first.remedy}".strip()
