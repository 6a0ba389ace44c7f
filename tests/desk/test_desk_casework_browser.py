"""The screens of casework in a real browser against the real server and its worker, in English and French."""

from __future__ import annotations

import json
import os
import shutil
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

from tearline import example
from tearline.workspace import create_workspace

CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)"),
    pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed (npm ci)"),
]
PICTURES = os.environ.get("TEARLINE_TEST_PICTURES")
Scene = dict[str, str]

SCREENS = (
    ("investigator", "today", "/"),
    ("investigator", "case", "/cases/{case}/"),
    ("investigator", "case-new", "/cases/new/"),
    ("investigator", "case-edit", "/cases/{case}/edit/"),
    ("investigator", "case-narrative", "/cases/{case}/narrative/"),
    ("investigator", "case-scope", "/cases/{case}/scope/?q=a"),
    ("investigator", "case-hand-over", "/cases/{case}/hand-over/"),
    ("investigator", "case-paper", "/cases/{case}/papers/"),
    ("approver", "names", "/cases/{case}/names/"),
    ("investigator", "name-ask", "/cases/{case}/names/ask/"),
    ("investigator", "requests", "/cases/{case}/requests/"),
    ("investigator", "requests-all", "/requests/"),
    ("investigator", "request", "/cases/{case}/requests/{request}/"),
    ("investigator", "request-new", "/cases/{case}/requests/new/"),
    ("investigator", "propose", "/cases/{case}/requests/propose/"),
    ("liaison", "readings", "/readings/"),
    ("liaison", "reading", "/readings/{session}/"),
    ("liaison", "reading-sheet", "/readings/{session}/sheet/"),
    ("registrar", "intake", "/intake/"),
    ("registrar", "batches", "/intake/batches/"),
    ("registrar", "quarantine", "/intake/quarantine/"),
    ("registrar", "work", "/jobs/"),
    ("reviewer", "look-ups", "/oversight/"),
    ("reviewer", "unusual", "/oversight/unusual/"),
    ("reviewer", "book", "/oversight/book/"),
)


def plain(folder: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TEARLINE_") and name != "DJANGO_SETTINGS_MODULE"
    }
    return {**kept, "TEARLINE_WORKSPACE": str(folder)}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Scene]]:
    """The address of a desk on the bundled example, and what is on it."""
    root = tmp_path_factory.mktemp("casework")
    folder = root / "workspace"
    made = create_workspace(folder)
    example.generate(root / "example")
    made.load([root / "example"])
    script = Path(__file__).with_name("casework_scene.py")
    said = subprocess.run(
        [sys.executable, str(script), str(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=180,
        env=plain(folder),
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "tearline", "--workspace", str(folder), "serve", "--port", str(port)],
        stderr=subprocess.DEVNULL,
        env=plain(folder),
    )
    try:
        for _ in range(600):
            try:
                urlopen(f"http://localhost:{port}/healthy/", timeout=1).read()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://localhost:{port}", json.loads(said.stdout.splitlines()[-1])
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def signed_in(browser: Browser, served: tuple[str, Scene], role: str, language: str = "en") -> Page:
    address, scene = served
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale=language)
    context.add_cookies(
        [
            {"name": "sessionid", "value": scene["cookies"][role], "url": address},  # type: ignore[index]
            {"name": "django_language", "value": language, "url": address},
        ]
    )
    return context.new_page()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_screen_has_a_fault_that_keeps_somebody_out(
    browser: Browser, served: tuple[str, Scene], language: str
) -> None:
    """axe finds nothing serious or critical, nothing scrolls sideways, the console stays silent."""
    address, scene = served
    pages = {role: signed_in(browser, served, role, language) for role in dict.fromkeys(r for r, _, _ in SCREENS)}
    axe, found = AXE.read_text(encoding="utf-8"), []
    for role, name, path in SCREENS:
        page = pages[role]
        said: list[str] = []
        page.on(
            "console", lambda message, said=said: said.append(message.text) if message.type == "error" else None
        )
        reply = page.goto(address + path.format(**scene))
        assert reply is not None and reply.status == 200, (name, reply and reply.status)
        assert page.locator("html").get_attribute("lang") == language
        page.evaluate(axe)
        found += [
            (name, fault["id"], fault["nodes"][0]["html"][:160])
            for fault in page.evaluate("axe.run().then(found => found.violations)")
            if fault["impact"] in ("serious", "critical")
        ]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 1280:
            found.append((name, "scrolls sideways", str(width)))
        found += [(name, "console", one) for one in said]
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"{name}-{language}.png"), full_page=True)
    assert not found, found


def test_a_file_is_uploaded_and_taken_in_by_the_worker_while_one_watches(
    browser: Browser, served: tuple[str, Scene], tmp_path: Path
) -> None:
    address, scene = served
    page = signed_in(browser, served, "registrar")
    file = tmp_path / "events.jsonl"
    row = {"id": "B-1", "kind": "opened", "product": scene["product"], "at": "2025-06-02", "actor": "New Person"}
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    page.goto(f"{address}/intake/")
    page.set_input_files("input[type=file]", str(file))
    page.get_by_label("What it is").select_option("load")
    page.get_by_role("button", name="Upload").click()
    page.get_by_text("What became of what was read").wait_for(timeout=60_000)
    assert page.locator("tr.sum td").all_inner_texts() == ["1", "1", "0", "0"]
    page.get_by_role("link", name="See what came of it").click()
    assert page.locator("tbody tr").first.inner_text().count("reg")


def test_a_reading_is_entered_by_keyboard_alone(browser: Browser, served: tuple[str, Scene]) -> None:
    address, scene = served
    page = signed_in(browser, served, "liaison")
    page.goto(f"{address}/readings/{scene['session']}/")
    page.get_by_label("Who read").focus()
    page.keyboard.type("Pat Example")
    page.keyboard.press("Enter")
    page.get_by_text("Entered: Pat Example").wait_for()
    assert page.locator("tbody th").first.inner_text() == "Pat Example"


def test_proposals_become_letters(browser: Browser, served: tuple[str, Scene]) -> None:
    address, scene = served
    page = signed_in(browser, served, "investigator")
    page.goto(f"{address}/cases/{scene['case']}/requests/propose/")
    page.get_by_role("button", name="Work them out").click()
    page.get_by_role("link", name="See what came of it").click(timeout=90_000)
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / "proposals-en.png"))
    page.locator("input[name=choose]").first.check()
    page.get_by_role("button", name="Write the chosen ones").click()
    page.locator("tbody th a").last.click()
    with page.expect_download() as came:
        page.get_by_role("link", name="PDF").first.click()
    assert Path(came.value.path()).read_bytes().startswith(b"%PDF")
