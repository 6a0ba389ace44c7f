"""The released mail as a case: ten memos cut out of it by document and span, and the people whom it names.

Nothing of the texts stands here. `write_case` takes them from the shared data when the test runs.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

MAIL = Path("state-department-mail") / "released_mail.jsonl.gz"

_BANNER = re.compile(r"department of .{0,2}state.{0,2}\s+case no", re.IGNORECASE)
_FEWEST_WORDS = 12  # what is shorter (a heading, a line of a signature) belongs to the paragraph before it


@dataclass(frozen=True)
class Memo:
    """A memo where it lies best preserved: `[start, end)` in code points of the document's text."""

    id: str
    document: str
    start: int
    end: int
    title: str
    originator: str
    author: str
    issued_at: str


# Titles are ours: a subject line that every reply repeats would be recognised as the memo itself.
MEMOS = (
    Memo("africa-trip", "C05763715", 483, 5864, "Memo A", "state", "reines", "2009-08-15T08:51:00-04:00"),
    Memo("festival", "C05761710", 1758, 7930, "Memo B", "friends", "ramer", "2009-05-24T14:08:16-04:00"),
    Memo("coup-law", "C05764807", 989, 4000, "Memo C", "state", "koh", "2009-08-28T21:23:28-04:00"),
    Memo("berlin", "C05765169", 701, 8230, "Memo D", "adviser", "blumenthal", "2009-11-05T18:07:00-05:00"),
    Memo("alliance", "C05760453", 829, 27897, "Memo E", "adviser", "blumenthal", "2009-11-26T10:23:00-05:00"),
    Memo("widow", "C05774931", 661, 6367, "Memo F", "adviser", "blumenthal", "2010-03-11T10:38:00-05:00"),
    Memo("iran", "C05776254", 766, 9225, "Memo G", "adviser", "blumenthal", "2010-08-08T18:20:00-04:00"),
    Memo("egypt-china", "C05779013", 615, 7815, "Memo H", "state", "slaughter", "2011-02-13T11:41:00-05:00"),
    Memo("holbrooke", "C05779798", 693, 15869, "Memo I", "adviser", "blumenthal", "2011-04-05T09:58:00-04:00"),
    Memo("disruptions", "C05783828", 847, 5500, "Memo J", "state", "ross", "2011-04-13T00:00:00-04:00"),
)

ORGANISATIONS = (
    ("state", "The department", "originator"),
    ("adviser", "An adviser outside", "originator"),
    ("friends", "Correspondents outside", "external"),
)

# id, name as the mails write it, organisation, accounts: addresses, and the short names that mailers show.
PEOPLE = (
    ("clinton", "Hillary Clinton", "state", "hdr22@clintonemail.com;hrod17@clintonemail.com;H;H2;Evergreen"),
    ("mills", "Mills, Cheryl D", "state", "millscd@state.gov;CDM"),
    ("sullivan", "Sullivan, Jacob J", "state", "sullivanjj@state.gov;Jake Sullivan;jake.sullivan"),
    ("abedin", "Abedin, Huma", "state", "abedinh@state.gov;huma@clintonemail.com"),
    ("reines", "Reines, Philippe", "state", "reinesp@state.gov;preines;PIR"),
    ("jiloty", "Jiloty, Lauren C", "state", "jilotylc@state.gov;laurenjiloty"),
    ("hanley", "Hanley, Monica R", "state", "hanleymr@state.gov"),
    ("valmoro", "Valmoro, Lona J", "state", "valmorolj@state.gov"),
    ("koh", "Koh, Harold Hongju", "state", "kohhh@state.gov;haroldhongjukoh"),
    ("steinberg", "Steinberg, James B", "state", "steinbergjb@state.gov"),
    ("burns", "Burns, William J", "state", "burnswj@state.gov"),
    ("verma", "Verma, Richard R", "state", "vermarr@state.gov"),
    ("donoghue", "Donoghue, Joan E", "state", ""),
    ("harris", "Harris, Robert K", "state", ""),
    ("spector", "Spector, Phillip M", "state", ""),
    ("townley", "Townley, Stephen G", "state", ""),
    ("gordon", "Gordon, Philip H", "state", "gordonph@state.gov"),
    ("holbrooke", "Holbrooke, Richard C", "state", "holbrookerc@state.gov"),
    ("muscatine", "Muscatine, Lissa", "state", "lmuscatine"),
    ("shapiro", "Shapiro, Andrew J", "state", "shapiroa@state.gov"),
    ("slaughter", "Slaughter, Anne-Marie", "state", "slaughtr"),
    ("ross", "Ross, Alec J", "state", "rossaj@state.gov;S/SAIT — Alec Ross"),
    ("toiv", "Toiv, Nora F", "state", "toivnf@state.gov"),
    ("blumenthal", "Sidney Blumenthal", "adviser", "sbwhoeop"),
    ("greenspun", "Brian Greenspun", "friends", ""),
    ("ramer", "Bruce M. Ramer", "friends", ""),
)


@cache
def documents(data: Path) -> dict[str, str]:
    """Every released document's text by its number."""
    with gzip.open(data / MAIL, "rt", encoding="utf-8") as file:
        return {row["doc"]: row["text"] for row in map(json.loads, file)}


def portions(memo: Memo, text: str) -> list[dict[str, str]]:
    """The memo's paragraphs, without the banners that the release put between its pages."""
    lines = [line for line in text[memo.start : memo.end].split("\n") if not _BANNER.search(line)]
    found: list[str] = []
    for paragraph in re.split(r"\n(?:\s*\n)+", "\n".join(lines).replace("\f", "")):
        words = " ".join(paragraph.split())
        if found and words and min(len(words.split()), len(found[-1].split())) < _FEWEST_WORDS:
            found[-1] = f"{found[-1]}\n{words}"
        elif words:
            found.append(words)
    return [
        {"id": f"{memo.id}#{number}", "marking": "UNCLASSIFIED", "text": words}
        for number, words in enumerate(found, 1)
    ]


def write_case(data: Path, folder: Path) -> Path:
    """The register of the case as the contract's files."""
    texts = documents(data)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [["id", "name", "kind"], *map(list, ORGANISATIONS)]
    _csv(folder / "organisations.csv", rows)
    people = [["id", "name", "organisation", "valid_from", "accounts"]]
    for identifier, name, organisation, accounts in PEOPLE:
        logins = ";".join(f"mail:{one}" for one in accounts.split(";") if one)
        people.append([identifier, f'"{name}"', organisation, "2009-01-01", logins])
    _csv(folder / "people.csv", people)
    with (folder / "products.jsonl").open("w", encoding="utf-8") as file:
        for memo in MEMOS:
            row: dict[str, Any] = {
                "id": memo.id,
                "title": memo.title,
                "originator": memo.originator,
                "issued_at": memo.issued_at,
                "marking": "UNCLASSIFIED",
                "authors": [memo.author],
                "portions": portions(memo, texts[memo.document]),
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return folder


def _csv(path: Path, rows: list[list[str]]) -> None:
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
