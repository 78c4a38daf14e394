"""Without these the page asks the network, loses its first line, or prints a number that no fact holds."""

from __future__ import annotations

import copy
import re
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from typing import get_args

import pandas as pd
import pytest
from facts_fixture import make_facts, small_facts, tables
from results_fixture import VERDICTS
from test_narrative import BARRED

from models.claims import Level
from models.facts import facts_hash
from models.formats import LANGUAGES, NUMBER, Language, traceable_numbers
from models.page import SECTIONS, render_summary

VOID = {"meta", "link", "br", "img", "hr", "rect", "path", "line"}


class Reader(HTMLParser):
    """Visible text, and everything that would reach out of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []
        self.outward: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            reaches = name in ("src", "href", "xlink:href", "srcset", "action", "data", "poster")
            if reaches or name.startswith("on") or (value and re.search(r"https?:|//", value)):
                self.outward.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open and data.strip():
            self.text.append(data.strip())


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def body_text(page: str) -> list[str]:
    return read(page[page.index("<body>") :].replace("</html>", "")).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [make_facts, small_facts])
def test_every_number_on_the_page_stands_in_the_facts(language: Language, make: object) -> None:
    facts = make()
    page = render_summary(facts, language)
    # Tick labels are scale, not statement; the hash is made of the facts themselves.
    page = re.sub(r'<g class="mark-text role-axis-label".*?</g>', "", page).replace(facts_hash(facts), "")
    strangers = set(NUMBER.findall(" ".join(body_text(page)))) - traceable_numbers(facts, language)
    assert strangers == set()


def test_the_tracing_bites() -> None:
    assert "57.3" not in traceable_numbers(make_facts(), "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", get_args(Level))
def test_no_barred_word_on_the_rendered_page(language: Language, level: str) -> None:
    claims = tables()["claims"].assign(level=level)
    verdict = VERDICTS[get_args(Level).index(level) % len(VERDICTS)]
    facts = make_facts(claims=claims, verdict=verdict)
    text = " ".join(body_text(render_summary(facts, language)))
    assert not BARRED[language].findall(re.sub("maturity impact", "", text, flags=re.I))


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_line_says_simulated_and_title_is_the_question(language: Language) -> None:
    page = render_summary(make_facts(), language)
    first = {"en": "Simulated data", "nl": "Gesimuleerde gegevens"}[language]
    assert body_text(page)[0].startswith(first)
    assert f'<html lang="{language}">' in page
    title = re.search(r"<title>(.+?)</title>", page)
    assert title is not None
    assert title[1].endswith("?")
    real = render_summary(make_facts(is_simulated=False), language)
    assert first.lower() not in real.lower()
    assert "SIMULATED" not in real


def test_the_page_reaches_for_nothing() -> None:
    page = render_summary(make_facts(), "en")
    reader = read(page)
    assert reader.outward == []
    assert not {"script", "link", "iframe", "img", "object", "embed", "form"} & set(reader.tags)
    assert "default-src 'none'" in unescape(page)
    style = page[page.index("<style>") : page.index("</style>")]
    assert not re.search(r"url\(|@import|&#34;|&quot;", style)


def test_headings_are_in_order_and_tables_are_labelled() -> None:
    reader = read(render_summary(make_facts(), "en"))
    levels = [int(tag[1]) for tag in reader.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert reader.tags.count("caption") == reader.tags.count("table") == 33
    assert reader.tags.count("figcaption") == reader.tags.count("figure") == reader.tags.count("svg") == 20


def test_every_section_has_a_template_a_heading_and_a_gist_and_is_folded() -> None:
    page = render_summary(make_facts(), "en")
    assert re.findall(r'<details class="section" id="section-(\w+)">', page) == list(SECTIONS)
    assert "<details open" not in page
    for gist in re.findall(r'<span class="gist">(.*?)</span>', page):
        assert len(gist) > 5


def test_every_figure_of_a_result_has_a_reading_in_one_sentence_and_a_table() -> None:
    page = render_summary(make_facts(), "en")
    drawn = re.findall(r'(?s)<figure class="figure" id="figure-([\w-]+)">(.*?)</figure>(.*?)</table>', page)
    for kind in ("lead-lag", "rise", "dose", "drivers", "specifications"):
        own = [(inside, after) for name, inside, after in drawn if name.startswith(kind)]
        assert len(own) == 2, kind
        for inside, after in own:
            assert re.search(r'<p class="reading">[^<]{30,}\.</p>', inside)
            assert "<caption>" in after


def test_forty_outcomes_stay_in_a_folded_table_and_out_of_the_answer() -> None:
    claims = tables()["claims"]
    model = claims[claims["outcome"] == "win_rate"]
    more = pd.concat([claims, *(model.assign(outcome=f"kpi_{n:02d}") for n in range(31))])
    page, few = render_summary(make_facts(claims=more), "en"), render_summary(make_facts(), "en")
    assert page.count("<figure") == few.count("<figure")
    answer = page[page.index('id="answer"') : page.index('<dl class="glance">')]
    assert answer.count("<article") == 2
    others = page[page.index('id="section-others"') : page.index('id="section-stages"')]
    assert others.count('<th scope="row">') == 38
    assert len(page) - len(few) < 40_000


def test_claims_come_first_and_the_hash_stands_in_the_footer() -> None:
    facts = make_facts()
    page = render_summary(facts, "en")
    assert page.index('id="answer"') < page.index("<figure")
    assert facts_hash(facts) in page[page.index("<footer>") :]


def test_hostile_texts_are_escaped() -> None:
    claims = tables()["claims"]
    claims.loc[claims["grade"] == "E", "reasons"] = "<script>alert(document.domain)</script>"
    page = render_summary(make_facts(claims=claims), "en")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_facts_that_break_their_schema_are_not_rendered() -> None:
    facts = copy.deepcopy(make_facts())
    facts["claims"][0]["level"] = "L9"
    with pytest.raises(ValueError, match="level"):
        render_summary(facts, "en")


def test_same_facts_same_page() -> None:
    facts = make_facts()
    pages = [render_summary(facts, language) for language in LANGUAGES]
    assert [render_summary(facts, language) for language in LANGUAGES] == pages
