"""A page that asks the network for scripts is empty where analysts read it, and tells who reads."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from contracts.marts import MARTS
from orchestration.dbt import DBT_FOLDER

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@pytest.fixture(scope="module")
def edition(made: Any) -> Path:
    return made.home / "editions" / made.current


@pytest.fixture(scope="module")
def page(edition: Path) -> Iterator[Page]:
    found = shutil.which("chromium")
    assert found, "chromium is needed to see the page"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        context = browser.new_context(offline=True)
        page = context.new_page()
        page.requested, page.complaints = [], []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto((edition / "dictionary.html").as_uri())
        page.get_by_role("link", name="Every model with its SQL and tests").click()
        # Between two pages there is no body.
        page.wait_for_function("document.body?.innerText.includes('Projects')")
        yield page
        browser.close()


def test_it_is_reached_from_the_dictionary_and_asks_for_nothing(page: Page, edition: Path) -> None:
    pages = [(edition / name).as_uri() for name in ("dictionary.html", "dbt_docs.html")]
    asked = [url for url in page.requested if not url.startswith("data:")]
    assert asked == pages
    assert page.complaints == []


@pytest.mark.parametrize("name", sorted(MARTS))
def test_every_mart_is_shown_with_columns_types_and_sql(page: Page, edition: Path, name: str) -> None:
    page.goto(
        (edition / "dbt_docs.html").as_uri() + f"#!/model/model.maturity_impact.{name}.v{MARTS[name].version}"
    )
    page.wait_for_function(
        "name => [...document.querySelectorAll('h1')].some(h => h.innerText.startsWith(name))", arg=name
    )
    shown = page.inner_text("body")
    for column in MARTS[name].columns:
        assert column.name in shown, column.name
        assert " ".join(column.description.split())[:40] in " ".join(shown.split()), column.name
    assert any(f"\t{kind}" in shown for kind in ("varchar", "double", "bigint", "date"))
    assert "with" in page.locator("code").first.inner_text()


def test_no_path_of_this_machine_and_no_clock_is_in_it(edition: Path, made: Any) -> None:
    text = (edition / "dbt_docs.html").read_text(encoding="utf-8")
    for place in (
        DBT_FOLDER,
        DBT_FOLDER.parent,
        made.home,
        Path.home(),
        Path(shutil.which("chromium") or "x"),
    ):
        assert str(place) not in text, place
    assert "home-of-the-installation" not in text
    assert not re.search(r'"(invocation_id|generated_at|user_id)":|"created_at":\d', text)
