"""What the entities of one run came to, put together: ledger, verdicts, manifest. No judging, no files."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pandas as pd

from contracts.ledger_periods import FATES
from orchestration.ingest.gate import ledger
from orchestration.ingest.gate.entity_run import EntityOutcome
from orchestration.ingest.gate.ledger import LedgerLine
from orchestration.ingest.gate.lots import Lot
from orchestration.ingest.gate.tally import Line
from orchestration.ingest.gate.verdict import EntityVerdict, Judged


@dataclass(slots=True)
class Gathered:
    """Outcomes of all entities, as they come in; complete once settled."""

    verdicts: dict[str, EntityVerdict] = field(default_factory=dict)
    lines: list[LedgerLine] = field(default_factory=list)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    restated: list[Line] = field(default_factory=list)
    reasons: dict[str, dict[str, int]] = field(default_factory=dict)
    periods: pd.DataFrame = field(default_factory=lambda: ledger.period_frame([]))
    money: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    _by_period: list[Line] = field(default_factory=list)

    def take(self, name: str, outcome: EntityOutcome) -> None:
        """Take in what came of one entity."""
        self.verdicts[name] = outcome.verdict
        self.lines += outcome.lines
        self.notes |= outcome.notes
        self.restated += outcome.restated
        self.reasons |= outcome.reasons
        self.money |= outcome.money
        self._by_period += outcome.periods

    def take_survey(self, judged: Judged) -> None:
        """Take in responses: their accepted rows are counted by entity, all other fates by response."""
        self.lines += judged.lines
        self.notes |= judged.notes
        for delivery_id, part in judged.held.groupby("delivery_id"):
            counts = part["reasons"].str.split(";").explode().value_counts()
            self.reasons[str(delivery_id)] = {str(rule): int(n) for rule, n in counts.items()}
        for line in judged.lines:
            for fate in FATES[1:]:
                if n_rows := getattr(line, fate):
                    place = {
                        "file": line.file,
                        "delivery_id": line.delivery_id,
                        "entity": ";".join(judged.frames),
                    }
                    self._by_period.append(
                        {**place, "fate": fate, "n_rows": n_rows, "amount": None, "n_amount_unknown": 0}
                    )

    def settle(self, lots: Sequence[Lot]) -> None:
        """Put the lines in the order of arrival, add the money, and note headers that changed."""
        for lot in lots:
            if not lot.whole:
                warned = tuple(lot.manifest.get("header_warnings", ()))
                self.notes[lot.delivery_id] = (*warned, *self.notes.get(lot.delivery_id, ()))
        order = {(lot.file, lot.delivery_id): lot.sequence for lot in lots}
        self.lines.sort(key=lambda line: order[line.file, line.delivery_id])
        systems = {(line.file, line.delivery_id): line.source_system for line in self.lines}
        self.periods = ledger.period_frame(
            [
                {**line, "source_system": systems[line["file"], line["delivery_id"]]}
                for line in self._by_period
            ]
        )
        own = {place: part for place, part in self.periods.groupby(["file", "delivery_id"])}
        self.lines = [
            replace(
                line,
                amounts=ledger.amounts_of(
                    own[line.file, line.delivery_id], self.money.get(line.delivery_id, {})
                ),
            )
            if (line.file, line.delivery_id) in own
            else line
            for line in self.lines
        ]


def accepted_manifest(lots: Sequence[Lot], gathered: Gathered) -> list[dict[str, Any]]:
    """One entry per delivery: what it was, how it was read, what became of its rows and money."""
    lines = {(line.file, line.delivery_id): line for line in gathered.lines}
    return [
        {
            **{name: lot.manifest.get(name) for name in _AS_LANDED},
            "file": lot.file,
            **{
                name: getattr(line, name)
                for name in ("delivered", *FATES, "n_replaced", "n_deleted", "n_unmapped", "control")
            },
            "amounts": line.amounts,
            "reasons": gathered.reasons.get(lot.delivery_id, {}) if line.quarantined else {},
            "notes": list(gathered.notes.get(lot.delivery_id, ())),
        }
        for lot in lots
        if (line := lines.get((lot.file, lot.delivery_id))) is not None
    ]


_AS_LANDED = (
    "delivery_id",
    "received_at",
    "profile",
    "profile_version",
    "encoding",
    "delimiter",
    "header_rows",
    "header_fingerprint",
)
