"""Small readings that sentences and figures share: p-values, quarters, what was before. No layout."""

from __future__ import annotations

from models.wording import Words

SMALL = 0.001
FLAT = 0.05


def p_text(words: Words, p: float | None) -> str:
    """A p-value; what would be printed as nothing is said in words."""
    if p is None:
        return "–"
    return words.text("words.tiny") if p < SMALL else words.form.decimal(p, 3)


def before_text(words: Words, p: float | None) -> str:
    """Whether anything clear had moved beforehand, from the p-value that nothing had."""
    return words.text("words.flat" if p is None or p > FLAT else "words.not_flat")


def quarter_text(words: Words, number: int) -> str:
    """Quarters since an event, with their sign."""
    return f"+{words.form.integer(number)}" if number > 0 else words.form.integer(number)
