"""A small world whose intake leaves something in quarantine, and how the tests run and compare the program."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tearline.cli import main

ORGANISATIONS = "id,name,kind,parent\nSVC,The Service,originator,\nMIN,Ministry,recipient,\n"

PEOPLE = (
    "id,name,organisation,position,clearance,caveats,access_basis,valid_from,valid_to,accounts\n"
    "dora,Dora Desk,SVC,Dissemination,TOP SECRET,,,2025-01-01,,mail:dora@svc.example\n"
    + "".join(f"p{n},Person Nr{n},MIN,Reader,SECRET,,,2025-01-01,,portal:reader{n}\n" for n in range(12))
)

GROUPS = "id,name,member,valid_from,valid_to\n" + "".join(f"all,Everybody,p{n},2025-01-01,\n" for n in range(5))

MAPPING = """[source]
kind = "csv"
organisation = "MIN"
timezone = "UTC"

[event]
kind = "Act"
product = "Document"
actor = "Reader"
at = "Time"
system = "=reading-log"
id = "No"

[kinds]
"read" = "opened"
"print" = "printed"
"""


_BY_CHANCE = re.compile(r"\bH-[0-9a-f]{16}\b|\bG-[0-9a-f]{12}\b")


def product(identifier: str, number: str, marking: str = "SECRET") -> str:
    portions = [{"id": "1", "text": f"What {identifier} says about the harbour and its nightly traffic."}]
    return json.dumps(
        {
            "id": identifier,
            "number": number,
            "title": f"Paper {identifier}",
            "originator": "SVC",
            "issued_at": "2025-03-01T08:00:00Z",
            "marking": marking,
            "portions": portions,
        }
    )


def events(first: int, stop: int) -> str:
    """Events of R1 and R2 by the dozen; every tenth names a product that nobody registered."""
    kinds = ("opened", "printed", "forwarded", "delivered")
    rows = []
    for n in range(first, stop):
        row = {
            "id": f"e{n}",
            "kind": kinds[n % 4],
            "product": "R9" if n % 10 == 9 else ("R1", "R2")[n % 2],
            "at": f"2025-03-{2 + n % 27:02d}T{n % 24:02d}:00:00Z",
            "actor": f"p{n % 12}",
            "system": "portal",
        }
        if n % 4 > 1:
            row["recipient"] = f"portal:reader{(n * 5) % 12}"
        rows.append(json.dumps(row))
    return "\n".join(rows) + "\n"


def reading_log(rows: int) -> str:
    """A ministry's reading log; every fifth row is about a paper that comes later."""
    lines = [
        f"L{n},{'read' if n % 2 else 'print'},{'S-3' if n % 5 == 4 else 'S-1'},Person Nr{n % 12},"
        f"2025-03-{3 + n % 20:02d}T10:00:00Z"
        for n in range(rows)
    ]
    return "No,Act,Document,Reader,Time\n" + "\n".join(lines) + "\n"


def write_files(folder: Path) -> None:
    """`first/` (a folder to load), `log.csv` with `log.toml` (an intake), `second/` (what the log lacked)."""
    texts = {
        "first/organisations.csv": ORGANISATIONS,
        "first/people.csv": PEOPLE,
        "first/groups.csv": GROUPS,
        "first/products.jsonl": "\n".join(
            (product("R1", "S-1"), product("R2", "S-2"), product("RX", "S-9", "NONE"))
        ),
        "first/events.jsonl": events(0, 60),
        "log.csv": reading_log(30),
        "log.toml": MAPPING,
        "second/products.jsonl": f"{product('R3', 'S-3')}\n{product('R9', 'S-99')}\n",
        "second/events.jsonl": events(60, 90),
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def commands(files: Path) -> list[list[str]]:
    """The program's day, in order: each is a way in which records come in, a look, or a seal."""
    entry = ["--kind", "opened", "--product", "R1", "--actor", "p3", "--at", "2025-03-05", "--by", "dora"]
    return [
        ["load", str(files / "first")],
        ["trace", "R1"],
        ["intake", str(files / "log.csv"), "--mapping", str(files / "log.toml")],
        ["load", str(files / "second")],
        ["trace", "R2"],
        ["quarantine", "--retry"],
        ["record", *entry],
        ["checkpoint", "--out", str(files / "witness.json")],
    ]


def run(workspace: Path, *words: str) -> tuple[int, Any, str]:
    """Run the program in this process: exit code, the JSON document, and what it said on stderr."""
    out, err = io.StringIO(), io.StringIO()
    argv, sys.argv = sys.argv, ["tearline", *words, "--workspace", str(workspace), "--json"]
    code = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv = argv
    assert "Traceback" not in err.getvalue() and "fault in Tearline itself" not in err.getvalue(), err.getvalue()
    return code, json.loads(out.getvalue()) if code in (0, 3) and out.getvalue() else None, err.getvalue()


def answers(workspace: Path) -> dict[str, Any]:
    """What the workspace says, without what differs from one run to the next (batch ids, roots, times)."""
    found: dict[str, Any] = {}
    for product_id in ("R1", "R2", "R3"):
        code, document, said = run(workspace, "trace", product_id)
        if code == 0:
            found[product_id] = {name: value for name, value in document.items() if name != "basis"}
        else:
            found[product_id] = said
    code, document, said = run(workspace, "quarantine")
    assert code == 0, said
    found["quarantine"] = sorted(
        json.dumps([row["file"], row["line"], row["reason"], row["raw"]]) for row in document["records"]
    )
    return found


def plain(document: Any) -> Any:
    """Answers with what chance gives an entry by hand (its id, and the ids of gaps that rest on it) under one
    name, and with lists in an order that does not depend on it."""
    if isinstance(document, dict):
        return {name: plain(value) for name, value in document.items()}
    if isinstance(document, list):
        return sorted((plain(value) for value in document), key=lambda value: json.dumps(value, sort_keys=True))
    if isinstance(document, str):
        return _BY_CHANCE.sub("by chance", document)
    return document


def forked(task: Callable[[], object]) -> int:
    """Run in a child; the status `waitpid` gives. Whatever the child does, it never returns into our program."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        failed = 1
        try:
            task()
            failed = 0
        except BaseException:  # noqa: BLE001 -- told, and then the child ends
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(failed)
    return os.waitpid(child, 0)[1]


def killed(status: int) -> bool:
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
