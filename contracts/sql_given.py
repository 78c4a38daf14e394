"""Profile -> SQL of the columns that need the whole file or DuckDB: made before typing. No SQL is run here.

Each stands beside the landed columns as text under `sql:<canonical>`; `contracts.convert` and
`contracts.sql_typing` both read it there, so that a part of a file can be typed by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from contracts.contract import Contract
from contracts.profile import Profile
from contracts.sql_rules import quoted, text
from contracts.values import NULL_WORDS

GIVEN = "sql:"
VISIBLE = r"(?s)[^\pZ\pC](.*[^\pZ\pC])?"
"""Text that begins and ends with a sign that can be seen, so that there is nothing to trim."""
_SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_MEMBERS = "[^\\s\\[\\],;\"']+"


def given_columns(profile: Profile, header: Iterable[str]) -> dict[str, str]:
    """SQL expression per made column over the landed rows of one file; `listings` replaces some of them.

    Parameters
    ----------
    profile : what the rows are.
    header : landed columns; one that is missing is empty.
    """
    return dict(_expressions(profile, frozenset(header)))


def listings(profile: Profile, contract: Contract, header: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Made columns that find a row in the list of another: the text of the list and that of the row's key."""
    present = frozenset(header)
    own = profile.columns.get(contract.key[0])
    if own is None or not own.sources:
        return {}
    key = cleaned(own.sources, present)
    return {
        GIVEN + name: (cleaned((lists,), present), key)
        for name, mapping in profile.columns.items()
        if (lists := mapping.listed_in) is not None and lists in present
    }


def members(lists: str, key: str, rows: str) -> str:
    """Query of the members of all lists and the key of the row that lists them, the smallest of several."""
    found = f"unnest(regexp_extract_all({lists}, {text(_MEMBERS)}))"
    # Most lists are empty: `[]`.
    listing = f"{key} is not null and {lists} <> '[]'"
    return (
        f"select member, min(key) as key from (select {found} as member, {key} as key from {rows} "
        f"where {listing}) group by member"
    )


def cleaned(names: Sequence[str], header: Iterable[str]) -> str:
    """First filled text of several columns, trimmed, words for nothing made null."""
    nothing = ", ".join(text(word) for word in sorted(NULL_WORDS))
    present = frozenset(header)
    texts = [_trimmed(quoted(name)) for name in names if name in present]
    clean = [f"case when lower({value}) not in ({nothing}) then {value} end" for value in texts]
    return f"coalesce({', '.join(clean)}, null)" if clean else "null::varchar"


def _trimmed(value: str) -> str:
    # Trimming is slow (1.3 s per million texts) and seldom needed.
    is_trim = f"regexp_full_match({value}, {text(VISIBLE)})"
    return f"case when {is_trim} then {value} else trim({value}, {text(_SPACES)}) end"


def _expressions(profile: Profile, header: frozenset[str]) -> Iterator[tuple[str, str]]:
    for name, mapping in profile.columns.items():
        if mapping.sql is not None:
            yield GIVEN + name, f"try(({mapping.sql}))::varchar"
        elif mapping.content_key:
            texts = [f"coalesce({cleaned((column,), header)}, '')" for column in mapping.content_key]
            said = " || chr(31) || ".join(texts)
            place = f"row_number() over (partition by {', '.join(texts)} order by source_line)"
            yield GIVEN + name, f"sha256({said} || chr(31) || {place})"
        elif mapping.listed_in is not None:
            yield GIVEN + name, "null::varchar"
        elif mapping.ordinal is not None:
            group = cleaned((mapping.ordinal.group,), header)
            order = cleaned((mapping.ordinal.order,), header)
            by = f"try_cast({order} as double) nulls last, {order} nulls last, source_line"
            yield GIVEN + name, f"(row_number() over (partition by {group} order by {by}))::varchar"
