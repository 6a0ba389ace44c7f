"""An entry by hand, and its confirmation, at a terminal."""

from __future__ import annotations

from tearline.cli.common import Document, screen


def show_entry(document: Document) -> None:
    event, entered = document["event"], document["entered"]
    _line(f"{event['id']}: {event['kind']} {event['product']}, {event['at_earliest']} to {event['at_latest']}")
    for name in ("actor", "recipient", "organisation", "copy", "stated_by", "note"):
        if event[name]:
            _line(f"  {name.replace('_', ' ')}: {event[name]}")
    how = "entered by hand" if entered["by_hand"] else "taken in"
    _line(f"  {how} {entered['at']} under the login {entered['login']}, batch {event['batch']}")
    for scan in document["scans"]:
        kept = "kept as received" if scan["kept"] else "MISSING"
        _line(f"  typed from {scan['name'] or 'a scan'}, {scan['size']:,} bytes, SHA-256 {scan['sha256']}: {kept}")
    for one in document["confirmations"]:
        same = ", at the same login as the entry" if one["same_login"] else ""
        _line(f"  confirmed by {one['by']} {one['at']}{same}")
    if entered["by_hand"] and not document["confirmations"]:
        _line("  confirmed by nobody yet: tearline record --confirm EVENT --by PERSON")


def show_confirmation(document: Document) -> None:
    found = document["confirmation"]
    _line(f"{found['event']} is confirmed by {found['by']}, {found['at']}.")


def _line(text: str) -> None:
    screen.print(text, markup=False, soft_wrap=True)
