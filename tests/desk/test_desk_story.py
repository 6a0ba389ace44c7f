"""The whole story in a real browser: two new people sign in with a second factor; one loads the record, the other
opens an article, walks to the leads, writes a case, sends a request and takes in its answer; and somebody of a
second body, signed in beside them, finds no trace of any of it."""

from __future__ import annotations

import datetime
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from test_desk_gate_browser import CHROMIUM, digits, enter, picture, plain, tearline

from tearline import example
from tearline.workspace import create_workspace

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)")
OWN = "quiet harbour lantern 9"
TITLE = "Zephyrine quarry affair"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """The address of a desk with a register and no events yet; the example; the passwords."""
    root = tmp_path_factory.mktemp("story")
    folder, files = root / "workspace", root / "example"
    made = create_workspace(folder)
    example.generate(files)
    made.load([files / name for name in ("organisations.csv", "people.csv", "groups.csv", "products.jsonl")])
    passwords = {}
    for name, body, role in (
        ("rita", "Register office", "registrar"),
        ("ada", "Internal Security", "investigator"),
        ("paul", "Police", "investigator"),
    ):
        said = tearline(folder, "user", "add", name, "--body", body, "--role", role)
        line = next(line for line in said.splitlines() if "first sign-in:" in line)
        passwords[name] = line.rpartition(": ")[2]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "tearline", "--workspace", str(folder), "serve", "--port", str(port)],
        stderr=subprocess.DEVNULL,
        env=plain(),
    )
    try:
        for _ in range(600):
            try:
                urlopen(f"http://localhost:{port}/healthy/", timeout=1).read()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://localhost:{port}", files, passwords
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def come_in(browser: Browser, address: str, name: str, password: str) -> Page:
    """A first sign-in: the one-time password, one of one's own, an authenticator app, Today."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(30_000)
    page.goto(address)
    enter(page, "Username", name)
    enter(page, "Password", password)
    page.get_by_role("button", name="Sign in").click()
    enter(page, "Current Password", password)
    enter(page, "New Password", OWN)
    enter(page, "New Password (again)", OWN)
    page.get_by_role("button", name="Change the password").click()
    page.get_by_role("link", name="Set up").click()
    enter(page, "Authenticator code", digits(page.locator("#secret").inner_text()))
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("link", name="on to Today").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Today"
    return page


def load(page: Page, address: str, file: Path) -> None:
    """Upload a file of the register, and wait until the worker has it."""
    page.goto(f"{address}/intake/")
    page.set_input_files("input[name=file]", str(file))
    page.select_option("select[name=way]", index=1)
    page.locator("main").get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile(r"/jobs/"))
    until = time.monotonic() + 120
    while not re.search(r"(?i)done|finished", page.locator("main").inner_text()):
        assert time.monotonic() < until, page.locator("main").inner_text()
        page.wait_for_timeout(1000)
        page.reload()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        field = page.locator(f"main [name={name}]").first
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def test_the_story(browser: Browser, desk: tuple[str, Path, dict[str, str]]) -> None:
    address, files, passwords = desk
    rita = come_in(browser, address, "rita", passwords["rita"])
    for name in ("events.jsonl", "disclosures.jsonl"):
        load(rita, address, files / name)
    picture(rita, "story-intake")

    ada = come_in(browser, address, "ada", passwords["ada"])
    ada.goto(f"{address}/cases/new/")
    soon = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=30)).date().isoformat()
    fill(ada, title=TITLE, purpose="Find how the report got out", authority="Order 7", until=soon)
    ada.locator("main form button").first.click()
    ada.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}/"))
    found = re.search(r"/cases/([0-9a-f-]{36})/", ada.url)
    assert found
    case = f"{address}/cases/{found[1]}"
    ada.goto(f"{case}/scope/")
    ada.locator("input[name=every_product]").check()
    ada.get_by_role("button", name="Keep").click()

    ada.goto(f"{case}/disclosures/")
    ada.locator("main a[href*='/disclosures/']", has_text=re.compile(r"\w")).last.wait_for()
    ada.goto(f"{case}/disclosures/art-1/")
    picture(ada, "story-article")
    ada.locator("main a[href*='/leads/']").first.click()
    ada.wait_for_url(re.compile(r"/leads/"))
    assert "None of the recorded" in ada.locator("main").inner_text()
    picture(ada, "story-leads")

    ada.goto(f"{case}/requests/new/")
    due = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=10)).date().isoformat()
    ada.locator("select[name=organisation]").select_option(index=1)
    fill(ada, kind="request", authority="Order 7", items="The reading log of May 2025", due=due)
    ada.locator("main form button").first.click()
    ada.get_by_role("button", name="It has been sent").click()
    ada.get_by_text("Enter an answer").click()
    fill(
        ada, kind="refused", given_on=datetime.datetime.now(datetime.UTC).date().isoformat(), reason="No authority"
    )
    ada.get_by_role("button", name="Enter the answer").click()
    assert "refused" in ada.locator("main").inner_text()
    picture(ada, "story-answer")

    paul = come_in(browser, address, "paul", passwords["paul"])
    for path in ("/", "/cases/", "/requests/", "/jobs/", "/search/?q=Zephyrine", "/disclosures/"):
        paul.goto(address + path)
        text = paul.content()
        assert TITLE not in text and found[1] not in text, path
    hidden = paul.goto(f"{case}/")
    assert hidden is not None and hidden.status == 404
    said = paul.locator("main").inner_text()
    absent = paul.goto(f"{address}/cases/00000000-0000-4000-8000-000000000000/")
    assert absent is not None and absent.status == 404 and paul.locator("main").inner_text() == said
