"""The evidence in a real browser: usable by all, by keyboard, in both languages, without a word on the console."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tearline.workspace import Inquiry, Workspace

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PRODUCT, ARTICLE = "VAS-2026-009", "art-7"

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    import os  # noqa: PLC0415

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop in this thread
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield made
        made.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def desk(browser: Browser, live_server, desk_workspace: Workspace, make_user, make_case):
    """Somebody signed in with a case: `context("fr")` and the addresses of the pages."""
    ada = make_user("ada")
    case = make_case(ada)
    client = Client()
    client.force_login(ada)
    session = client.session
    session["case"] = str(case.pk)
    session.save()
    contexts: list[BrowserContext] = []

    def context(language: str, *, bypass: bool = False) -> BrowserContext:
        made = browser.new_context(viewport={"width": 1280, "height": 900}, locale=language, bypass_csp=bypass)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        made.add_cookies([
            {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url},
            {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url},
        ])  # fmt: skip
        contexts.append(made)
        return made

    person = desk_workspace.pathway_picture(Inquiry("p"), PRODUCT)["holders"][0]["person"]
    home = f"{live_server.url}/cases/{case.pk}"
    addresses = {
        "products": f"{home}/products/",
        "product": f"{home}/products/{PRODUCT}/",
        "disclosures": f"{home}/disclosures/",
        "add": f"{home}/disclosures/add/",
        "disclosure": f"{home}/disclosures/{ARTICLE}/",
        "pathway": f"{home}/pathway/{PRODUCT}/?disclosure={ARTICLE}&holder={person}",
        "leads": f"{home}/leads/{ARTICLE}/",
        "handling": f"{home}/handling/?organisation=MTS",
        "person": f"{home}/people/{person}/",
        "search": f"{live_server.url}/search/?q=ration",
    }
    yield context, addresses
    for made in contexts:
        made.close()


def opened(context: BrowserContext, address: str) -> tuple[Page, list[str]]:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address, timeout=120_000)
    page.wait_for_load_state("networkidle", timeout=120_000)
    return page, said


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_screen_has_a_serious_fault_or_scrolls_sideways(desk, language: str) -> None:
    context, addresses = desk
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm ci)")
    open_to_axe = context(language, bypass=True)
    for name, address in addresses.items():
        page, said = opened(open_to_axe, address)
        assert said == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, name
        assert page.locator("html").get_attribute("lang") == language
        page.add_script_tag(path=str(AXE))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        serious = [
            (one["id"], [node["html"][:160] for node in one["nodes"][:3]])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], name
        page.close()


def test_the_policy_lets_every_page_s_own_parts_through_and_nothing_is_said(desk) -> None:
    context, addresses = desk
    strict = context("en")
    for name in ("product", "disclosure", "pathway"):
        page, said = opened(strict, addresses[name])
        assert said == [], name
        page.close()


def test_the_whole_way_by_keyboard(desk) -> None:
    context, addresses = desk
    page, _ = opened(context("en"), addresses["disclosures"])
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("Isenmark")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=Isenmark")
    page.goto(addresses["products"])
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator("main tbody tr th a").first
    assert page.evaluate("document.activeElement.textContent") == first.text_content()
    page.keyboard.press("Enter")
    page.wait_for_url("**/products/*/")
    page.goto(addresses["pathway"].partition("&holder")[0])
    row = page.locator("table.holders tbody tr").nth(3)
    who = row.get_attribute("data-who")
    row.locator("[data-way]").focus()
    assert page.locator("svg.pathway.chosen").count() == 1
    page.keyboard.press("Enter")
    page.locator("#way-h", has_text=who).wait_for()


def test_tables_sort_filter_and_remember_their_density(desk) -> None:
    context, addresses = desk
    page, _ = opened(context("en"), addresses["pathway"])
    table = page.locator("table.holders")
    table.get_by_role("button", name="Organisation").click()
    names = table.locator("tbody tr td:nth-child(2)").all_text_contents()
    assert names == sorted(names, key=str.casefold)
    page.locator("input[id^=filter-]").first.fill("defence")
    assert table.locator("tbody tr:visible").count() < len(names)
    page.get_by_role("button", name="Compact").first.click()
    page.reload()
    assert "dense" in (table.get_attribute("class") or "")
    page.locator("#before").fill(page.locator("#before").get_attribute("min"))
    page.wait_for_url("**before=*")
    page.wait_for_function("!document.querySelector('.htmx-request')")


def test_hover_or_focus_lights_both_ends_of_a_pair(desk) -> None:
    context, addresses = desk
    page, _ = opened(context("en"), addresses["disclosure"])
    page.locator(".left a.ref").first.focus()
    assert page.locator(".right .lit").count() >= 1
    assert page.locator(".left .lit").count() >= 1
