"""What the pipeline should report per file of a demo world: the expected ledger and the stated dirt."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

COUNTS = ("delivered", "accepted", "quarantined", "duplicate", "superseded", "footer_rows")


@dataclass(slots=True)
class ExpectedLedger:
    """Counts by file, gathered while dirt is added; ``accepted`` is what is left of the delivered rows.

    Deliveries are read in the order of their path. Of two identical rows the later one is the duplicate; of
    two versions of a row the older one is superseded, in whichever file it stands.
    ``n_deleted`` and ``n_unmapped`` count accepted rows: marked as deleted, and without an organisation.
    """

    quarantined: dict[str, Counter[str]] = field(default_factory=dict)
    duplicate: Counter[str] = field(default_factory=Counter)
    superseded: Counter[str] = field(default_factory=Counter)
    footer_rows: Counter[str] = field(default_factory=Counter)
    n_deleted: Counter[str] = field(default_factory=Counter)
    n_unmapped: Counter[str] = field(default_factory=Counter)
    stated: list[dict[str, Any]] = field(default_factory=list)

    def state(self, kind: str, file: str, rows: int, note: str) -> None:
        """Write down one piece of dirt in words and in rows."""
        self.stated.append({"kind": kind, "file": file, "rows": rows, "note": note})

    def refuse(self, file: str, reason: str, rows: int) -> None:
        """Expect rows of a file in quarantine for one reason, ``column:rule``."""
        self.quarantined.setdefault(file, Counter())[reason] += rows

    def manifest(self, delivered: dict[str, int]) -> dict[str, Any]:
        """Balance the ledger per file and in total.

        Parameters
        ----------
        delivered : dict of str to int
            Data rows per file, without headers and footers.
        """
        files: dict[str, dict[str, Any]] = {}
        totals: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for file, rows in sorted(delivered.items()):
            refused = self.quarantined.get(file, Counter())
            held = sum(refused.values()) + self.duplicate[file] + self.superseded[file]
            counts = dict(
                zip(
                    COUNTS,
                    (
                        rows,
                        rows - held,
                        sum(refused.values()),
                        self.duplicate[file],
                        self.superseded[file],
                        self.footer_rows[file],
                    ),
                    strict=True,
                )
            )
            files[file] = {
                **counts,
                "n_deleted": self.n_deleted[file],
                "n_unmapped": self.n_unmapped[file],
                "reasons": dict(sorted(refused.items())),
            }
            totals.update(counts)
            reasons.update(refused)
        return {
            "is_simulated": True,
            "order": "files in the order of their path; of identical rows the later one is the duplicate",
            "files": files,
            "totals": {**{name: totals[name] for name in COUNTS}, "reasons": dict(sorted(reasons.items()))},
            "stated": self.stated,
        }
