"""The report in a real browser: nothing fetched, nothing said, usable by all, a banner on every sheet."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import report_scenes as scenes
from tearline.records.markings import shipped_scheme
from tearline.report import render_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SCENES = ("small", "large", "unmatched", "silent", "hostile")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    written = {}
    for name in (*SCENES, "many"):
        investigation, register = getattr(scenes, name)()
        html = render_report(
            investigation, register, scenes.NAMES, basis=scenes.BASIS, asked=scenes.ASKED, scheme=shipped_scheme()
        )
        written[name] = folder / f"{name}.html"
        written[name].write_text(html, encoding="utf-8")
    return written


class Watched:
    """A page and all that it asked for, said or threw."""

    def __init__(self, browser: Browser, file: Path) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1280, "height": 900})
        self.requests: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        self.page.goto(file.as_uri())
        self.page.wait_for_load_state()


@pytest.mark.parametrize("name", SCENES)
def test_fetches_nothing_and_says_nothing(browser: Browser, files: dict[str, Path], name: str):
    seen = Watched(browser, files[name])
    outside = [url for url in seen.requests if not url.startswith(("data:", "file:"))]
    assert outside == [] and seen.said == []
    assert [url for url in seen.requests if url.startswith("file:")] == [files[name].as_uri()]
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1280
    seen.page.close()


@pytest.mark.parametrize("name", ["small", "many", "unmatched", "silent", "hostile"])
def test_no_serious_fault_of_accessibility(browser: Browser, files: dict[str, Path], name: str):
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm ci)")
    context = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(files[name].as_uri())
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})")
    grave = [
        (fault["id"], fault["nodes"][0]["html"][:120], fault["nodes"][0].get("failureSummary"))
        for fault in result["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
    assert grave == []
    context.close()


@pytest.mark.parametrize("name", ["small", "large"])
def test_every_printed_page_has_the_banner_twice(
    browser: Browser, files: dict[str, Path], tmp_path: Path, name: str
):
    seen = Watched(browser, files[name])
    seen.page.pdf(path=str(tmp_path / "report.pdf"), prefer_css_page_size=True)
    seen.page.close()
    document = pypdfium2.PdfDocument(tmp_path / "report.pdf")
    assert 1 < len(document) < 12
    for sheet in document:
        text = re.sub(r"\s+", " ", sheet.get_textpage().get_text_range())
        assert text.count("SECRET//PROTECTED B//CANADIAN EYES ONLY") >= 2
        assert sheet.get_size() == pytest.approx((595, 842), abs=2)


def test_a_pair_lights_both_ends_and_tables_sort_and_filter(browser: Browser, files: dict[str, Path]):
    seen = Watched(browser, files["small"])
    page = seen.page
    page.locator("article .ref").first.focus()
    assert page.locator(".portion .lit").count() > 1
    page.keyboard.press("Enter")
    assert page.url.endswith("#d1-b1")

    people = page.locator("table.holders tbody tr th")
    before = people.all_inner_texts()
    page.get_by_role("button", name="Person").first.focus()
    page.keyboard.press("Enter")
    ascending = people.all_inner_texts()
    assert sorted(ascending) == sorted(before)
    page.keyboard.press("Enter")
    assert people.all_inner_texts() == ascending[::-1]

    page.locator("table.holders tbody tr").first.hover()
    assert page.locator("svg.pathway.chosen .holding.lit").count() == 1
    page.locator("table.holders tbody tr").nth(2).focus()
    assert page.locator("svg.pathway.chosen .transfer.lit").count() >= 1
    page.close()

    seen = Watched(browser, files["large"])
    seen.page.locator("details:has(table.holders) > summary").click()
    seen.page.get_by_label(re.compile("Filter: Holders")).fill("Rail extracted")
    rows = seen.page.locator("table.holders tbody tr:visible")
    assert all("Ministry of Rail" in text for text in rows.all_inner_texts())
    assert seen.said == []
    seen.page.close()


def test_without_script_everything_is_there(browser: Browser, files: dict[str, Path]):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(files["small"].as_uri())
    assert page.locator("table.holders tbody tr").count() == 4
    assert page.locator("svg.pathway").is_visible()
    context.close()
