"""How a delivery writes: declared, stated by its own file, or proven by it. Nothing is read here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

DateOrder = Literal["dmy", "mdy", "ymd"]
DecimalSign = Literal[".", ","]

DECIMAL_COMMA = frozenset({"nl", "de", "fr", "es", "it", "pt", "pl", "sv", "da", "nb", "fi", "cs"})
"""Languages that write 1.234,56; all others are read as 1,234.56."""
DAY_FIRST = DECIMAL_COMMA
DAY_FIRST_REGIONS = frozenset({"en_gb", "en_ie", "en_au", "en_nz", "en_in", "en_za"})
MONTH_FIRST_REGIONS = frozenset({"en_us"})
"""Plain `en` does not say whether the day or the month comes first: declared, or proven by the file."""
DECIMAL_POINT_REGIONS = frozenset({"de_ch", "de_li", "fr_ch", "it_ch", "es_mx"})


@dataclass(frozen=True, slots=True)
class Manner:
    """How one delivery writes.

    Attributes
    ----------
    locale : language (and region) of numbers, dates and names of months; None: not declared, the file must
        prove its decimal sign.
    zone : zone of times that carry none; None refuses them.
    date_order : declared or proven order of day and month; None takes that of the locale.
    currency : currency of amounts where the file names none.
    constants : canonical column to the value where the source has none.
    values : canonical column to words of the source and their canonical words.
    account_classes : account code or range to class.
    labels : column to the cell of the second header row: question texts, option labels.
    preamble : rows above the header.
    value_labels : column to codes and their labels (SPSS).
    decimal : decimal sign proven by the file, or that its numbers got when they became text; None takes that
        of the locale.
    is_zone_assumed : whether nobody said the zone; it is told then.
    is_proven : whether the whole file was asked for proof (`contracts.proof`), so that a part is not again.
    """

    locale: str | None = "en"
    zone: str | None = "UTC"
    date_order: DateOrder | None = None
    currency: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    account_classes: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    preamble: Sequence[Sequence[str]] = ()
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decimal: DecimalSign | None = None
    is_zone_assumed: bool = False
    is_proven: bool = False

    @property
    def language(self) -> str:
        """Two letters; English where nothing is declared."""
        return (self.locale or "en")[:2].casefold()

    @property
    def decimal_sign(self) -> DecimalSign | None:
        """Decimal sign that counts; None where it is neither declared nor proven."""
        if self.decimal is not None or self.locale is None:
            return self.decimal
        if _region(self.locale) in DECIMAL_POINT_REGIONS:
            return "."
        return "," if self.language in DECIMAL_COMMA else "."

    @property
    def order(self) -> DateOrder | None:
        """Order of day and month that counts; None where it is neither declared nor proven."""
        if self.date_order is not None:
            return self.date_order
        region = _region(self.locale or "")
        if region in MONTH_FIRST_REGIONS:
            return "mdy"
        return "dmy" if region in DAY_FIRST_REGIONS or region[:2] in DAY_FIRST else None

    def cell(self, row: int, cell: int) -> str | None:
        """Cell above the header, both counted from 1; None where there is none or it is empty."""
        if row > len(self.preamble) or cell > len(self.preamble[row - 1]):
            return None
        return str(self.preamble[row - 1][cell - 1]).strip() or None


def _region(locale: str) -> str:
    return locale.casefold().replace("-", "_")
