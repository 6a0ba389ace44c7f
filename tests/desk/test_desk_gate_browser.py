"""The whole way in, in a real browser against the real server: password, app, security key, sign out; nothing that
the content policy forbids is asked for by any page on the way."""

from __future__ import annotations

import os
import re
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
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, sync_playwright

from tearline.workspace import create_workspace

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)")
PICTURES = os.environ.get("TEARLINE_TEST_PICTURES")


def plain() -> dict[str, str]:
    """The environment without what the tests themselves are set to."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TEARLINE_") and name != "DJANGO_SETTINGS_MODULE"
    }


def tearline(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tearline", "--workspace", str(folder), *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=plain(),
    )
    return done.stdout


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a desk and the one-time password of its first administrator."""
    folder = tmp_path_factory.mktemp("gate") / "workspace"
    create_workspace(folder)
    said = tearline(folder, "user", "add", "ada", "--body", "Internal Security", "--role", "administrator")
    password = next(line for line in said.splitlines() if "first sign-in:" in line).rpartition(": ")[2]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "tearline", "--workspace", str(folder), "serve", "--port", str(port)],
        stderr=subprocess.DEVNULL,
        env=plain(),
    )
    try:
        for _ in range(300):
            try:
                urlopen(f"http://localhost:{port}/healthy/", timeout=1).read()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://localhost:{port}", password
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def enter(page: Page, label: str, text: str) -> None:
    page.get_by_label(re.compile(rf"^{re.escape(label)}\s*:?$")).fill(text)


def digits(secret: str) -> str:
    if time.time() % 30 > 25:
        time.sleep(5.1)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_a_new_account_comes_in_with_app_and_key(served: tuple[str, str], browser: Browser) -> None:
    address, password = served
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(8000)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    keys = context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    keys.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )

    page.goto(address)
    picture(page, "gate-sign-in")
    enter(page, "Username", "ada")
    enter(page, "Password", password)
    page.get_by_role("button", name="Sign in").click()
    picture(page, "gate-password")
    own = "quiet harbour lantern 9"
    enter(page, "Current Password", password)
    enter(page, "New Password", own)
    enter(page, "New Password (again)", own)
    page.get_by_role("button", name="Change the password").click()
    picture(page, "gate-factor")
    page.get_by_role("link", name="Set up").click()
    secret = page.locator("#secret").inner_text()
    assert page.locator(".scan img").evaluate("image => image.naturalWidth") > 100
    picture(page, "gate-app")
    enter(page, "Authenticator code", digits(secret))
    page.get_by_role("button", name="Set up").click()
    assert page.locator(".codes li").count() == 10
    picture(page, "gate-codes")
    page.get_by_role("link", name="on to Today").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Today"

    page.goto(f"{address}/account/second-factor/keys/add/")
    enter(page, "Name of the key", "The blue one")
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/second-factor/")
    picture(page, "gate-index")
    page.goto(f"{address}/account/second-factor/keys/")
    assert page.get_by_text("The blue one").is_visible()
    picture(page, "gate-keys")
    page.goto(f"{address}/account/sessions/")
    picture(page, "gate-sessions")

    page.locator(".rail").get_by_role("button", name="Sign out").click()
    page.goto(f"{address}/account/login/")
    enter(page, "Username", "ada")
    enter(page, "Password", own)
    page.get_by_role("button", name="Sign in").click()
    picture(page, "gate-second")
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url(f"{address}/")
    page.get_by_role("button", name="Français").click()
    page.wait_for_selector("html[lang=fr]", state="attached")
    page.goto(f"{address}/account/second-factor/")
    assert page.get_by_role("heading", level=1).inner_text() == "Connexion et clés"
    picture(page, "gate-index-fr")
    page.goto(f"{address}/account/second-factor/keys/add/")
    picture(page, "gate-key-fr")
    page.goto(f"{address}/account/password/change/")
    picture(page, "gate-password-fr")
    assert complaints == []
    context.close()
