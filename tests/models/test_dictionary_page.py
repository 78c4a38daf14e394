"""A dictionary that hides a column, or that some cannot read, leaves them to guess what a number is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from test_page_chromium import ARGUMENTS, CONTRAST

from models.dictionary import (
    Dictionary,
    DictionaryColumn,
    DictionaryKpi,
    DictionaryTable,
    DictionaryView,
    Step,
)
from models.dictionary_lineage import lineage_svg
from models.dictionary_page import render_dictionary_page


def dictionary() -> Dictionary:
    columns = (
        DictionaryColumn("organization_id", "string", False, "", "Organisation <code>.", checks=("filled",)),
        DictionaryColumn("win_rate", "double", True, "share", "Won & lost.", ("At most 1.",), "win_rate"),
    )
    table = DictionaryTable(
        "fct_kpi", "marts", "fct_kpi", "Every KPI.", "One row.", ("organization_id",), columns,
        (("win_rate:ratio_of_parts", "Divided last."),), (("unique_grain_fct_kpi", ""),),
        ("int_kpi",), ("effects",), ("opportunities",),
    )  # fmt: skip
    other = DictionaryTable(
        "effects", "analysis", "analysis.effects", "Effects.", "One row per effect.", (), columns[:1],
        (), (), ("fct_kpi",), (), ("opportunities",),
    )  # fmt: skip
    kpi = DictionaryKpi(
        "win_rate", "Win rate", "Won by won or lost.", "won", "won or lost", "share", "higher_is_better",
        "ratio", 5, "By number.", ("opportunities",), (("fct_kpi", "win_rate"),),
    )  # fmt: skip
    steps = (
        Step("opportunities", "accepted", "One opportunity.", ()),
        Step("int_kpi", "intermediate", "One cell.", ("opportunities",)),
        Step("fct_kpi", "marts", "One cell.", ("int_kpi",)),
        Step("effects", "analysis", "One effect.", ("fct_kpi",)),
    )
    view = DictionaryView("latest_index", "Where is each?", (("stage", "Stage, 1 to 5."),))
    return Dictionary((table, other), (view,), (kpi,), steps)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "chromium is needed to see the page"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=found, args=ARGUMENTS)


def show(browser: Browser, folder: Path, width: int = 1280, **options: object) -> Page:
    path = folder / "dictionary.html"
    path.write_text(render_dictionary_page(dictionary()), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900}, **options)
    page.requested, page.complaints = [], []
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_opens_quietly_fits_and_can_be_read(
    browser: Browser, tmp_path: Path, width: int, scheme: str
) -> None:
    page = show(browser, tmp_path, width, color_scheme=scheme)
    assert page.requested == [page.url]
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST) == []
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")
    page.close()


def test_search_shows_what_fits_and_says_how_many(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path)
    page.fill("#words", "won & lost")
    assert page.inner_text("#found") == "1 entry fits."
    assert page.is_visible("#column-fct_kpi-win_rate")
    assert not page.is_visible("#column-fct_kpi-organization_id")
    assert not page.is_visible("#table-effects")
    page.fill("#words", "")
    assert page.is_visible("#table-effects")
    page.close()


def test_without_a_script_everything_is_there(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, java_script_enabled=False)
    assert not page.is_visible("#search")
    assert page.is_visible("#column-fct_kpi-win_rate")
    assert page.is_visible("#column-effects-organization_id")
    assert page.is_visible("#column-latest_index-stage")
    page.close()


def test_every_link_leads_somewhere_and_every_table_has_a_caption() -> None:
    text = render_dictionary_page(dictionary())
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert text.count("<table") == text.count("<caption>")
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert "Organisation &lt;code&gt;." in text


def test_it_prints_without_cutting_the_picture(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path)
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.emulate_media(media="print")
    widths = page.evaluate(
        "[document.querySelector('.picture svg').getBoundingClientRect().width, document.body.clientWidth]"
    )
    assert widths[0] <= widths[1]
    assert not page.is_visible("#search")
    page.close()


def test_the_picture_has_a_box_per_step_and_a_line_per_parent() -> None:
    steps = dictionary().steps
    root = ElementTree.fromstring(lineage_svg(steps, "title"))
    boxes = {group[1].text: float(group[0].get("x", "nan")) for group in root if group.tag == "g"}
    assert set(boxes) == {step.name for step in steps}
    assert len([path for path in root if path.tag == "path"]) == sum(len(step.made_from) for step in steps)
    for step in steps:
        assert all(boxes[parent] < boxes[step.name] for parent in step.made_from)
    assert lineage_svg(steps, "title") == lineage_svg(steps, "title")
