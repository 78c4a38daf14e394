"""Landed deliveries as the gate takes them: where their rows lie and how they write. No rows are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pandas as pd

from contracts.contract import Contract
from contracts.entities import ENTITIES
from contracts.manner import Manner
from contracts.profile import Profile
from contracts.sql_rules import quoted, text
from contracts.sql_typing import PlainRows, plain_rows
from orchestration.ingest.gate import corrections
from orchestration.ingest.gate.resolve import Fate
from orchestration.ingest.gate.typing_rows import manner_of
from orchestration.ingest.land.deliveries import LANDING, Delivery, manifest_of
from orchestration.ingest.land.reading import declaration
from orchestration.settings import Settings


class _Delivered(Protocol):
    @property
    def snapshot_of(self) -> str | None: ...


_D = TypeVar("_D", bound=_Delivered)


@dataclass(frozen=True, slots=True)
class Lot:
    """One landed delivery.

    Attributes
    ----------
    sequence : order of arrival.
    whole : fate of all rows at once, see `Delivery.counts_as_a_whole`.
    columns : landed text columns, without ``source_line``.
    delivered, malformed : rows in the file; reason by line of those that could not be split into fields.
    corrected : texts that a person put in the place of refused ones, by ``source_line``.
    snapshot_of : what the file is a full snapshot of; None for files of changes.
    plain : SQL for its plain rows; None where every row goes through pandas.
    """

    file: str
    delivery_id: str
    sequence: int
    profile: Profile
    manner: Manner
    paths: tuple[Path, ...]
    columns: tuple[str, ...]
    delivered: int
    malformed: Mapping[int, str]
    manifest: Mapping[str, Any] = field(repr=False)
    whole: Fate | None = None
    corrected: pd.DataFrame | None = field(default=None, repr=False)
    snapshot_of: str | None = None
    plain: PlainRows | None = field(default=None, repr=False)

    @property
    def contract(self) -> Contract:
        """Contract of the entity its rows become; not for surveys."""
        return ENTITIES[str(self.profile.entity)]

    @property
    def rows(self) -> str:
        """SQL source of the landed rows: text columns and ``source_line``."""
        return landed_rows(self.paths)


def landed_rows(paths: Sequence[Path]) -> str:
    """SQL source of the rows of landed files."""
    return f"read_parquet([{', '.join(text(path) for path in paths)}])"


def lot_of(
    home: Path, delivery: Delivery, profile: Profile, settings: Settings, *, is_fast: bool = True
) -> Lot:
    """Landed delivery as the gate takes it; without `is_fast` no row is typed by SQL."""
    manifest = manifest_of(home, delivery.delivery_id)
    folder = home.resolve() / LANDING / delivery.delivery_id
    manner = manner_of(manifest | {"file": delivery.file}, profile, settings)
    declared = declaration(delivery.file, settings, profile.source_system)
    is_snapshot = declared is not None and declared.is_full_snapshot
    lot = Lot(
        file=delivery.file,
        delivery_id=delivery.delivery_id,
        sequence=delivery.sequence,
        profile=profile,
        manner=manner,
        paths=tuple(folder / name for name in manifest["rows_files"]),
        columns=tuple(manifest["kept_columns"]),
        delivered=int(manifest["delivered"]),
        malformed={int(entry["source_line"]): str(entry["reason"]) for entry in manifest["malformed"]},
        manifest=manifest,
        whole=delivery.counts_as_a_whole,
        corrected=corrections.of(home, delivery.delivery_id),
        snapshot_of=f"{profile.name} {declared.pattern}" if is_snapshot and declared else None,
    )
    if not is_fast or profile.entity is None or delivery.counts_as_a_whole:
        return lot
    return replace(lot, plain=plain_rows(profile, lot.contract, manner, lot.columns))


def period_of(contract: Contract) -> str:
    """SQL of the month a row lies in, null for entities without months."""
    period = contract.period_column
    return f"date_trunc('month', {quoted(period)})::date" if period else "null::date"


def newest_snapshots(deliveries: Sequence[_D]) -> dict[str, _D]:
    """Newest full snapshot of each source that declares them, out of deliveries in the order of arrival."""
    return {one.snapshot_of: one for one in deliveries if one.snapshot_of is not None}


def older_snapshots(deliveries: Sequence[_D]) -> list[_D]:
    """Full snapshots that a newer one of their source came after: of what they hold nothing is waited for."""
    newest = newest_snapshots(deliveries)
    return [one for one in deliveries if one.snapshot_of is not None and newest[one.snapshot_of] is not one]


def system_column(contract: Contract) -> str:
    """Column that names the system a row was delivered by."""
    return "delivered_by" if "delivered_by" in contract.column_names else "source_system"


def record_key(contracts: Sequence[Contract]) -> list[str]:
    """Columns that name a record in all entities it feeds; keys of two systems never clash."""
    shared = [name for name in contracts[0].key if all(name in contract.key for contract in contracts)]
    return shared if "source_system" in shared else ["source_system", *shared]
