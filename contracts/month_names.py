"""Names of months in the languages of exports -> their numbers. No dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_NAMES: Mapping[str, str] = {
    "en": "jan,january feb,february mar,march apr,april may jun,june jul,july aug,august "
    "sep,sept,september oct,october nov,november dec,december",
    "nl": "jan,januari feb,februari mrt,maart apr,april mei jun,juni jul,juli aug,augustus "
    "sep,sept,september okt,oktober nov,november dec,december",
    "de": "jan,jän,januar,jänner feb,februar mär,mrz,märz apr,april mai jun,juni jul,juli aug,august "
    "sep,sept,september okt,oktober nov,november dez,dezember",
    "fr": "janv,jan,janvier févr,fév,février mars avr,avril mai juin juil,juillet août,aoû "
    "sept,sep,septembre oct,octobre nov,novembre déc,décembre",
    "es": "ene,enero feb,febrero mar,marzo abr,abril may,mayo jun,junio jul,julio ago,agosto "
    "sep,sept,set,septiembre oct,octubre nov,noviembre dic,diciembre",
    "it": "gen,gennaio feb,febbraio mar,marzo apr,aprile mag,maggio giu,giugno lug,luglio ago,agosto "
    "set,settembre ott,ottobre nov,novembre dic,dicembre",
    "pt": "jan,janeiro fev,fevereiro mar,março abr,abril mai,maio jun,junho jul,julho ago,agosto "
    "set,setembro out,outubro nov,novembro dez,dezembro",
    "pl": "sty,styczeń,stycznia lut,luty,lutego mar,marzec,marca kwi,kwiecień,kwietnia maj,maja "
    "cze,czerwiec,czerwca lip,lipiec,lipca sie,sierpień,sierpnia wrz,wrzesień,września "
    "paź,październik,października lis,listopad,listopada gru,grudzień,grudnia",
    "sv": "jan,januari feb,februari mar,mars apr,april maj jun,juni jul,juli aug,augusti "
    "sep,sept,september okt,oktober nov,november dec,december",
    "da": "jan,januar feb,februar mar,marts apr,april maj jun,juni jul,juli aug,august "
    "sep,sept,september okt,oktober nov,november dec,december",
    "nb": "jan,januar feb,februar mar,mars apr,april mai jun,juni jul,juli aug,august "
    "sep,sept,september okt,oktober nov,november des,desember",
}
_WORD = re.compile(r"[^\W\d_]+\.?")


@lru_cache(maxsize=16)
def _months(language: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for names in (_NAMES["en"], _NAMES.get(language, "")):
        for number, said in enumerate(names.split(), start=1):
            found |= dict.fromkeys(said.split(","), f"{number:02d}")
    return found


def with_month_numbers(text: str, language: str) -> str:
    """Text in which each name of a month, English or of the language, is its number of two digits."""
    months = _months(language)

    def number(found: re.Match[str]) -> str:
        return months.get(found[0].rstrip(".").casefold(), found[0])

    return _WORD.sub(number, text)


def has_month_name(text: str, language: str) -> bool:
    """Whether one word of a text, and no more, names a month."""
    months = _months(language)
    return sum(word.rstrip(".").casefold() in months for word in _WORD.findall(text)) == 1
