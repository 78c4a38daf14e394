"""Without these the page looks right in the text and wrong to whoever opens, narrows or prints it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from facts_fixture import make_facts, small_facts
from playwright.sync_api import Browser, Page, sync_playwright

from models.formats import LANGUAGES, Language
from models.page import SECTIONS, render_summary

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
CONTRAST = """() => {
  const channel = c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = text => text.match(/[\\d.]+/g).map(Number);
  const ground = node => { for (; node; node = node.parentElement) {
    const c = colour(getComputedStyle(node).backgroundColor); if (c.length < 4 || c[3] > 0) return c; }
    return [255, 255, 255]; };
  const found = [];
  for (const node of document.body.querySelectorAll('*')) {
    if (node.closest('svg') || ![...node.childNodes].some(c => c.nodeType === 3 && c.data.trim())) continue;
    const a = light(colour(getComputedStyle(node).color)), b = light(ground(node));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push([node.tagName, ratio, node.textContent.slice(0, 40)]);
  }
  return found; }"""
# Figures, tables and sentences that have no height where they should be read.
UNSEEN = """() => [...document.querySelectorAll('.section figure, .section table, .section p, .notes li')]
  .filter(node => !node.getBoundingClientRect().height ||
    !node.checkVisibility({contentVisibilityAuto: true}))
  .map(node => node.outerHTML.slice(0, 80))"""
CUT_TEXT = """() => [...document.querySelectorAll('figure svg')].flatMap(svg => {
  const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text:not(.watermark)')].filter(text => {
    const own = text.getBoundingClientRect();
    return own.width && (own.left < box.left - 1 || own.right > box.right + 1);
  }).map(text => text.textContent); })"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "chromium is needed to see the page"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=found, args=ARGUMENTS)


def show(browser: Browser, folder: Path, facts: dict[str, Any], language: Language, width: int) -> Page:
    """Open the summary from a file; requests beyond it and console messages are collected on the page."""
    path = folder / f"summary.{language}.html"
    path.write_text(render_summary(facts, language), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.requested, page.complaints = [], []
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("make", [make_facts, small_facts])
def test_page_opens_quietly_and_fits(
    browser: Browser, tmp_path: Path, language: Language, width: int, make: Any
) -> None:
    page = show(browser, tmp_path, make(), language, width)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.requested == [page.url]
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT_TEXT) == []
    assert page.evaluate(CONTRAST) == []
    first = page.inner_text("body").splitlines()[0]
    assert first.startswith(("Simulated data", "Gesimuleerde gegevens"))
    page.close()


def test_page_prints_on_paper(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, make_facts(), "en", 1280)
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    pages = pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type /Page/")
    assert pdf.startswith(b"%PDF")
    assert 1 <= pages <= 12, "everything is unfolded on paper: eighteen sections, two thirds of a page each"
    page.emulate_media(media="print")
    kept = page.evaluate("[...document.querySelectorAll('figure')].map(f => getComputedStyle(f).breakInside)")
    assert kept
    assert set(kept) == {"avoid"}
    assert page.evaluate(UNSEEN) == [], "paper cannot be unfolded"
    page.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_fits_one_screen_and_the_rest_is_folded(
    browser: Browser, tmp_path: Path, language: Language
) -> None:
    page = show(browser, tmp_path, make_facts(), language, 1280)
    assert page.evaluate("document.querySelector('.answer').getBoundingClientRect().bottom") <= 800
    assert page.evaluate("document.querySelectorAll('.section').length") == len(SECTIONS)
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 0
    assert not page.is_visible("#section-stages figure")
    page.click("#section-stages > summary")
    assert page.is_visible("#section-stages figure")
    page.close()


def test_text_stays_readable_on_a_phone(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, make_facts(), "en", 390)
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('figure svg')].map(svg =>
        13 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width))"""
    )
    assert smallest >= 10
    page.close()
