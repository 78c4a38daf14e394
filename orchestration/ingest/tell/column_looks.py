"""What a column of text looks like: kind, distinct words, odd cells, persons. For drafts; decides nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from contracts.date_forms import named_day
from contracts.values import NULL_WORDS_TYPED
from orchestration.ingest.land.headers import Kind, kind_of_texts
from orchestration.ingest.tell.header_names import core

Order = Literal["dmy", "mdy", "mixed", "open"]
WORDS_AT_MOST: Final = 30
"""A column with more distinct texts is no list of words."""
MASKED: Final = "(looks personal, not shown)"
# A column is of a kind when all its cells but one, or nine in ten, are; the others are told as odd.
_ODD_SHARE: Final = 0.1
_ODD_AT_MOST: Final = 3
_LONG_TEXT: Final = 60
_NUMERIC_DAY: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{4}|\d{2})(?:\D.*)?")
_DECIMAL_COMMA: Final = re.compile(r"[^\d(+-]*[-+(]?[\d.\s']*,\d{1,2}\D*|.*\d\.\d{3},\d+.*")
_DECIMAL_POINT: Final = re.compile(r"[^\d(+-]*[-+(]?[\d,\s']*\.\d{1,2}\D*|.*\d,\d{3}\.\d+.*")
# Addresses of mail and of machines, and numbers of telephones (with a sign or a space; else it may be an id).
_PERSON_VALUE: Final = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+|\d{1,3}(?:\.\d{1,3}){3}|\+\d[\d ()/-]{6,}\d|0\d+[ ()/-][\d ()/-]{5,}\d"
)
# Within a longer text too, such as an object that JSON holds in one cell.
_MAIL: Final = re.compile(r"[^@\s\"',;:<>]+@[^@\s\"',;:<>]+\.\w+")
# Names of columns as `core` gives them: small letters, no accents.
_PERSON_NAME: Final = re.compile(
    r"e ?mail|phone|telef|mobile|\bip\b|ip ?address|surname|first ?name|last ?name|full ?name|gender|"
    r"geschlecht|geslacht|ethni|disabilit|birth|geboorte|geburt|naissance|nacimiento|nationalit|nacionalidad|religi|"
    r"\b(?:bsn|ssn|dni)\b|burgerservice|social security|sozialversicherung|securite sociale|seguridad social|"
    r"voornaam|achternaam|vorname|nachname|prenom|apellido|correo|courriel|"
    r"\bassignee\b|\brequester\b|\bsubmitter\b|aanvrager|aanmelder|behandelaar|bearbeiter|anfragende|"
    r"demandeur|solicitante|asignado|"
    r"\bowner\b|eigenaar|besitzer|proprietaire|propietario|iban|\buser ?name\b|"
    r"gehalt|\b(?:salary|salaris|salaire|salario|sueldo|loon|lohn|wage|wages)\b|compensation|"
    r"contact(?! (?:type|channel|method|reason))"
)
_NO_PERSON: Final = re.compile(
    r"account|company|organi|brand|group|team|channel|stage|status|product|campaign|department|project|"
    r"bedrijf|firma|empresa|societe|entreprise"
)
# These count only where a column holds texts: numbers and days are no name and no remark.
_PERSON_WORD: Final = re.compile(
    r"^(?:person|persoon|personne|persona|caller|beller|anrufer|sex|sexe|sexo|genre|genero|race|"
    r"worker|manager|supervisor|reporter|creator|created ?by|recipient|recruiter|candidate)$|"
    r"\b(?:address|adres|adresse|direccion)\b"
)
NAME_WORD: Final = re.compile(r"\b(?:name|naam|nom|nombre)\b")
_FREE_TEXT: Final = re.compile(
    r"subject|description|comment|note|message|remark|onderwerp|omschrijving|opmerking|toelichting|"
    r"betreff|beschreibung|bemerkung|kommentar|sujet|objet|remarque|asunto|descripcion|comentario|observacion"
)


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """What the first rows of a file show of one column.

    Attributes
    ----------
    kind : kind of nearly all filled cells.
    n_filled, n_rows, n_distinct : cells with a text, all cells, different texts.
    words : distinct texts and how often, where they are few.
    odd : lines and texts that are not of the kind; masked when they look personal.
    order : order of day and month that numeric dates prove; `open` when both are possible.
    decimal : `,` or `.` where the cells show it, else empty.
    is_personal : names or texts of persons, or free text.
    texts : its different texts, in the order of the file.
    """

    name: str
    kind: Kind
    n_filled: int
    n_rows: int
    n_distinct: int
    words: dict[str, int]
    odd: tuple[tuple[int, str], ...]
    order: Order | None
    decimal: str
    is_personal: bool
    texts: tuple[str, ...]

    @property
    def example(self) -> str:
        """Its first text."""
        return next(iter(self.texts), "")

    @property
    def is_key(self) -> bool:
        """Whether every row has a text of its own."""
        return self.n_rows > 1 and self.n_filled == self.n_distinct == self.n_rows

    @property
    def said(self) -> str:
        """The column in a few words."""
        filled = (
            "" if self.n_filled == self.n_rows else f", {self.n_rows - self.n_filled} of {self.n_rows} empty"
        )
        return f"{self.kind}, {'all differ' if self.is_key else f'{self.n_distinct} different'}{filled}"


def look(
    name: str, texts: Sequence[str | None], lines: Sequence[int], *, is_personal: bool = False
) -> ColumnLook:
    """Look at one column.

    Parameters
    ----------
    name : its name in the header.
    texts : its cells.
    lines : line of each cell.
    is_personal : known to be personal, whatever it looks like.
    """
    filled = [
        (line, str(text).strip())
        for line, text in zip(lines, texts, strict=True)
        if text and str(text).strip()
    ]
    counts = Counter(text for _, text in filled)
    kinds = {text: _kind(text) for text in counts}
    kind = _main_kind(_told(counts), kinds)
    is_personal = is_personal or looks_personal(name, counts)
    odd = [(line, text) for line, text in filled if not (_is_of(kinds[text], kind) or _is_nothing(text))]
    return ColumnLook(
        name=name,
        kind=kind,
        n_filled=len(filled),
        n_rows=len(texts),
        n_distinct=len(counts),
        words=dict(counts.most_common()) if 0 < len(counts) <= WORDS_AT_MOST else {},
        odd=tuple((line, shown(text, is_personal)) for line, text in odd[:_ODD_AT_MOST]),
        order=_order(counts) if kind in ("date", "time") else None,
        decimal=_decimal(counts) if kind == "decimal" else "",
        is_personal=is_personal,
        texts=tuple(counts),
    )


def shown(text: str, is_personal: bool) -> str:
    """A text as it may be shown: masked when it or its column looks personal."""
    return MASKED if is_personal or _is_of_person(text) else text


def looks_personal(name: str, counts: Counter[str]) -> bool:
    """Whether a column seems to hold persons or free text, by its name and its texts."""
    said = core(name)
    if _PERSON_NAME.search(said):
        return True
    holds_texts = kind_of_texts(counts) in ("text", "empty")
    if holds_texts and (_FREE_TEXT.search(said) or _PERSON_WORD.search(said)):
        return True
    if holds_texts and NAME_WORD.search(said) and not _NO_PERSON.search(said):
        return True
    if not counts:
        return False
    personal = sum(n for text, n in counts.items() if _is_of_person(text))
    long = sum(len(text) > _LONG_TEXT for text in counts)
    return personal > sum(counts.values()) / 2 or long > len(counts) / 2


def _is_of_person(text: str) -> bool:
    found = _PERSON_VALUE.fullmatch(text) or _MAIL.search(text)
    return bool(found) and kind_of_texts([text]) not in ("date", "time")


def _told(counts: Counter[str]) -> Counter[str]:
    """Texts without the words for nothing, unless there are no others."""
    told = Counter({text: n for text, n in counts.items() if not _is_nothing(text)})
    return told or counts


def _is_nothing(text: str) -> bool:
    return text.casefold() in NULL_WORDS_TYPED


def _main_kind(counts: Counter[str], kinds: dict[str, Kind]) -> Kind:
    together = kind_of_texts(counts)
    if together not in ("text", "empty"):
        return together
    totals: Counter[Kind] = Counter()
    for kind in sorted({kinds[text] for text in counts} - {"text"}):
        totals[kind] = sum(n for text, n in counts.items() if _is_of(kinds[text], kind))
    best, n_best = totals.most_common(1)[0] if totals else ("empty", 0)
    n_odd = sum(counts.values()) - n_best
    return best if n_odd < n_best and n_odd <= max(1, _ODD_SHARE * (n_odd + n_best)) else together


def _kind(text: str) -> Kind:
    """Kind of one text; days with the English name of a month are read without a declaration."""
    kind = kind_of_texts([text])
    iso = named_day(text) if kind == "text" else None
    return kind if iso is None else "time" if ":" in iso else "date"


def _is_of(found: Kind, kind: Kind) -> bool:
    return kind in ("text", found) or (found, kind) in {("integer", "decimal"), ("date", "time")}


def _order(counts: Counter[str]) -> Order | None:
    days = [match for text in counts if (match := _NUMERIC_DAY.fullmatch(text))]
    if not days:
        return None
    is_day_first = any(int(match[1]) > 12 for match in days)
    is_month_first = any(int(match[2]) > 12 for match in days)
    if is_day_first and is_month_first:
        return "mixed"
    return "dmy" if is_day_first else "mdy" if is_month_first else "open"


def _decimal(counts: Counter[str]) -> str:
    comma = any(_DECIMAL_COMMA.fullmatch(text) for text in counts)
    point = any(_DECIMAL_POINT.fullmatch(text) for text in counts)
    return "," if comma and not point else "." if point and not comma else ""
