"""A text that pandas would trim or take for nothing counts as plain, or a plain one does not."""

import unicodedata

import duckdb
import pyarrow as pa

from contracts.sql_forms import clean
from contracts.values import NULL_WORDS

_SIGNS = [chr(code) for code in (*range(1, 0x2100), 0x3000, 0xFEFF, 0x1F600)]


def test_a_text_is_clean_when_its_ends_are_visible_and_it_is_no_word_for_nothing() -> None:
    texts = [form.format(sign) for sign in _SIGNS for form in ("{}", "a{}b", "1{}2", "{}1", "1{}")]
    texts += [*NULL_WORDS, *map(str.upper, NULL_WORDS), *(f"{word}1" for word in NULL_WORDS)]
    con = duckdb.connect()
    con.register("texts", pa.table({"said": texts}))
    found = con.sql(f"select said, {clean('said')} from texts").fetchall()
    wrong = [said for said, is_clean in found if is_clean is not _is_clean(said)]
    assert not wrong, [said.encode("unicode_escape") for said in wrong[:5]]


def test_no_text_is_clean() -> None:
    assert duckdb.sql(f"select {clean('null::varchar')}").fetchall() == [(True,)]


def _is_clean(said: str) -> bool:
    """The rule in Python; in an empty text there is nothing to clean."""
    if not said:
        return True
    return (
        _is_visible(said[0]) and _is_visible(said[-1]) and said.lower() not in NULL_WORDS and "+" not in said
    )


def _is_visible(sign: str) -> bool:
    kind = unicodedata.category(sign)
    # A sign that Unicode has not given away yet is none that pandas trims.
    return kind[0] not in "ZC" or kind == "Cn"
