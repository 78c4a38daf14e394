"""A profile tried on a file in a home that is thrown away: the first rows before and after. Nothing stays."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from contracts.contract import Contract
from contracts.entities import ENTITIES
from contracts.profile import Profile, ProfileError, parse_profile
from contracts.profile_checks import hidden
from orchestration.errors import SettingsError, UnreadableFile
from orchestration.ingest.gate import quarantine
from orchestration.ingest.gate.accept import QUARANTINE, AcceptResult
from orchestration.ingest.gate.accepted import read_entity
from orchestration.ingest.gate.gate_again import judge_aside
from orchestration.ingest.gate.judge import entities_of
from orchestration.ingest.land.deliveries import LANDING, Delivery, manifest_of
from orchestration.ingest.land.drop_zone import EXPORTS
from orchestration.ingest.profiles import PROFILES, profiles_of, sql_faults
from orchestration.ingest.tell.violations import MASKED, Violation, violations
from orchestration.settings import Settings, Source

_OURS: Final = ("source_system", "delivered_by", "delivery_id", "source_line", "organization_id")
_COUNTS: Final = ("delivered", "accepted", "quarantined", "duplicate", "superseded")


@dataclass(frozen=True, slots=True)
class TriedRow:
    """One row: its texts as delivered, and what it became by entity, or the rules it broke."""

    line: int
    before: dict[str, str]
    after: dict[str, list[dict[str, str]]]
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class TriedPart:
    """One part of a file: what was read, the first rows, and what was refused.

    Attributes
    ----------
    problem : why it is not taken; empty when it is.
    counts : rows delivered, accepted, quarantined, duplicate, superseded.
    refused : the first refused rows' broken rules.
    """

    file: str
    problem: str
    profile: str | None
    counts: dict[str, int] = field(default_factory=dict)
    rows: list[TriedRow] = field(default_factory=list)
    refused: list[Violation] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def try_profile(
    path: Path,
    *,
    profile: str | None = None,
    home: Path | None = None,
    settings: Settings | None = None,
    n: int = 5,
) -> list[TriedPart]:
    """Read and judge one file as a profile says.

    Parameters
    ----------
    path : the file.
    profile : name of a profile, or the path of one in YAML; None lets the header find it.
    home : installation whose profiles and declarations count too.
    settings : its settings.
    n : rows shown, and refused rows told.

    Raises
    ------
    UnreadableFile
        There is no such file.
    SettingsError
        The profile is faulty, or there is none of that name.
    """
    if not path.is_file():
        raise UnreadableFile("There is no such file", str(path), "check the path")
    settings = settings or Settings()
    with tempfile.TemporaryDirectory(prefix="maturity-trial-") as folder:
        aside = Path(folder)
        _link_profiles(aside, home)
        chosen = _chosen(aside, profile) if profile is not None else None
        below = _below(path, home, settings)
        link = aside / EXPORTS / below
        link.parent.mkdir(parents=True)
        link.symlink_to(path.resolve())
        if chosen is not None:
            declared = settings.source_for(below, chosen.source_system) or Source(system=chosen.source_system)
            declared = declared.model_copy(update={"pattern": "**/*", "profile": chosen.name})
            settings = settings.model_copy(update={"sources": (declared,)})
        received, result = judge_aside(aside, settings.model_copy(update={"withdrawn": ()}))
        return [_tried(aside, delivery, result, n) for delivery in received]


def _link_profiles(aside: Path, home: Path | None) -> None:
    (aside / PROFILES).mkdir()
    for own in sorted((home / PROFILES).glob("*.yaml")) if home is not None else ():
        (aside / PROFILES / own.name).symlink_to(own.resolve())


def _chosen(aside: Path, profile: str) -> Profile:
    path = Path(profile)
    if path.suffix in (".yaml", ".yml"):
        try:
            text = path.read_text(encoding="utf-8")
            name = parse_profile(text, path.name, sql_faults).name
        except (OSError, UnicodeDecodeError, ProfileError) as error:
            raise SettingsError(f"The profile cannot be used: {error}", str(path), "correct it") from None
        replaced = aside / PROFILES / f"{name}.yaml"
        replaced.unlink(missing_ok=True)
        replaced.write_text(text, encoding="utf-8")
        profile = name
    known = profiles_of(aside)
    if profile not in known:
        raise SettingsError(
            f"'{profile}' is no export profile",
            "--profile",
            "choose one that profile list names, or a YAML file",
        )
    return known[profile]


def _below(path: Path, home: Path | None, settings: Settings) -> str:
    zone = (home / settings.drop_zone).resolve() if home is not None else None
    resolved = path.resolve()
    return resolved.relative_to(zone).as_posix() if zone in resolved.parents and zone else path.name


def _tried(aside: Path, delivery: Delivery, result: AcceptResult | None, n: int) -> TriedPart:
    file = delivery.file.removeprefix(f"{EXPORTS}/")
    if result is None or not delivery.is_landed:
        return TriedPart(file, delivery.problem, delivery.profile, warnings=list(delivery.warnings))
    profile = profiles_of(aside)[str(delivery.profile)]
    held = quarantine.read(aside / QUARANTINE)
    held = held[(held["delivery_id"] == delivery.delivery_id) & (held["file"] == delivery.file)]
    reasons = dict(zip(held["source_line"].astype(int), held["reasons"].str.split(";"), strict=True))
    line = result.ledger[result.ledger["file"] == delivery.file].iloc[0]
    landed = _first_rows(aside, delivery.delivery_id, n)
    after = _after(aside, profile, delivery.delivery_id, [line for line, _ in landed])
    return TriedPart(
        file,
        "",
        profile.name,
        {name: int(line[name]) for name in _COUNTS},
        [
            TriedRow(line, _masked(row, profile), after.get(line, {}), list(reasons.get(line, ())))
            for line, row in landed
        ],
        list(violations(aside, held.head(n))),
        [*delivery.warnings, *result.notes.get(delivery.delivery_id, ())],
    )


def _first_rows(aside: Path, delivery_id: str, n: int) -> list[tuple[int, dict[str, str]]]:
    import pyarrow.parquet

    parquet: Any = pyarrow.parquet
    rows: list[dict[str, Any]] = []
    for name in manifest_of(aside, delivery_id)["rows_files"]:
        for batch in parquet.ParquetFile(aside / LANDING / delivery_id / name).iter_batches(batch_size=n):
            rows += batch.to_pylist()
            if len(rows) >= n:
                break
    return [(int(row.pop("source_line")), {k: str(v or "") for k, v in row.items()}) for row in rows[:n]]


def _masked(row: Mapping[str, str], profile: Profile) -> dict[str, str]:
    unshown = hidden(profile)
    return {name: MASKED if name in unshown and text else text for name, text in row.items()}


def _after(
    aside: Path, profile: Profile, delivery_id: str, lines: list[int]
) -> dict[int, dict[str, list[dict[str, str]]]]:
    found: dict[int, dict[str, list[dict[str, str]]]] = {}
    for contract in entities_of(profile):
        rows = read_entity(aside / "accepted", ENTITIES[contract.name])
        rows = rows[(rows["delivery_id"] == delivery_id) & rows["source_line"].isin(lines)]
        for line, row in zip(rows["source_line"].astype(int), _texts(rows, contract), strict=True):
            found.setdefault(line, {}).setdefault(contract.name, []).append(row)
    return found


def _texts(rows: pd.DataFrame, contract: Contract) -> Iterator[dict[str, str]]:
    """Texts of accepted rows; hashes are made with the demo's public key here, so that they hide nobody."""
    personal = {column.name for column in contract.columns if column.is_personal}
    for row in rows.drop(columns=[name for name in _OURS if name in rows]).to_dict("records"):
        yield {
            str(name): MASKED if name in personal else _text(value)
            for name, value in row.items()
            if not pd.isna(value)
        }


def _text(value: Any) -> str:
    return str(value.date()) if isinstance(value, pd.Timestamp) and value == value.normalize() else str(value)
