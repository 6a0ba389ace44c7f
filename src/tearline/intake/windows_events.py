"""Windows event records, from XML (one, several, or many in an `<Events>`) and from EVTX files.

XML is cut into its events before anything is parsed, so that a declaration of a document type or of entities is
never seen by the parser; within an event neither is well-formed. Bounds: LONGEST characters an event, DEEPEST
levels.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from evtx import PyEvtxParser

from tearline.intake.lines import SourceFile
from tearline.intake.rows import Unread
from tearline.records.errors import BadInput

LONGEST = 1 << 20
DEEPEST = 32
LARGEST_EVTX = 4 << 30
EVTX = b"ElfFile\x00"

_CHUNK = 1 << 20
_MOST_FAULTS = 10_000
_START = re.compile(r"<(?:\w{1,20}:)?Event(?=[\s>])")
_END = re.compile(r"</(?:\w{1,20}:)?Event\s{0,20}>")
_DECLARED = re.compile(
    rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["'](?:iso-8859-1|windows-1252)["']""", re.IGNORECASE
)
_CORRECT = "Export the log again"


@dataclass(frozen=True, slots=True)
class WindowsEvent:
    """One event: where it comes from, when, and what it says (`Data` by name, or as `Data1`, `Data2`
    … where it has none; the fields of user data by tag)."""

    provider: str
    number: str
    record: str
    time: str
    computer: str
    channel: str
    keywords: str
    sid: str | None
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fragment:
    """The text of one event as it stands in the file, and the line it begins at (in EVTX: the record's number)."""

    line: int
    text: str


def fragments(source: SourceFile) -> Iterator[Fragment | Unread]:
    """Every event of the file as XML. Raises BadInput where it holds none."""
    source.digest()
    with source.path.open("rb") as file:
        head = file.read(4096)
    found = False
    for one in _evtx(source) if head.startswith(EVTX) else _xml(source, head):
        found = found or isinstance(one, Fragment)
        yield one
    if not found:
        raise BadInput("no Windows event was found", where=source.name, remedy=_CORRECT)


def _xml(source: SourceFile, head: bytes) -> Iterator[Fragment | Unread]:
    decoder = codecs.getincrementaldecoder(_encoding(head))(errors="replace")
    held, line, ended = "", 1, False
    with source.path.open("rb") as file:
        while not ended:
            data = file.read(_CHUNK)
            ended = not data
            held += decoder.decode(data, final=ended)
            at = 0
            while (start := _START.search(held, at)) is not None:
                line, at = line + held.count("\n", at, start.start()), start.start()
                following = _START.search(held, start.end())
                end = _END.search(held, start.end(), following.start() if following else len(held))
                if end is None and following is None and not ended and len(held) - at <= LONGEST:
                    break
                stop = end.end() if end else following.start() if following else len(held)
                # One that does not end is found out when it is parsed.
                yield _bounded(line, held[at:stop])
                line, at = line + held.count("\n", at, stop), stop
            if start is None:
                # A start tag may be cut in two by the end of what was read.
                rest = max(at, len(held) - 64)
                line, at = line + held.count("\n", at, rest), rest
            held = held[at:]


def _encoding(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "cp1252" if _DECLARED.match(head) else "utf-8-sig"


def _bounded(line: int, text: str) -> Fragment | Unread:
    if len(text) > LONGEST:
        what = f"an event of {len(text):,} characters; at most {LONGEST:,} are read"
        return Unread(line, text[:4096], what, _CORRECT, lossy=True)
    return Fragment(line, text)


def _evtx(source: SourceFile) -> Iterator[Fragment | Unread]:
    if source.size > LARGEST_EVTX:
        raise BadInput(
            f"an EVTX file of {source.size:,} bytes; at most {LARGEST_EVTX:,} are read",
            where=source.name,
            remedy="Export it in parts",
        )
    try:
        records = iter(PyEvtxParser(str(source.path), number_of_threads=1).records())
    except (RuntimeError, ValueError, OSError) as error:
        raise BadInput(f"not an EVTX file ({error})", where=source.name, remedy=_CORRECT) from None
    faults = 0
    while faults < _MOST_FAULTS:
        try:
            record = next(records)
            if record is None:
                return
            yield _bounded(int(record["event_record_id"]), str(record["data"]))
        except StopIteration:
            return
        except (RuntimeError, ValueError, OSError, KeyError, OverflowError) as error:
            faults += 1
            yield Unread(0, "", f"a damaged record of the EVTX file ({error})"[:300], _CORRECT, lossy=True)


def parse_event(text: str) -> WindowsEvent | None:
    """One event from its XML; None where it is not well-formed, too deep, or names no event number."""
    found = _Walk()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = found.start, found.end
    parser.CharacterDataHandler = found.said
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError, RecursionError):
        return None
    system = found.system
    if not system.get("EventID"):
        return None
    return WindowsEvent(
        provider=system.get("Provider", ""),
        number=system["EventID"],
        record=system.get("EventRecordID", ""),
        time=system.get("TimeCreated", ""),
        computer=system.get("Computer", ""),
        channel=system.get("Channel", ""),
        keywords=system.get("Keywords", ""),
        sid=system.get("Security") or None,
        data=found.data,
    )


_ATTRIBUTES = {"Provider": "Name", "TimeCreated": "SystemTime", "Security": "UserID"}


class _Walk:
    """Gathers an event's fields while its elements go by."""

    def __init__(self) -> None:
        self.system: dict[str, str] = {}
        self.data: dict[str, str] = {}
        self._path: list[str] = []
        self._name = ""
        self._place = 0
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= DEEPEST:
            raise ValueError("nested too deeply")
        tag = tag.rpartition(":")[2]
        self._path.append(tag)
        if tag == "Data" and self._path[1:2] == ["EventData"]:
            self._place += 1
        # Older providers name no data: what it is its place says.
        self._name, self._text = attributes.get("Name", f"Data{self._place}") if tag == "Data" else tag, []
        if self._path[1:2] == ["System"] and tag in _ATTRIBUTES:
            self.system[tag] = attributes.get(_ATTRIBUTES[tag], "").strip()

    def said(self, text: str) -> None:
        self._text.append(text)

    def end(self, _tag: str) -> None:
        tag, text = self._path.pop(), "".join(self._text).strip()
        self._text = []
        if not text:
            return
        if self._path[1:2] == ["System"] and tag not in _ATTRIBUTES:
            self.system.setdefault(tag, text)
        elif self._path[1:2] in (["EventData"], ["UserData"]):
            self.data.setdefault(self._name if tag == "Data" else tag, text)
