"""Which canonical column a column of a file may be, by name and kind; for drafts that a person edits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from contracts.contract import Column, Contract
from contracts.contract import Kind as Canonical
from contracts.entities import ENTITIES
from contracts.profile import Profile
from orchestration.ingest.land.headers import Kind
from orchestration.ingest.tell.column_looks import ColumnLook

OURS: Final = frozenset(
    {"source_system", "delivered_by", "delivery_id", "source_line", "source_updated_at", "organization_id"}
    | {"unit_key_type", "unit_key", "is_deleted", "employees_band"}
)
"""Columns that are written by us or follow from others; a file need not have them."""
_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "ticket_key": ("ticket", "case", "case number", "ticket number", "issue key", "reference"),
    "created_at": ("opened", "raised", "created on", "date created", "reported"),
    "solved_at": ("closed", "resolved", "solved", "closed on"),
    "first_response_minutes": ("first answer", "first response time", "first reply time"),
    "resolution_minutes": ("resolution time", "time to resolve"),
    "status": ("state",),
    "priority": ("prio", "urgency"),
    "channel": ("source", "origin", "via"),
    "satisfaction": ("rating", "csat", "satisfaction rating"),
    "opportunity_key": ("deal", "deal number", "opportunity number"),
    "account_key": ("customer", "customer number", "account number", "client"),
    "closed_on": ("closed", "close date", "expected close", "closing date"),
    "amount": ("value", "total", "deal value", "net amount"),
    "person_key": ("employee", "employee number", "person", "staff number", "worker"),
    "started_on": ("start", "hired", "hire date", "from"),
    "ended_on": ("end", "left", "termination date", "until"),
    "fte_share": ("fte",),
    "posted_on": ("posting date", "booking date", "journal date"),
    "entry_key": ("entry", "journal", "voucher", "document number"),
    "line_number": ("line", "row number"),
    "account_code": ("account", "gl account", "ledger account"),
    "spent_on": ("day", "date"),
    "answered_at": ("submitted", "completed", "answered"),
}
"""What people also call a column, beside the labels that the profiles know."""
_ABOUT: Final[Mapping[str, frozenset[str]]] = {
    "tickets": frozenset({"ticket", "case", "issue", "conversation", "requester", "assignee", "resolution"}),
    "opportunities": frozenset(
        {"deal", "opportunity", "probability", "dealname", "closeprobability", "geschäft"}
    ),
    "opportunity_history": frozenset({"history", "opportunityid", "fivetran", "start"}),
    "accounts": frozenset({"parent", "employees", "industry"}),
    "employment_spells": frozenset({"employee", "hire", "termination", "employment", "supervisor", "worker"}),
    "hires": frozenset({"candidate", "requisition", "application", "offer", "recruiter"}),
    "applications": frozenset({"applicant", "application", "gender", "race", "ethnicity", "disability"}),
    "ledger_lines": frozenset({"journal", "ledger", "debit", "credit", "konto", "posting", "gl", "soll"}),
    "invoices": frozenset({"invoice", "due", "rechnung", "factuur", "facture", "balance"}),
    "marketing_spend": frozenset(
        {"campaign", "ad", "ads", "spend", "spent", "impressions", "clicks", "cost"}
    ),
    "survey_responses": frozenset({"score", "nps", "csat", "survey", "comment"}),
    "fx_rates": frozenset({"rate"}),
    "crosswalk": frozenset({"unit"}),
    "organizations": frozenset({"organization", "fiscal"}),
}
"""Words in a header that say what the rows are."""
# A required column can be missing because it follows from others: tried on the shapes that are shipped.
_MISSING: Final = 0.4
_FITS_WELL: Final = 0.5
# rapidfuzz's ratio on words, 0..100: Created/Created at is 82, Solved at/Created at 74 (other columns).
LIKE_ENOUGH: Final = 80.0
_FITS: Final[Mapping[Canonical, frozenset[Kind]]] = {
    "text": frozenset({"text", "integer", "boolean", "decimal", "date", "time", "empty"}),
    "integer": frozenset({"integer", "empty"}),
    "date": frozenset({"date", "time", "integer", "decimal", "empty"}),
    "timestamp": frozenset({"date", "time", "integer", "decimal", "empty"}),
    "boolean": frozenset({"boolean", "integer", "empty"}),
    "minutes": frozenset({"integer", "decimal", "time", "empty"}),
}
_NUMBER: Final = frozenset[Kind]({"integer", "decimal", "empty"})


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a file fits one entity.

    Attributes
    ----------
    columns : canonical column to column of the file.
    share : share of the required columns that are there, 0..1.
    rank : the larger the likelier; a column that few entities have says more than one that many have, and a
        required column that is missing speaks against it.
    """

    entity: str
    columns: dict[str, str]
    share: float
    rank: float


def likely_entities(looks: Sequence[ColumnLook], profiles: Mapping[str, Profile]) -> list[Likeness]:
    """Entities by how well the columns fit, the best first.

    Parameters
    ----------
    looks : columns of the file.
    profiles : profiles whose labels and aliases are learnt from.
    """
    found = [likeness(looks, contract, profiles) for contract in ENTITIES.values()]
    return sorted(found, key=lambda one: (-one.rank, one.entity))


def likeness(looks: Sequence[ColumnLook], contract: Contract, profiles: Mapping[str, Profile]) -> Likeness:
    """How the columns of a file fit one entity; each column is used once, the most alike pairs first."""
    known = labels_of(contract, profiles)
    pairs = sorted(
        (
            (-score, contract.column_names.index(name), place, name, look.name)
            for name, labels in known.items()
            for place, look in enumerate(looks)
            if (score := _alike(look, contract.column(name), labels)) >= LIKE_ENOUGH
        )
    )
    columns: dict[str, str] = {}
    for *_, name, source in pairs:
        if name not in columns and source not in columns.values():
            columns[name] = source
    needed = [c.name for c in contract.columns if c.name in known and not c.nullable and c.kind != "boolean"]
    share = sum(name in columns for name in needed) / len(needed)
    weight = {name: (2 if name in needed else 1) / _n_entities(name) for name in columns}
    n_missing = sum(name not in columns for name in needed)
    rank = sum(weight.values()) + _spoken_of(contract.name, looks) - _MISSING * n_missing - 2 * (not share)
    ordered = {name: columns[name] for name in contract.column_names if name in columns}
    return Likeness(contract.name, ordered, round(share, 3), round(rank, 3))


def _spoken_of(entity: str, looks: Sequence[ColumnLook]) -> float:
    said = {word for look in looks for word in words(look.name).split()}
    return min(3, len(said & _ABOUT.get(entity, frozenset())))


@cache
def _n_entities(name: str) -> int:
    return sum(name in contract.column_names for contract in ENTITIES.values())


def labels_of(contract: Contract, profiles: Mapping[str, Profile]) -> dict[str, set[str]]:
    """Canonical column to every label that the profiles know for it, and its own name."""
    found = {name: {name, *_ALSO.get(name, ())} for name in contract.column_names if name not in OURS}
    for profile in profiles.values():
        if profile.entity == contract.name:
            for name, mapping in profile.columns.items():
                for source in mapping.sources if name in found else ():
                    found[name] |= {source, *profile.aliases.get(source, ())}
    return found


def _alike(look: ColumnLook, column: Column, labels: set[str]) -> float:
    if look.kind not in _FITS.get(column.kind, _NUMBER) or (look.is_personal and not column.is_personal):
        return 0.0
    from rapidfuzz import fuzz

    name = words(look.name)
    return max(
        max(fuzz.ratio(name, words(label)), fuzz.token_sort_ratio(name, words(label))) for label in labels
    )


@cache
def words(name: str) -> str:
    """A column name in small words: `CreatedAt`, `created_at` and `Created at` are `created at`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[_\W]+", " ", parted).casefold().split())


def likelihood_words(found: Sequence[Likeness]) -> str:
    """The likeliest entities in words, and whether none fits well."""
    doubt = "nothing fits well; " if found[0].share < _FITS_WELL else ""
    said = [f"{one.entity} ({one.share:.0%} of what it needs)" for one in found]
    return f"{doubt}likest {said[0]}" + (f", then {', '.join(said[1:])}" if len(said) > 1 else "")
