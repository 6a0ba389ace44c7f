"""Windows events: prints and files used, from XML in every wrapping and from EVTX."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from evtx_file import evtx
from reader_world import events, read, reasons

from tearline.intake import Place, take_in
from tearline.intake.windows_events import LONGEST
from tearline.records.errors import BadInput

Write = Callable[[str, str | bytes], Path]
NAMESPACE = ' xmlns="http://schemas.microsoft.com/win/2004/08/events/event"'


def event(provider: str, number: int, body: str, record: int = 7, keywords: str = "0x8020000000000000") -> str:
    return (
        f'<Event><System><Provider Name="{provider}" /><EventID>{number}</EventID>'
        f'<TimeCreated SystemTime="2025-03-02T09:15:16.1668381Z" /><EventRecordID>{record}</EventRecordID>'
        f"<Channel>Log</Channel><Keywords>{keywords}</Keywords><Computer>PC-7</Computer>"
        f'<Security UserID="S-1-5-21-1-2-3-1002" /></System>{body}</Event>'
    )


def printed(document: str = "ACME 2025-0417 Grain.docx", record: int = 7) -> str:
    values = ("4", document, "l.chen", r"\\PC-7", "Second floor", "IP_192.0.2.9", "69009", "12")
    params = "".join(f"<Param{place}>{escape(value)}</Param{place}>" for place, value in enumerate(values, 1))
    body = f"<UserData><DocumentPrinted>{params}</DocumentPrinted></UserData>"
    return event("Microsoft-Windows-PrintService", 307, body, record)


def used(number: int = 4663, mask: str = "0x1", keywords: str = "0x8020000000000000", **more: str) -> str:
    data = {
        "SubjectUserSid": "S-1-5-21-1-2-3-1002",
        "SubjectUserName": "l.chen",
        "SubjectDomainName": "BETA",
        "ObjectType": "File",
        "ObjectName": r"D:\Reports\ACME 2025-0417 Grain.docx",
        "ShareName": r"\\*\Reports",
        "RelativeTargetName": r"2025\ACME 2025-0417 Grain.docx",
        "AccessMask": mask,
    } | more
    fields = "".join(f'<Data Name="{name}">{escape(value)}</Data>' for name, value in data.items())
    return event("Microsoft-Windows-Security-Auditing", number, f"<EventData>{fields}</EventData>", 8, keywords)


def test_a_print_says_who_printed_what_and_how_many_pages(write: Write) -> None:
    (found,) = events(read(write("print.xml", printed())))
    assert found == {
        "id": "PC-7/Log/7/2025-03-02T09:15:16.166838Z",
        "kind": "printed",
        "product": "R-1",
        "at_earliest": "2025-03-02T09:15:16.166838Z",
        "at_latest": "2025-03-02T09:15:16.166838Z",
        "actor": "l.chen",
        "organisation": "BETA",
        "system": "print",
        "detail": {
            "document": "ACME 2025-0417 Grain.docx",
            "pages": 12,
            "job": "4",
            "printer": "Second floor",
            "computer": "PC-7",
            "sid": "S-1-5-21-1-2-3-1002",
        },
    }


@pytest.mark.parametrize(
    "text",
    [
        printed() + printed(record=8),
        f'<?xml version="1.0" encoding="utf-8"?>\n<Events>\n{printed()}\n{printed(record=8)}\n</Events>\n',
        printed().replace("<Event>", f"<Event{NAMESPACE}>") + "\r\n" + printed(record=8),
        printed().replace("<", "<e:").replace("<e:/", "</e:") + printed(record=8),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_wrapping_and_encoding_reads_alike(write: Write, text: str, encoding: str) -> None:
    found = events(read(write("print.xml", text.encode(encoding))))
    assert [one["product"] for one in found] == ["R-1", "R-1"]


def test_evtx_says_what_the_xml_says(write: Write) -> None:
    both = [printed(), used()]
    assert events(read(write("log.evtx", evtx(*both)))) == events(read(write("log.xml", "".join(both))))


def test_files_used(write: Write) -> None:
    text = used() + used(5145) + used(mask="0x2") + used(mask="", AccessList="%%4416\n\t\t%%4423")
    found = events(read(write("security.xml", text)))
    assert [(one["kind"], one["actor"], one["detail"]["access"]) for one in found] == [
        ("opened", "l.chen", "read"),
        ("opened", "l.chen", "read"),
        ("opened", "l.chen", "write"),
        ("opened", "l.chen", "read"),
    ]
    (nameless,) = events(read(write("sid.xml", used(SubjectUserName="-"))))
    assert nameless["actor"] == "S-1-5-21-1-2-3-1002"


def test_what_shows_no_handling_says_so_in_a_sentence(write: Write) -> None:
    text = "".join(
        [
            printed("Print Document"),
            printed("menu.docx"),
            used(mask="0x80"),
            used(mask="0x10000"),
            used(5145, keywords="0x8010000000000000"),
            used(ObjectType="Key"),
            used(SubjectUserName="PC-7$"),
            event("Microsoft-Windows-Security-Auditing", 4624, ""),
            event("Other", 1, ""),
            printed().replace("2025-03-02T09", "noon"),
            "<Event><System></System></Event>",
            "<Event><System>",
        ]
    )
    assert reasons(read(write("log.xml", text))) == [
        "event 307: the log does not show the names of documents ('Print Document' stands for all of them)",
        "event 307: no registered product is recognised in 'menu.docx'",
        "event 4663: not the file's content was used but its attributes",
        "event 4663: not the file's content was used but the right to delete or rename it",
        "event 5145: an attempt that failed",
        "event 4663: a Key was used, not a file",
        "event 4663: an act of the computer itself, not of a person",
        "event 4624 of Microsoft-Windows-Security-Auditing: a sign-in",
        "event 1 of Other: not a kind that shows a document being handled",
        "'noon:15:16.1668381Z' is not a time",
        "not a well-formed Windows event",
        "not a well-formed Windows event",
    ]


def test_entities_and_document_types_are_never_expanded(write: Write) -> None:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    head = f'<!DOCTYPE Events [<!ENTITY l0 "ha"><!ENTITY file SYSTEM "file:///etc/passwd">{laughs}]>'
    text = f"{head}<Events>{printed('&l9;&file;').replace('&amp;', '&')}{printed()}</Events>"
    started = time.process_time()
    items = read(write("log.xml", text))
    assert time.process_time() - started < 5
    assert len(events(items)) == 1
    assert reasons(items) == ["not a well-formed Windows event"]


def test_sizes_and_depths_are_bounded(write: Write) -> None:
    deep = event("P", 1, "<a>" * 5000 + "</a>" * 5000)
    long = event("P", 2, "<a>" + "x" * (2 * LONGEST) + "</a>")
    unclosed = "<Event>" * 20_000
    items = read(write("log.xml", deep + long + unclosed + printed()))
    assert len(events(items)) == 1
    assert len(reasons(items)) == 20_002


def test_a_file_without_events_is_at_fault_itself(write: Write) -> None:
    for name, content in (
        ("a.xml", b"<html/>"),
        ("b.evtx", b"ElfFile\0" + b"\xff" * 9000),
        ("c.evtx", b"ElfFile\0"),
    ):
        with pytest.raises(BadInput):
            read(write(name, content), name="windows")


def test_damaged_evtx_files_never_raise_anything_else(write: Write) -> None:
    whole = evtx(*[printed(record=n) for n in range(20)])
    chance = random.Random(7)
    for number in range(60):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 5, 50))):
            data[chance.randrange(4096, 20_000)] = chance.randrange(256)
        cut = chance.choice((len(data), len(data), 5000, 30_000))
        try:
            read(write(f"{number}.evtx", bytes(data[:cut])), name="windows")
        except BadInput:
            continue


def test_the_real_print_log_is_taken_in_and_reconciles(place: Place, shared_data: Path) -> None:
    counts = take_in(place, [shared_data / "print" / "printservice_events.xml"]).total()
    assert (counts.read, counts.quarantined) == (2, 2)


def test_what_is_printed_is_found_by_place_and_by_other_names(write: Write) -> None:
    """Event data without names, and the names that collectors give it."""
    values = ("4", "ACME 2025-0417 Grain.docx", "l.chen", "PC-7", "Second floor", "IP_192.0.2.9", "69009", "12")
    names = (
        "JobId",
        "DocumentName",
        "UserName",
        "ClientComputer",
        "PrinterName",
        "PortName",
        "Size",
        "PagesPrinted",
    )
    placed = "".join(f"<Data>{value}</Data>" for value in values)
    named = "".join(f'<Data Name="{name}">{value}</Data>' for name, value in zip(names, values, strict=True))
    tagged = "".join(f"<{name}>{value}</{name}>" for name, value in zip(names, values, strict=True))
    (usual,) = events(read(write("usual.xml", printed())))
    for place, body in enumerate(
        (
            f"<EventData>{placed}</EventData>",
            f"<EventData>{named}</EventData>",
            f"<UserData><DocumentPrinted>{tagged}</DocumentPrinted></UserData>",
        )
    ):
        (found,) = events(read(write(f"{place}.xml", event("Microsoft-Windows-PrintService", 307, body))))
        assert found == usual


def test_wrappers_of_exported_events(write: Write) -> None:
    """As the viewer saves them, rendered (`wevtutil /f:RenderedXml`), with a prefix, in another envelope."""
    added = "<RenderingInfo><Message>Printed</Message></RenderingInfo></Event>"
    rendered = printed().replace("</Event>", added)
    prefixed = re.sub(r"<(/?)(?=[A-Z])", r"<\1e:", printed())
    head = '<?xml version="1.0" encoding="utf-8" standalone="yes"?>'
    for place, text in enumerate(
        (
            f"{head}<Events>{printed()}</Events>",
            f"{head}<Events>{rendered}</Events>",
            f"<e:Events xmlns:e='urn:x'>{prefixed}</e:Events>",
            f"<QueryResult><Log name='print'>{printed()}</Log></QueryResult>",
        )
    ):
        (found,) = events(read(write(f"{place}.xml", text)))
        assert found["product"] == "R-1" and found["detail"]["pages"] == 12, place
