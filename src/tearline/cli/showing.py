"""What the answers look like at a terminal: the same documents that `--json` prints, in words and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from rich.markup import escape
from rich.table import Table

from tearline.cli.common import Document, screen
from tearline.records.frequencies import frequency

_LEVEL_MARKS = {"delivered": "○", "opened": "◐", "extracted": "●"}
_PLACE = re.compile(r"^.*?, line \d+(?:, field '[^']*')?: ")
_LONGEST_NAME = 32
_LEAST_SHOWN = 0.005
_MANY = 25  # rows shown of a long list; --json has all of them


def show_counts(document: Document) -> None:
    _line(
        f"{document['read']} read: {document['accepted']} accepted, {document['duplicates']} already there, "
        f"{document['quarantined']} in quarantine"
    )
    _table(
        ("stream", "read", "accepted", "already there", "in quarantine"),
        (
            (stream, counts["read"], counts["accepted"], counts["duplicates"], counts["quarantined"])
            for stream, counts in document["by_stream"].items()
        ),
    )
    if document["quarantined"]:
        _line("See what and why: tearline quarantine")


def show_event(document: Document) -> None:
    event = document["event"]
    _line(f"Recorded as {event['id']}: {event['kind']} {event['product']}. To undo: tearline intake --retract "
          f"{event['batch']} --reason ...")  # fmt: skip


def show_retraction(document: Document) -> None:
    _line(f"Batch {document['batch']} no longer counts: {document['records']} records. Nothing was erased.")


def show_identities(document: Document) -> None:
    links = document["links"]
    _table(
        ("name", "is", "score", "by", "because"),
        ((n["name"], n["same_as"] or "nobody known", n["score"] or "", n["by"], n["reason"] or "") for n in links),
        len(links),
    )
    if "open" not in document:
        return
    _line(f"Open (a machine joins from {document['link']} upwards):")
    _table(
        ("name", "may be", "score", "because"),
        ((tie["one"], tie["other"], tie["score"], tie["reason"]) for tie in document["open"]),
        len(document["open"]),
    )
    _line(f"{_counted(document['unresolved'], 'name')} on record of nobody known")


def show_quarantine(document: Document) -> None:
    records = document["records"]
    if not records:
        _line("Nothing lies in quarantine.")
        return
    if len(records) > _MANY:
        reasons: dict[str, list[Document]] = {}
        for record in records:
            reasons.setdefault(_reason(record), []).append(record)
        _line(f"{len(records)} records lie in quarantine, for {_counted(len(reasons), 'reason')}:")
        for reason, found in sorted(reasons.items(), key=lambda one: -len(one[1])):
            _line(f"  {len(found)} × {reason}")
            _line(f"      first in {found[0]['file']}, line {found[0]['line']}")
        _line("--json lists every record, with its text")
        return
    for record in records:
        _line(f"{record['file']}, line {record['line']} (batch {record['batch']}): {_reason(record)}")
        _line(f"    {' '.join(str(record['raw']).split())[:160]}")


def _reason(record: Document) -> str:
    """Why, without where: the place is shown beside it."""
    return _PLACE.sub("", str(record["reason"]))


def show_match(document: Document) -> None:
    _line(f"{document['disclosure']}:")
    for note in document.get("notes", ()):
        _line(f"  {note}")
    ranked = document["products"]
    # The document holds at least ten; at a terminal only those that say something are of use, and one more.
    telling = sum(p["probability"] >= _LEAST_SHOWN for p in ranked)
    shown = ranked[: min(telling + 1, 10)]
    _table(
        ("product", "grade", "probability", "form", "portions"),
        (
            (p["product"], p["grade"], frequency(p["probability"]), p["form"], ", ".join(p["portions"]))
            for p in shown
        ),
    )
    if len(ranked) > len(shown):
        _line(f"  and {len(ranked) - len(shown)} less probable; --json lists them")
    for quotation in document.get("quotations", ()):
        if quotation["status"] == "altered":
            _line(f"  altered quotation ({quotation['product']}): {quotation['text']}")
    for declared in document.get("declared", ()):
        portion = f":{declared['portion']}" if declared["portion"] else ""
        _line(f"  declared by {declared['by']}: {declared['product']}{portion} ({declared['reason']})")


def show_trace(document: Document) -> None:
    cut = f" before {document['before']}" if document["before"] else ""
    holders = document["holders"]
    _line(f"{document['product']}{cut}: {len(holders)} could have held it, {len(document['gaps'])} gaps")
    if len(document["family"]) > 1:
        _line(f"  with what is declared as derived from it: {', '.join(document['family'][1:])}")
    came = {transfer["event"]: transfer["from"] for transfer in document["transfers"]}
    _table(
        ("", "person", "organisation", "level", "basis", "from", "possible (UTC)", "certain", "gaps"),
        (
            (
                _LEVEL_MARKS[h["level"]],
                h["person"] if h["resolved"] else _as_written(h["person"]),
                h["organisation"] or "",
                h["level"],
                h["basis"],
                _from(h, came),
                _minute(h["first_possible"]),
                _certain(h),
                len(h["gaps"]) or "",
            )
            for h in holders
        ),
        total=len(holders),
    )
    for related in document["related"]:
        for found in related["evidence"][:3]:
            _line(f"  by content: {found['says']}")
        _line(f"  to declare it: {related['declare']}")
    if document["attested"]:
        _line(
            f"  {_counted(len(document['attested']), 'act')} reported by several or confirmed; --json says by whom"
        )
    for one in document["contradictions"][:5]:
        _line(f"  contradiction: {one['says']}")
    if len(document["contradictions"]) > 5:
        _line(f"  and {len(document['contradictions']) - 5} more contradictions; --json lists all")
    _asks(document["gaps"])
    if not holders:
        _line("  Nothing on record says where it went; take in handling records: tearline intake FILE")


def _from(holder: Document, came: Mapping[str, str | None]) -> str:
    """Who passed it on to this holder, where the record says so."""
    passed = came.get(holder["path"][-1]) if holder["path"] else None
    return "" if passed is None or passed == holder["person"] else _short(passed)


def _certain(holder: Document) -> str:
    certain = holder["first_certain"]
    if certain is None:
        return "no"
    return "by then" if _minute(certain) == _minute(holder["first_possible"]) else _minute(certain)


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")


def _as_written(name: str) -> str:
    return f"“{_short(name)}”"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[:_LONGEST_NAME]}…"


def show_handling(document: Document) -> None:
    findings = document["findings"]
    _line(f"{len(findings)} findings. A finding points at records; it judges nobody.")
    _table(
        ("severity", "rule", "organisation", "says"),
        ((f["severity"], f["rule"], f["organisation"] or "", f["says"]) for f in findings),
        total=len(findings),
    )
    _table(
        ("organisation", "events", "findings", "rate", "90 % interval", "records complete"),
        (
            (
                s["organisation"],
                s["events"],
                s["findings"],
                f"{s['rate']:.3f}",
                f"{s['interval'][0]:.3f} to {s['interval'][1]:.3f}",
                "" if s["records_complete"] is None else f"{s['records_complete']:.0%}",
            )
            for s in document["scorecards"]
        ),
    )
    for rule in document["rules_not_run"]:
        _line(f"  not run: {rule['rule']}: {rule['reason']}")


def show_leads(document: Document) -> None:
    """Outside first. People one by one only where the record is sufficient; otherwise taken together."""
    _line(document["says"])
    outside, *people = sorted(
        document["hypotheses"], key=lambda h: (h["kind"] != "outside", -h["probability"], h["id"])
    )
    rows = [("none of the recorded holders", outside["probability"], "", outside["verbal"])]
    if document["sufficient"]:
        rows += [(h["id"], h["probability"], "1", h["verbal"]) for h in people]
    else:
        groups = sorted(document["groups"], key=lambda g: (g["id"].partition(":")[0], -g["probability"]))
        rows += [
            (" ".join(g["id"].split(":", 1)), g["probability"], str(len(g["members"])), "taken together")
            for g in groups
        ]
    _table(
        ("explanation", "about", "people", "in words"),
        ((name, frequency(share), size, words) for name, share, size, words in rows),
        total=len(rows),
    )
    if not document["sufficient"]:
        _line("No person stands apart, so none is listed; --json holds every figure.")
    for step in document["next_evidence"][:5]:
        _line(f"  next: {step['request']} ({step['expected_bits']:.2f} bits)")


def show_requests(document: Document) -> None:
    if not document["requests"]:
        _line("No gap stands open on these pathways.")
        _line(
            "Where nothing at all is on record of a product, ask first for its distribution list and the logs of"
        )
        _line("the systems that carried it.")
        return
    for request in document["requests"]:
        until = f", before {request['expires']}" if request["expires"] else ""
        _line(f"{request['organisation']}{until}: {request['reason']}")
        for item in request["items"]:
            _line(f"  · {item}")


def show_investigation(document: Document) -> None:
    """A line an item and a line a pathway; the report has the rest."""
    _table(
        ("item", "draws on", "grade", "how often likeness such as this was right"),
        (
            (answer["disclosure"], product["product"], product["grade"], frequency(product["probability"]))
            if product
            else (answer["disclosure"], "nothing registered that it could be told from", "inconclusive", "")
            for answer in document["match"]
            for product in ([p for p in answer["products"] if p["grade"] != "inconclusive"] or [None])
        ),
    )
    _table(
        ("product", "before", "could have held it", "gaps"),
        ((p["product"], p["before"] or "", len(p["holders"]), len(p["gaps"])) for p in document["trace"]),
    )
    _line(f"{_counted(len(document['handling']['findings']), 'finding')} on handling")
    show_leads(document["leads"])
    if document["report"]:
        _line(f"The report: {document['report']}")


def show_verification(document: Document) -> None:
    _table(
        ("stream", "records", "root"),
        ((s["stream"], s["size"], s["root"]) for s in document["streams"]),
    )
    if document["ok"]:
        _line("Every seal and proof holds.")
    for fault in document["faults"]:
        _line(f"FAULT {fault['where']}: {fault['what']}")


def show_views(document: Document) -> None:
    for view in document["views"]:
        covers = (
            "to be built when next asked for" if view["covers"] is None else f"{view['covers']} of {view['of']}"
        )
        _line(f"{view['view']}: {covers}, {view['bytes']:,} bytes")
    _line("Built anew from the ledger." if document["rebuilt"] else "Build them anew: tearline views --rebuild")


def show_line(text: str) -> None:
    """Plain words, never cut by the width of a window."""
    _line(text)


def show_rows(heads: Sequence[str], rows: Sequence[Sequence[object]], none: str) -> None:
    """A table, or what to say where it would be empty."""
    if not rows:
        _line(none)
    _table(heads, rows, len(rows))


def show_files(document: Document) -> None:
    for file in document.get("files") or [document["file"]]:
        _line(f"Written: {file}")


def _asks(gaps: Sequence[Document]) -> None:
    for gap in gaps[:5]:
        _line(f"  gap: {gap['says']} {gap['ask']}")
    if len(gaps) > 5:
        _line(f"  and {len(gaps) - 5} more gaps; --json lists all")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _line(text: str) -> None:
    screen.print(text, markup=False, soft_wrap=True)


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]], total: int | None = None) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")  # an id that is cut short is of no use to anybody
    shown = 0
    for row in rows:
        if shown == _MANY:
            break
        table.add_row(*(escape(str(cell)) for cell in row))
        shown += 1
    if shown:
        screen.print(table)
    if total is not None and total > shown:
        _line(f"and {total - shown} more; --json lists all")
