"""What would become of files if they were delivered; the one way into ingest that never writes anything."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from contracts.instrument import load_instrument
from contracts.profile import Profile
from contracts.source_rules import rules_of_profile
from orchestration.errors import UnreadableFile
from orchestration.ingest.deliveries import delivered_files, is_delivered
from orchestration.ingest.judge import entities_of, judge
from orchestration.ingest.reading import Reading, read_bytes, read_content
from orchestration.ingest.typing_rows import typed_rows
from orchestration.ingest.verdict import Loaded
from orchestration.settings import DEMO_PSEUDONYM_KEY, Settings

_LINES_NAMED = 5
_AGAIN = "Export it again as CSV, with every field that holds a delimiter or a quote in quotes."
_FORM = {
    "row:wrong_number_of_fields": f"The line has more or fewer fields than the header. {_AGAIN}",
    "row:stray_quote": f"A quote stands inside a field that does not begin with one. {_AGAIN}",
    "row:unclosed_quote": f"A quoted field never ends. {_AGAIN}",
}


@dataclass(frozen=True, slots=True)
class FileReport:
    """What would become of one file.

    Attributes
    ----------
    status : ``taken``, ``redelivery`` (the same bytes as another file), ``unknown`` (no profile fits) or
        ``unreadable``.
    profile : profile found, None when none fits; then `nearest_profile`, `missing_columns` and
        `forbidden_columns` tell why.
    delivered : rows of a file that is taken; equals accepted + quarantined + duplicate + superseded.
    rows_in_file : rows below the header, also of a file that is not taken.
    deleted : accepted rows that their source marks as deleted.
    footer_rows : lines set aside at the end; they are no rows.
    reasons : refused rows by reason (``column:rule``).
    lines : the first lines refused for each reason.
    remedies : what each reason means and what to do.
    problem : why the file is not taken, with the next step.
    """

    file: str
    status: str
    profile: str | None = None
    nearest_profile: str | None = None
    missing_columns: list[str] = field(default_factory=list)
    forbidden_columns: list[str] = field(default_factory=list)
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
    reasons: dict[str, int] = field(default_factory=dict)
    lines: dict[str, list[int]] = field(default_factory=dict)
    remedies: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    problem: str = ""


def check_path(path: Path, settings: Settings | None = None) -> list[FileReport]:
    """Say what would become of a file, or of all files in a folder; nothing is written.

    Files of one folder are compared with each other: repeated and outdated rows are found across them.

    Parameters
    ----------
    path : a file, a folder, or the home of an installation (then its drop zone and reference files).
    settings : declarations per source; None takes the defaults.

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
    files = {_declared_name(file, settings): file for file in _files(path, settings)}
    readings = [_read(file, label, settings) for label, file in files.items()]
    reports = {reading.file: _described(reading) for reading in readings}
    first: dict[str, str] = {}
    for reading in readings:
        if reading.status == "taken" and first.setdefault(reading.delivery_id, reading.file) != reading.file:
            reports[reading.file] = replace(reports[reading.file], status="redelivery")
    taken = [reading for reading in readings if reading.profile]
    for profile in {r.profile.name: r.profile for r in taken if r.profile}.values():
        own = [r for r in taken if r.profile == profile and reports[r.file].status != "unreadable"]
        for report in _judged(profile, own, reports, settings):
            reports[report.file] = report
    return [replace(reports[label], file=_shown_name(file, path)) for label, file in files.items()]


def exit_code(reports: Sequence[FileReport]) -> int:
    """0 when every row is accepted, 1 when rows are held back, 2 when a file cannot be taken."""
    if any(report.profile is None or report.status == "unreadable" for report in reports):
        return 2
    return 1 if any(report.quarantined for report in reports) else 0


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


def _read(file: Path, label: str, settings: Settings) -> Reading:
    try:
        return read_bytes(read_content(file), label, settings)
    except UnreadableFile as error:
        return Reading(label, "", "unreadable", str(error))


def _declared_name(file: Path, settings: Settings) -> str:
    """Path below the drop zone, which is what declarations speak of, wherever the check starts."""
    parts, zone = file.resolve().parts, Path(settings.drop_zone).name
    return "/".join(parts[len(parts) - parts[::-1].index(zone) :]) if zone in parts else str(file)


def _shown_name(file: Path, path: Path) -> str:
    return file.relative_to(path).as_posix() if path in file.parents else file.name


def _described(reading: Reading) -> FileReport:
    table, found = reading.table, reading.detection
    is_unknown = found is not None and found.profile is None
    return FileReport(
        file=reading.file,
        status=reading.status,
        profile=reading.profile.name if reading.profile else None,
        nearest_profile=found.nearest.name if found and is_unknown else None,
        missing_columns=list(found.missing) if found else [],
        forbidden_columns=list(found.forbidden) if found else [],
        encoding=reading.encoding or None,
        encoding_confidence=round(reading.confidence, 2),
        delimiter=table.delimiter if table else None,
        header_rows=table.header_rows if table else 0,
        rows_in_file=table.n_delivered if table else 0,
        footer_rows=len(table.footers) if table else 0,
        warnings=list(reading.warnings),
        problem=reading.problem,
    )


def _judged(
    profile: Profile, readings: Sequence[Reading], reports: dict[str, FileReport], settings: Settings
) -> list[FileReport]:
    loaded = [
        Loaded(
            file=reading.file,
            delivery_id=reading.delivery_id,
            rows=reading.rows,
            delivered=reading.table.n_delivered,
            malformed={record.line: str(record.fault) for record in reading.table.refused},
            header_zone=reading.table.zone,
            whole="duplicate" if reports[reading.file].status == "redelivery" else None,
        )
        for reading in readings
        if reading.rows is not None and reading.table is not None
    ]
    # The key hides nothing here: no person key leaves this function.
    converted = typed_rows(profile, loaded, settings, DEMO_PSEUDONYM_KEY)
    judged = judge(profile, loaded, converted, None)
    lines: dict[str, dict[str, list[int]]] = {delivery.file: {} for delivery in loaded}
    held = judged.held.sort_values("source_line")
    for file, number, found in zip(held["file"], held["source_line"], held["reasons"], strict=True):
        for reason in str(found).split(";"):
            lines[str(file)].setdefault(reason, []).append(int(number))
    remedies = _remedies(profile)
    return [
        replace(
            reports[line.file],
            delivered=line.delivered,
            accepted=line.accepted,
            quarantined=line.quarantined,
            duplicate=line.duplicate,
            superseded=line.superseded,
            deleted=line.n_deleted,
            reasons={reason: len(found) for reason, found in sorted(lines[line.file].items())},
            lines={reason: found[:_LINES_NAMED] for reason, found in sorted(lines[line.file].items())},
            remedies={reason: remedies.get(reason, "") for reason in sorted(lines[line.file])},
            warnings=[*reports[line.file].warnings, *judged.warnings],
        )
        for line in judged.lines
    ]


def _remedies(profile: Profile) -> dict[str, str]:
    """What every reason that this profile's rows can be refused for means, and the next step."""
    rules = [rule for contract in entities_of(profile) for rule in contract.rules]
    rules += rules_of_profile(profile, load_instrument())
    return {**_FORM, **{rule.id: f"{rule.description} {rule.remedy}" for rule in rules}}
