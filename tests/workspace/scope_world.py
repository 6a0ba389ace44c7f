"""A world for scopes: each product's words, and each name, occur in nothing else and so betray themselves."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from tearline.workspace import Workspace, create_workspace

ORGANISATIONS = {"SVC": "Servicelight", "MIN": "Ministrand", "BNK": "Bankovar", "POL": "Policeum"}
PEOPLE = {f"{org.lower()}{n}": org for org in ORGANISATIONS for n in range(3)}
PARENTS = {"A": (), "B": (), "C": (), "AS": ("A",), "AB": ("A", "B")}
SUBJECTS = {
    "A": "aldermoor barley shipments through the quarrystone narrows exceeded ninetyone thousand tonnes",
    "B": "brackwater turbines at the falconridge station failed because their casings corroded overnight",
    "C": "cinderhall negotiators offered the vermilion concession for seventeen years without tender",
    "AS": "aldermoor barley shipments through the quarrystone narrows grew considerably",
    "AB": "digest of aldermoor barley shipments beside brackwater turbines failing at falconridge",
}


def _person(product: int, n: int) -> str:
    return list(PEOPLE)[(product * 5 + n * 7) % len(PEOPLE)]


def files(folder: Path, only: frozenset[str] | None = None) -> Path:
    """The world's files; with `only`, as if no other product had been registered."""
    folder.mkdir(parents=True)
    kept = [name for name in SUBJECTS if only is None or name in only]
    (folder / "organisations.csv").write_text(
        "id,name,kind,parent\n"
        + "".join(f"{i},{n},{'originator' if i == 'SVC' else 'recipient'},\n" for i, n in ORGANISATIONS.items())
    )
    (folder / "people.csv").write_text(
        "id,name,organisation,valid_from\n"
        + "".join(f"{p},Person{p.title()},{org},2025-01-01\n" for p, org in PEOPLE.items())
    )
    products = [
        {
            "id": f"PX-{name}",
            "number": f"NO-{name}-77",
            "title": f"Title {SUBJECTS[name].split()[0]} {name}",
            "originator": "SVC",
            "issued_at": f"2025-03-0{n + 1}T08:00:00Z",
            "marking": "SECRET",
            "derived_from": [f"PX-{p}" for p in PARENTS[name] if p in kept],
            "distribution": ["MIN", "BNK"],
            "portions": [
                {"id": "1", "text": f"{SUBJECTS[name].capitalize()}, and nothing else was said of {name}."}
            ],
        }
        for n, name in enumerate(SUBJECTS)
        if name in kept
    ]
    (folder / "products.jsonl").write_text("".join(json.dumps(row) + "\n" for row in products))
    events = [
        {
            "id": f"ev-{name}-{n}",
            "kind": ("delivered", "opened", "forwarded", "printed", "opened", "forwarded")[n % 6],
            "product": f"PX-{name}",
            "at": f"2025-03-{10 + n:02d}T{9 + k:02d}:00:00Z",
            "actor": _person(k, n) if n % 6 else "svc0",
            "recipient": None if n % 6 in (1, 3, 4) else (_person(k, n + 1) if n != 8 else f"Stranger {name}"),
            "organisation": PEOPLE[_person(k, n)],
            "system": "portal",
        }
        for k, name in enumerate(SUBJECTS)
        for n in range(12)
    ]
    (folder / "events.jsonl").write_text(
        "".join(json.dumps({k: v for k, v in row.items() if v is not None}) + "\n" for row in events)
    )
    text = f"It was learnt that {SUBJECTS['A']}. Elsewhere, {SUBJECTS['C']}."
    (folder / "disclosures.jsonl").write_text(
        json.dumps({"id": "art", "text": text, "title": "What the paper said", "published_at": "2025-03-19"})
        + "\n"
    )
    return folder


@dataclass(frozen=True)
class World:
    workspace: Workspace
    folder: Path


def made(folder: Path, only: frozenset[str] | None = None, keys: Path | None = None) -> Workspace:
    """A workspace with the world in it; with `keys`, under another one's pseudonyms."""
    home = folder / "ws"
    if keys is not None:
        home.mkdir(parents=True)
        shutil.copytree(keys, home / "keys")
    workspace = create_workspace(home)
    workspace.load([files(folder / "files", only)])
    return workspace


def descended(names: frozenset[str]) -> frozenset[str]:
    """These and what is derived from them."""
    return names | {name for name, parents in PARENTS.items() if names & set(parents)}
