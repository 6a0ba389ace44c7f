"""CUPS page_log: a line a job, or a line a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reader_world import events, read, reasons

from tearline.intake import Place, take_in
from tearline.intake.mapping import TableMapping, mapping_of
from tearline.records.errors import BadInput

Write = Callable[[str, str | bytes], Path]
LINE = (
    "Second-floor l.chen 41 [02/Mar/2025:09:15:16 -0500] total 12 "
    "acme-123 pc-7 ACME 2025-0417 Grain.docx A4 one-sided"
)


def test_a_job(write: Write) -> None:
    (found,) = events(read(write("page_log", LINE + "\n")))
    assert found == {
        "kind": "printed",
        "product": "R-1",
        "at_earliest": "2025-03-02T14:15:16Z",
        "at_latest": "2025-03-02T14:15:16Z",
        "actor": "l.chen",
        "organisation": "BETA",
        "system": "print",
        "detail": {
            "document": "ACME 2025-0417 Grain.docx",
            "pages": 12,
            "job": "41",
            "printer": "Second-floor",
            "computer": "pc-7",
            "billing": "acme-123",
        },
    }


def test_the_pages_of_a_job_are_one_print(write: Write) -> None:
    pages = [LINE.replace("total 12", f"{page} 2") for page in (1, 2, 3)]
    other = LINE.replace(" 41 ", " 42 ").replace("total 12", "1 1")
    items = read(write("page_log", "\n".join([*pages, other, LINE]) + "\n"))
    assert [item.line for item in items] == [1, 4, 5]
    said = [one["detail"] for one in events(items)]
    assert [(one["pages"], one.get("copies")) for one in said] == [(3, 2), (1, 1), (12, None)]


def test_a_name_is_found_behind_a_billing_code_with_blanks(write: Write) -> None:
    text = LINE.replace("acme-123", "our own code").replace("l.chen", r"BETA\l chen")
    (found,) = events(read(write("page_log", text)))
    assert (found["product"], found["actor"]) == ("R-1", r"BETA\l chen")


def test_what_shows_no_handling_says_so_in_a_sentence(write: Write) -> None:
    bare = LINE.partition(" acme")[0]
    text = "\n".join(
        [
            LINE.replace("ACME 2025-0417 Grain.docx", "menu"),
            bare,
            LINE.replace("Mar", "Foo"),
            LINE.replace("02/Mar", "31/Feb"),
            "a line of something else",
            LINE + "x" * 5000,
        ]
    )
    assert reasons(read(write("page_log", text))) == [
        "a print: no registered product is recognised in 'menu'",
        "the line names no document: PageLogFormat leaves %{job-name} out",
        "'02/Foo/2025:09:15:16 -0500' is not a time",
        "'2025-02-31T09:15:16-05:00' is not a time",
        "not a line of page_log in the format that CUPS is shipped with",
    ]


@pytest.mark.parametrize("line", [b"\xff\xfe", b"\0\0", b"[" * 100_000, b"a b 1 [" + b"]" * 9999, b"a " * 50_000])
def test_hostile_lines_are_refused_one_by_one(write: Write, line: bytes) -> None:
    items = read(write("page_log", LINE.encode() + b"\n" + line + b"\n" + LINE.encode()), name="cups")
    assert (len(events(items)), len(reasons(items))) == (2, 1)


def test_the_documented_line_is_taken_in_and_reconciles(place: Place, shared_data: Path) -> None:
    counts = take_in(place, [shared_data / "print" / "page_log"]).total()
    assert (counts.read, counts.quarantined) == (1, 1)


def custom(page_log: str) -> TableMapping:
    return mapping_of({"source": {"page_log": page_log}}, "cups.toml")


@pytest.mark.parametrize(
    ("page_log", "line"),
    [
        ("%T %j %u %p %{job-name} %P %C", "[02/Mar/2025:09:15:16 -0500] 41 l.chen Second-floor {name} total 12"),
        ('%{job-originating-user-name};%T;"%{job-name}"', 'l.chen;[02/Mar/2025:09:15:16 -0500];"{name}"'),
        (
            "%p %u %j %T %P %C %{job-name} 100%%",
            "Second-floor l.chen 41 [02/Mar/2025:09:15:16 -0500] 1 1 {name} 100%",
        ),
    ],
)
def test_a_format_of_ones_own(write: Write, page_log: str, line: str) -> None:
    text = line.replace("{name}", "ACME 2025-0417 Grain (final).docx")
    path = write("page_log", text + "\nsomething else\n")
    items = read(path, mapping=custom(page_log), name="cups")
    (found,) = events(items)
    assert (found["actor"], found["product"], found["at_earliest"]) == ("l.chen", "R-1", "2025-03-02T14:15:16Z")
    assert found["detail"]["document"] == "ACME 2025-0417 Grain (final).docx"
    assert reasons(items) == ["not a line of page_log in the format that the mapping names"]


@pytest.mark.parametrize("page_log", ["%p %u %j", "%T %T %{job-name}", "", "%{job-name"])
def test_a_format_that_says_too_little(write: Write, page_log: str) -> None:
    with pytest.raises(BadInput, match="PageLogFormat"):
        read(write("page_log", LINE + "\n"), mapping=custom(page_log), name="cups")
