"""The desk under load: product, pathway and search pages over many events, asked for from a second process.

    python benchmarks/desk_load.py [EVENTS [PEOPLE [RATE [SECONDS]]]]     (default 1000000 20000 20 60)

A workspace is made with that many events and people, an investigator is signed in, and two processes of the desk
serve it. A second process asks at a fixed rate whether or not earlier answers have come (open loop), each time for
another product or words, every one a recorded look-up. Printed: server time (from sending the request to the last
byte, waiting in the queue included) p50, p95 and p99 of each page, and what was no 200.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

PRODUCTS, ORGANISATIONS = 4_000, 60
WORDS = (
    "harbour", "turbine", "cable", "ration", "minister", "vessel", "treaty", "reservoir", "grain", "tariff",
    "pilot", "strait", "levy", "dredger",
)  # fmt: skip


def world(folder: Path, events: int, people: int) -> None:
    """The contract's files: every product goes to a few dozen people of a few organisations."""
    draw = random.Random(7)
    folder.mkdir(parents=True)
    with (folder / "organisations.csv").open("w") as out:
        out.write("id,name,kind,parent\n")
        for n in range(ORGANISATIONS):
            out.write(f"o{n},Organisation {n},{'originator' if n < 3 else 'recipient'},\n")
    with (folder / "people.csv").open("w") as out:
        out.write("id,name,organisation,clearance,valid_from\n")
        for n in range(people):
            out.write(f"p{n},Person {n},o{n % ORGANISATIONS},SECRET,2024-01-01\n")
    start = datetime(2025, 1, 1, tzinfo=UTC)
    with (folder / "products.jsonl").open("w") as out:
        for n in range(PRODUCTS):
            text = [" ".join(draw.choices(WORDS, k=40)) + f" {n}" for _ in range(4)]
            row = {
                "id": f"X-{n:05d}", "number": f"X/25/{n:05d}", "title": " ".join(draw.sample(WORDS, 4)),
                "originator": f"o{n % 3}", "issued_at": (start + timedelta(hours=2 * n)).isoformat(),
                "marking": "SECRET", "distribution": [f"o{draw.randrange(ORGANISATIONS)}" for _ in range(4)],
                "portions": [{"id": str(k + 1), "text": one} for k, one in enumerate(text)],
            }  # fmt: skip
            out.write(json.dumps(row) + "\n")
    each = events // PRODUCTS
    kinds = ("disseminated", "delivered", "opened", "forwarded", "opened", "printed")
    with (folder / "events.jsonl").open("w") as out:
        for n in range(events):
            product = min(n // each, PRODUCTS - 1)
            kind = kinds[draw.randrange(6)]
            near = product * 131
            at = start + timedelta(hours=2 * product, minutes=n % each * 7)
            row = {
                "id": f"e{n}",
                "kind": kind,
                "product": f"X-{product:05d}",
                "at": at.isoformat(),
                "system": "portal",
            }
            if kind != "disseminated":
                row["actor"] = f"p{(near + draw.randrange(60)) % people}"
            if kind in ("disseminated", "delivered", "forwarded"):
                row["recipient"] = f"p{(near + draw.randrange(60)) % people}"
            out.write(json.dumps(row) + "\n")


def prepared(workspace: Path) -> tuple[str, str, str]:
    """The desk's database, an investigator signed in with a case on every product: cookie's name, cookie, case."""
    from tearline.desk.serving import prepare  # noqa: PLC0415 - Django is set up for this workspace first

    prepare(workspace)
    from allauth.mfa.models import Authenticator  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from tearline.desk.accounts.models import Body, User  # noqa: PLC0415
    from tearline.desk.cases.doing import open_case  # noqa: PLC0415
    from tearline.desk.cases.models import Case  # noqa: PLC0415

    body, _ = Body.objects.get_or_create(name="Measuring")
    user = User.objects.filter(username="measure").first()
    if user is None:
        user = User.objects.create_user("measure", "correct horse battery", body=body, role="investigator")
        User.objects.filter(pk=user.pk).update(must_change_password=False)
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "none"})
    case = Case(title="Measuring", purpose="measure", authority="none", every_product=True)
    case = open_case(case, user, (timezone.now() + timedelta(days=30)).date())
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session["case"] = str(case.pk)
    session.save()
    return settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value, str(case.pk)


async def ask(port: int, path: str, cookie: str) -> tuple[int, float]:
    start = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
    )
    answer = await reader.read(-1)
    writer.close()
    return int(answer[9:12] or 0), time.perf_counter() - start


async def load(
    port: int, cookie: str, case: str, rate: float, seconds: float
) -> dict[str, list[tuple[int, float]]]:
    draw = random.Random(11)
    found: dict[str, list[tuple[int, float]]] = {"product": [], "pathway": [], "search": []}

    def address(page: str) -> str:
        product = f"X-{draw.randrange(PRODUCTS):05d}"
        if page == "search":
            return f"/search/?q={draw.choice(WORDS)}+{draw.randrange(PRODUCTS)}"
        return f"/cases/{case}/{'products' if page == 'product' else 'pathway'}/{product}/"

    async def one(page: str) -> None:
        try:
            found[page].append(await asyncio.wait_for(ask(port, address(page), cookie), 30))
        except (OSError, TimeoutError, ValueError):
            found[page].append((0, 30.0))

    asked, start = [], time.perf_counter()
    for n in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, start + n / rate - time.perf_counter()))
        asked.append(asyncio.create_task(one(("product", "pathway", "search")[n % 3])))
    await asyncio.gather(*asked)
    return found


def main() -> None:
    given = [float(one) for one in sys.argv[1:]]
    events, people, rate, seconds = [*given, *(1_000_000, 20_000, 20, 60)[len(given) :]]
    folder = Path(os.environ.get("TEARLINE_BENCHMARK", "") or tempfile.mkdtemp(prefix="tearline-load-"))
    kept = "TEARLINE_BENCHMARK" in os.environ
    workspace, port = folder / "workspace", 8499
    if not (workspace / "ledger").is_dir():
        from tearline.workspace import create_workspace  # noqa: PLC0415

        world(folder / "files", int(events), int(people))
        start = time.perf_counter()
        create_workspace(workspace).load([folder / "files"])
        print(f"loaded {int(events):,} events in {time.perf_counter() - start:.0f} s", flush=True)
    name, value, case = prepared(workspace)
    environment: dict[str, Any] = {**os.environ, "TEARLINE_WORKSPACE": str(workspace)}
    command = [sys.executable, "-m", "uvicorn", "tearline.desk.asgi:application", "--port", str(port)]
    server = subprocess.Popen(
        [*command, "--workers", "2", "--log-level", "warning", "--lifespan", "off"], env=environment
    )
    try:
        cookie = f"{name}={value}"
        for _ in range(120):
            try:
                if asyncio.run(ask(port, "/healthy/", cookie))[0] == 200:
                    break
            except OSError:
                time.sleep(0.5)
        for _ in range(12):  # until both processes have read the register
            asyncio.run(load(port, cookie, case, 3, 1))
        found = asyncio.run(load(port, cookie, case, rate, seconds))
    finally:
        server.terminate()
        server.wait(20)
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)
    for page, measured in found.items():
        cut = quantiles([took * 1000 for _, took in measured], n=100)
        wrong = sum(status != 200 for status, _ in measured)
        print(
            f"{page:8} {len(measured):5} asked  p50 {cut[49]:6.0f} ms  p95 {cut[94]:6.0f} ms  "
            f"p99 {cut[98]:6.0f} ms  errors {wrong}"
        )


if __name__ == "__main__":
    main()
