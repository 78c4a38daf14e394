"""How names of columns are compared: in small words, and without what says nothing. Knows no column."""

import re
import unicodedata
from functools import cache
from typing import Final

from contracts.fields import CURRENCIES

DURATIONS: Final = {
    "hours": frozenset({"h", "hour", "hours", "hrs", "uur", "uren", "std", "stunden", "heures", "horas"}),
    "minutes": frozenset({"min", "mins", "minutes", "minuten", "minutos"}),
    "seconds": frozenset({"s", "sec", "seconds", "seconden", "sekunden", "secondes", "segundos"}),
}
"""Units of time that a name can state."""
PARTS: Final = {
    100: frozenset({"cent", "cents", "centen", "eurocent", "pence", "centimes", "céntimos"}),
    1_000_000: frozenset({"micro", "micros"}),
}
"""Parts of a currency that a name can state, by how many make one."""
_OF_A_KEY: Final = frozenset(
    {"no", "nr", "n", "num", "number", "nummer", "numero", "id", "code", "codigo", "key"}
)
_SAYS_NOTHING: Final = frozenset(
    {"of", "the", "de", "del", "du", "des", "der", "den", "la", "le", "el", "van", "von", "l", "d"}
).union(_OF_A_KEY, *DURATIONS.values(), *PARTS.values())
"""Articles, words for a number or a code, units of time and of money, in five languages."""
_OF_CURRENCY: Final = re.compile(rf"\s*\(?\b(?:{'|'.join(CURRENCIES)})\b\)?\s*$|[€$£¥]")
"""The currency behind a name: `Amount (EUR)`."""
_NUMBERED: Final = re.compile(r"(?<=\w{3})(?:nummer|nr)\b|\b\d+\b")
"""The same at the end of a compound, and figures."""


@cache
def words(name: str) -> str:
    """A column name in small words: `CreatedAt`, `created_at` and `Created at` are `created at`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[_\W]+", " ", parted).casefold().split())


def is_of_a_key(name: str) -> bool:
    """Whether a name says that it numbers something: `Record-id`, `Ticketnummer`, `Nº de factura`."""
    said = words(unicodedata.normalize("NFKD", name)).split()
    return any(word in _OF_A_KEY or word.endswith(("nummer", "nr")) for word in said)


@cache
def core(name: str) -> str:
    """What a name is about, without accents: `Nº de factura` is `factura`, `Ticketnummer` is `ticket`.

    A name that only says what says nothing is kept: `Numéro` is `numero`.
    """
    letters = unicodedata.normalize("NFKD", words(_OF_CURRENCY.sub(" ", name)) or words(name))
    plain = words("".join(letter for letter in letters if not unicodedata.combining(letter)))
    said = [word for word in _NUMBERED.sub("", plain).split() if word not in _SAYS_NOTHING]
    return " ".join(said) or plain
