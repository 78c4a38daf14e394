"""Two headers of one source compared: what was added, went missing, was renamed or changed its kind. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal, get_args

from orchestration.settings import HeaderChanges, Policy

Kind = Literal["empty", "boolean", "integer", "decimal", "date", "time", "text"]
Change = Literal["added", "missing", "renamed", "retyped"]

# Rows whose texts say what a column holds: enough for a coarse kind, few enough to cost nothing.
LOOKED_AT: Final = 1_000
# Below this two names are two columns (rapidfuzz ratio, 0 to 100): Created/Created at is 82, Id/Due date 40.
_ALIKE: Final = 75.0
_NAMED: Final = 8
_PATTERNS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("boolean", re.compile(r"(?i)true|false|yes|no|ja|nein|nee|oui|non|sí|si|t|f|y|n")),
    ("integer", re.compile(r"[-+]?\d{1,18}")),
    # Days with points, before numbers that group their thousands with them: those have three digits each.
    ("date", re.compile(r"\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})|\d{4}\.\d{1,2}\.\d{1,2}")),
    (
        "decimal",
        re.compile(r"[-+(]?\s?(?:[€$£¥]\s?)?[-+]?\d[\d., \u00a0']*(?:e[-+]?\d+)?\s?(?:[-)%€]|[A-Z]{2,3})?"),
    ),
    ("time", re.compile(r"\d{1,4}[-/.]\S+[ T]\d{1,2}:\d\d.*|-?\d+:\d\d(?::\d\d)?")),
    ("date", re.compile(r"\d{1,4}[-/.](?:\d{1,2}|[^\W\d]{3,9})[-/.]\d{2,4}")),
)
# Kinds that a column may change between though nobody changed it: a month without cents, an empty one.
_CLOSE: Final = ({"integer", "decimal"}, {"date", "time"}, {"integer", "boolean"})


@dataclass(frozen=True, slots=True)
class HeaderPrint:
    """What a header looked like: all names as they stood, and what the kept columns held."""

    names: tuple[str, ...]
    kinds: Mapping[str, Kind]

    def as_json(self) -> dict[str, Any]:
        """Form in which a manifest keeps it."""
        return {"names": list(self.names), "kinds": dict(self.kinds)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "HeaderPrint":
        """Print that a manifest keeps."""
        return cls(tuple(content["names"]), dict(content["kinds"]))


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: which, of what column, and what it was before."""

    change: Change
    column: str
    before: str = ""

    def __str__(self) -> str:
        return f"{self.column} (was {self.before})" if self.before else self.column


def kind_of_texts(texts: Iterable[str]) -> Kind:
    """Coarse kind of a column by its first texts; mixed is text."""
    found: set[Kind] = set()
    for text in islice(texts, LOOKED_AT):
        clean = text.strip()
        if clean:
            found.add(next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(clean)), "text"))
        if "text" in found:
            return "text"
    if not found:
        return "empty"
    if len(found) == 1:
        return found.pop()
    if found <= {"integer", "decimal"}:
        return "decimal"
    return "time" if found == {"date", "time"} else "text"


def differences(before: HeaderPrint, now: HeaderPrint) -> list[Difference]:
    """What changed from one header to the next.

    Parameters
    ----------
    before, now : prints of two deliveries of one source.

    Returns
    -------
    list of Difference
        A column that went and one that came are one renaming when their names are alike, or when they stand
        at the same place and hold the same kind. The order of columns is no change.
    """
    gone = [name for name in before.names if name not in set(now.names)]
    came = [name for name in now.names if name not in set(before.names)]
    renamed = _renamed(gone, came, before, now)
    retyped = [
        Difference("retyped", name, f"{kind}, now {now.kinds[name]}")
        for name, kind in before.kinds.items()
        if name in now.kinds and not _is_close(kind, now.kinds[name])
    ]
    return [
        *(Difference("added", name) for name in came if name not in renamed),
        *(Difference("missing", name) for name in gone if name not in renamed.values()),
        *(Difference("renamed", new, old) for new, old in renamed.items()),
        *retyped,
    ]


def verdict(found: Sequence[Difference], policy: HeaderChanges) -> tuple[list[str], list[str]]:
    """Sentences to warn with and sentences to refuse with, one per kind of change."""
    said: dict[Policy, list[str]] = {"accept": [], "warn": [], "refuse": []}
    for change in get_args(Change):
        own = [str(one) for one in found if one.change == change]
        if own:
            more = f" and {len(own) - _NAMED} more" if len(own) > _NAMED else ""
            what = f"columns {change} since the delivery before: {', '.join(own[:_NAMED])}{more}"
            said[getattr(policy, change)].append(what)
    return said["warn"], said["refuse"]


def as_json(found: Sequence[Difference]) -> dict[str, list[str]]:
    """Differences by kind of change, for a manifest."""
    return {
        change: [str(one) for one in found if one.change == change]
        for change in get_args(Change)
        if any(one.change == change for one in found)
    }


def note_changes(
    before: Mapping[str, Any] | None, manifest: dict[str, Any], policy: HeaderChanges
) -> tuple[list[str], list[str]]:
    """Note in a manifest what changed since the one before; sentences to warn with and to refuse with."""
    if before is None or "header" not in before:
        return [], []
    found = differences(HeaderPrint.from_json(before["header"]), HeaderPrint.from_json(manifest["header"]))
    warned, refused = verdict(found, policy)
    manifest |= {"header_changes": as_json(found), "header_warnings": warned}
    return warned, refused


def _renamed(
    gone: Sequence[str], came: Sequence[str], before: HeaderPrint, now: HeaderPrint
) -> dict[str, str]:
    """New name -> old name, the most alike pairs first, each column once."""
    from rapidfuzz.fuzz import ratio

    pairs = sorted(
        ((ratio(old.casefold(), new.casefold()), old, new) for old in gone for new in came),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    found: dict[str, str] = {}
    for alike, old, new in pairs:
        is_free = new not in found and old not in found.values()
        if is_free and (alike >= _ALIKE or _stands_for(old, new, before, now)):
            found[new] = old
    return found


def _stands_for(old: str, new: str, before: HeaderPrint, now: HeaderPrint) -> bool:
    """Whether both stand at one place of equally wide headers and hold one known kind."""
    if len(before.names) != len(now.names) or before.names.index(old) != now.names.index(new):
        return False
    kind = before.kinds.get(old)
    return kind not in (None, "empty") and kind == now.kinds.get(new)


def _is_close(before: Kind, now: Kind) -> bool:
    return before == now or "empty" in (before, now) or {before, now} in _CLOSE
