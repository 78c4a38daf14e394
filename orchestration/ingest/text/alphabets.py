"""Letters beyond ASCII that a language writes with, for telling encodings apart. No bytes."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

_ALPHABETS: Final = (
    *("äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "áâãàçéêíóôõúü", "àèéìíòóùú", "áéëïóöüèç"),  # de fr es pt it nl
    *("åäöé", "æøåéöü", "äöåšž", "áðéíóúýþæö"),  # sv da fi is
    *(
        "ąćęłńóśźż",
        "áčďéěíňóřšťúůýž",
        "áäčďéíĺľňóôŕšťúýž",
        "áéíóöőúüű",
        "čćđšž",
        "ăâîşţ",
    ),  # pl cs sk hu hr ro
    *("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž", "çğıöşüâ"),  # lt lv et tr
)
"""Small letters of one language each, with those of the foreign words that it keeps."""
_LATIN: Final = frozenset().union(*_ALPHABETS)


def share_of_one(letters: Mapping[str, int]) -> float:
    """Largest share of letters beyond ASCII that one language has; 1 where none of them is Latin.

    Parameters
    ----------
    letters : letter or sign to how often it stands in a text; signs do not count.
    """
    small: Counter[str] = Counter()
    for letter, n in letters.items():
        if letter.isalpha():
            small[letter.lower()] += n
    if not _LATIN.intersection(small):
        return 1.0
    return max(sum(small[letter] for letter in alphabet) for alphabet in _ALPHABETS) / small.total()
