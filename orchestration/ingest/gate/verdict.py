"""What goes into judging one profile's rows and what comes out, and how it is counted. No judging here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from contracts.contract import Contract
from contracts.profile import Profile
from orchestration.counted import counted
from orchestration.ingest.gate.ledger import LedgerLine
from orchestration.ingest.gate.reasons import Reasons
from orchestration.ingest.gate.resolve import Fate


@dataclass(frozen=True, slots=True)
class Loaded:
    """One landed delivery.

    Attributes
    ----------
    file, delivery_id : as in the receipts.
    rows : kept columns as text with ``source_line``.
    delivered : rows in the file, malformed ones too.
    malformed : reason by line of the rows that could not be split into fields.
    whole : fate of all rows at once: ``duplicate`` (the same bytes came before) or ``superseded`` (a
        reference file that was replaced by a newer one).
    snapshot_of : what the file is a full snapshot of; None for files of changes.
    """

    file: str
    delivery_id: str
    rows: pd.DataFrame
    delivered: int
    malformed: Mapping[int, str]
    whole: Fate | None = None
    snapshot_of: str | None = None


@dataclass(frozen=True, slots=True)
class EntityVerdict:
    """What became of the rows for one entity.

    Attributes
    ----------
    n_delivered : source rows that came for it; deliveries that count as a whole are left out.
    n_rows : accepted rows.
    refused : source rows refused, by reason (``column:rule``); a row with two reasons counts under both.
    n_duplicate, n_superseded : source rows that repeat another, or that a newer one replaced.
    n_unmapped, n_deleted : accepted rows no organisation is known for; that the source marks as deleted.
    n_late_corrections : accepted records that replaced one of an earlier delivery.
    n_vanished : of the superseded, keys that the newest full snapshot of their source no longer holds.
    """

    entity: str
    n_delivered: int = 0
    n_rows: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    n_duplicate: int = 0
    n_superseded: int = 0
    n_unmapped: int = 0
    n_deleted: int = 0
    n_late_corrections: int = 0
    n_vanished: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """Outcome for one profile: accepted frames and verdicts by entity, ledger lines, rows for quarantine.

    `notes` say by delivery what a person should know of how it was read.
    """

    frames: dict[str, pd.DataFrame]
    verdicts: dict[str, EntityVerdict]
    lines: list[LedgerLine]
    held: pd.DataFrame
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)


def vanished_note(n_records: int) -> str:
    """What a person should know of a full snapshot that lacks what earlier ones held."""
    return f"{counted(n_records, 'record')} of earlier full snapshots no longer there, counted no more"


def replaced_note(n_rows: int) -> str:
    """What a person should know of a delivery in the place of whose refused rows others came."""
    return f"{counted(n_rows, 'refused row')} came again in later deliveries, held back no more"


def ledger_line(
    delivery: Loaded, profile: Profile, records: pd.DataFrame, final: pd.Series, reasons: Reasons
) -> LedgerLine:
    """Ledger line of one delivery.

    Parameters
    ----------
    delivery : the delivery.
    profile : its profile.
    records : records of all deliveries that were good enough to be compared.
    final : fate per record: accepted, quarantined, duplicate or superseded.
    reasons : refused records; those that never became a record too.
    """
    n_quarantined = 0 if delivery.whole else len(reasons.of(delivery.delivery_id))
    n_replaced = 0 if delivery.whole else len(reasons.replaced(delivery.delivery_id))
    own = records[(records["delivery_id"] == delivery.delivery_id) & (not delivery.whole)]
    fate = final[own.index]
    kept = own[fate == "accepted"]
    return LedgerLine(
        file=delivery.file,
        delivery_id=delivery.delivery_id,
        source_system=profile.source_system,
        profile=profile.name,
        delivered=delivery.delivered,
        accepted=len(kept),
        quarantined=n_quarantined,
        duplicate=delivery.delivered if delivery.whole == "duplicate" else int((fate == "duplicate").sum()),
        superseded=delivery.delivered
        if delivery.whole == "superseded"
        else int((fate == "superseded").sum()) + n_replaced,
        n_replaced=n_replaced,
        n_unmapped=int(kept["organization_id"].isna().sum()),
    )


def entity_verdict(
    contract: Contract,
    frame: pd.DataFrame,
    lines: Sequence[LedgerLine],
    reasons: Reasons,
    *,
    n_late: int,
    n_vanished: int,
) -> EntityVerdict:
    """Verdict of one entity.

    Parameters
    ----------
    contract : contract of the entity.
    frame : its accepted rows.
    lines : ledger lines of the deliveries that were judged row by row.
    reasons : refused records.
    n_late : records that corrected one of an earlier delivery.
    n_vanished : records that a newer full snapshot no longer holds.
    """
    return EntityVerdict(
        entity=contract.name,
        n_delivered=sum(line.delivered for line in lines),
        n_rows=len(frame),
        refused=dict(sorted(reasons.counts[contract.name].items())),
        n_duplicate=sum(line.duplicate for line in lines),
        n_superseded=sum(line.superseded for line in lines),
        n_unmapped=int(frame["organization_id"].isna().sum()),
        n_late_corrections=n_late,
        n_vanished=n_vanished,
    )
