"""What people call the columns of lists without a profile, out of column_words.yaml. Comparing: elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from contracts.header_words import Words, every

ABOUT = "about"
"""Words of an entity that stand in its headers, whether or not they name a column of the contract."""
SUBTRACTED = "subtracted"
"""Names of the column that is taken off the amount."""


class ColumnWords(BaseModel):
    """Words for columns by language; drafts are guessed with them, nothing is mapped.

    Attributes
    ----------
    units : names of the column that says whose row it is, what is asked for first coming first.
    versions : parts of the name of the column that says when a row was changed.
    common : canonical column to what it is called in every entity that has it.
    entities : entity to its columns, and to words that its headers have (`ABOUT`, `SUBTRACTED`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    units: tuple[Words, ...]
    versions: Words
    common: dict[str, Words]
    entities: dict[str, dict[str, Words]]

    def of(self, entity: str, column: str) -> tuple[str, ...]:
        """All words for a column of an entity, `ABOUT` or `SUBTRACTED`."""
        own = every(self.entities.get(entity, {}).get(column, {}))
        return (*own, *every(self.common.get(column, {})))


@cache
def load_column_words() -> ColumnWords:
    """Read the words, once."""
    text = Path(__file__).with_name("column_words.yaml").read_text(encoding="utf-8")
    return ColumnWords.model_validate(yaml.safe_load(text))
