"""Can somebody tell from response times that a case exists which is hidden from them?

Asks the desk, from a second process, for a case that is hidden and for one that is absent, in random turn, and
compares the two lots of times: Mann-Whitney's U as AUC (0.5: not separable) with its 95 % interval, and the
Kolmogorov-Smirnov distance with its p. Prints one line a page.

    python benchmarks/desk_walls.py [REQUESTS]
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import numpy as np

PAGES = (
    "/cases/{}/",
    "/cases/{}/narrative/",
    "/cases/{}/requests/",
    "/cases/{}/products/",
    "/cases/{}/leads/art-1/",
)

MAKE = """
import datetime, sys, pathlib
from tearline.workspace import create_workspace
home = pathlib.Path(sys.argv[1])
create_workspace(home)
from tearline.desk.serving import prepare
prepare(home)
from allauth.mfa.models import Authenticator
from django.test import Client
from tearline.desk.accounts.models import Body, User
from tearline.desk.cases.doing import open_case
from tearline.desk.cases.models import Case
def user(name, body):
    home, _ = Body.objects.get_or_create(name=body)
    made = User.objects.create_user(name, "correct horse battery", body=home, role="investigator")
    User.objects.filter(pk=made.pk).update(must_change_password=False)
    Authenticator.objects.create(user=made, type="totp", data={"secret": "none"})
    made.refresh_from_db()
    return made
ada, paul = user("ada", "Internal Security"), user("paul", "Police")
until = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=30)).date()
for number in range(200):
    case = open_case(Case(title=f"Case {number}", purpose="p", authority="a", every_product=True), ada, until)
    own = open_case(Case(title=f"Own {number}", purpose="p", authority="a", every_product=True), paul, until)
browser = Client(HTTP_HOST="localhost")
browser.force_login(paul)
import json
print(json.dumps({"hidden": str(case.pk), "cookie": browser.cookies["sessionid"].value}))
"""


def main(requests: int) -> None:
    with tempfile.TemporaryDirectory() as spare:
        home = Path(spare) / "workspace"
        made = subprocess.run([sys.executable, "-c", MAKE, str(home)], capture_output=True, text=True, check=True)
        told = json.loads(made.stdout.splitlines()[-1])
        port = random.randint(20000, 40000)
        env = os.environ | {"TEARLINE_WORKSPACE": str(home), "DJANGO_SETTINGS_MODULE": "tearline.desk.settings"}
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "tearline.desk.asgi:application"),
                *("--port", str(port), "--log-level", "error", "--lifespan", "off"),
            ],
            env=env,
            stderr=subprocess.DEVNULL,
        )
        try:
            measure(port, told["cookie"], told["hidden"], requests)
        finally:
            server.terminate()
            server.wait()


def measure(port: int, cookie: str, hidden: str, requests: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(100):
        try:
            connection.connect()
            break
        except OSError:
            time.sleep(0.2)
    print(
        f"{'page':32} {'n each':>7} {'hidden ms':>10} {'absent ms':>10} {'AUC':>6} {'95 %':>15} {'KS':>6} {'p':>6}"
    )
    for page in PAGES:
        times: dict[bool, list[float]] = {True: [], False: []}
        absent = str(uuid4())  # one, like the hidden one: what is asked for again and again is quicker either way
        for turn in range(-50, requests):
            there = random.random() < 0.5
            address = page.format(hidden if there else absent)
            began = time.perf_counter()
            connection.request("GET", address, headers={"Host": "localhost", "Cookie": f"sessionid={cookie}"})
            answer = connection.getresponse()
            answer.read()
            spent = time.perf_counter() - began
            if answer.status != 404:
                print(f"{page:32} answers {answer.status}: not measured")
                break
            if turn >= 0:
                times[there].append(spent * 1000)
        else:
            line(page, np.array(times[True]), np.array(times[False]))


def line(page: str, hidden: np.ndarray, absent: np.ndarray) -> None:
    n, m = len(hidden), len(absent)
    ranks = np.argsort(np.argsort(np.concatenate([hidden, absent]))) + 1
    auc = (ranks[:n].sum() - n * (n + 1) / 2) / (n * m)
    # Hanley and McNeil 1982: the standard error of an area under the curve
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    error = np.sqrt((auc * (1 - auc) + (n - 1) * (q1 - auc**2) + (m - 1) * (q2 - auc**2)) / (n * m))
    distance, p = kolmogorov_smirnov(hidden, absent)
    span = f"{auc - 1.96 * error:.3f}-{auc + 1.96 * error:.3f}"
    print(
        f"{page:32} {min(n, m):7} {np.median(hidden):10.2f} {np.median(absent):10.2f} {auc:6.3f} {span:>15} "
        f"{distance:6.3f} {p:6.3f}"
    )


def kolmogorov_smirnov(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """The largest distance of the two distributions, and the asymptotic probability of one as large by chance."""
    every = np.sort(np.concatenate([one, other]))
    below = [np.searchsorted(np.sort(times), every, side="right") / len(times) for times in (one, other)]
    distance = float(np.abs(below[0] - below[1]).max())
    scaled = distance * np.sqrt(len(one) * len(other) / (len(one) + len(other)))
    terms = np.arange(1, 101)
    p = 2 * float(np.sum((-1.0) ** (terms - 1) * np.exp(-2 * terms**2 * scaled**2)))
    return distance, min(1.0, max(0.0, p))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
