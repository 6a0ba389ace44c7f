"""How fast the audit-log reader is, beside a bare json.loads over the same lines.

Usage: python benchmarks/readers.py [LINES]     (100,000 unless told otherwise)

Two logs: the real one (../shared/data/m365-audit), replicated, where few records are about documents; and one that
is all accesses to files, a tenth of them registered products. For each: the reader alone, and the whole of intake.
"""

from __future__ import annotations

import gzip
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from tearline.intake import Place, load, take_in
from tearline.intake.lines import SourceFile
from tearline.intake.native import Record, Told, shipped_readers
from tearline.intake.products_in import ProductFinder
from tearline.intake.protected import read_protected
from tearline.ledger import create_keys, create_ledger
from tearline.views.register import Register

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
REAL = DATA / "m365-audit" / "unified_audit_log.jsonl.gz"
PRODUCTS = 1_000


def real() -> Iterator[bytes]:
    """The real log's lines, over and over, each time under other numbers."""
    with gzip.open(REAL) as file:
        lines = list(file)
    for turn in range(1 << 30):
        for line in lines:
            yield line.replace(b'"Id": "', b'"Id": "%d-' % turn, 1)


def accesses() -> Iterator[bytes]:
    """Accesses to files in the field's notation, a tenth of them to registered products."""
    names = [f"REP 2025-{n:04d} Report.docx" for n in range(PRODUCTS)]
    names += [f"note {n}.docx" for n in range(9 * PRODUCTS)]
    for number, name in enumerate(cycle(names)):
        record = {
            "CreationTime": f"2025-03-{number % 28 + 1:02d}T09:{number % 60:02d}:01",
            "Id": f"a-{number}",
            "Operation": "FileAccessed",
            "OrganizationId": "0873ee4d-0000-4000-8000-000000000000",
            "RecordType": 6,
            "UserType": 0,
            "Version": 1,
            "Workload": "SharePoint",
            "ClientIP": "192.0.2.7",
            "ObjectId": f"https://acme.sharepoint.example/sites/reports/Shared Documents/{name}",
            "UserId": f"user{number % 997}@beta.example",
            "CorrelationId": f"{number:032x}",
            "EventSource": "SharePoint",
            "ItemType": "File",
            "ListItemUniqueId": f"{number:032x}",
            "UserAgent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)",
            "SourceFileExtension": "docx",
            "SiteUrl": "https://acme.sharepoint.example/sites/reports/",
            "SourceFileName": name,
            "SourceRelativeUrl": "Shared Documents",
        }
        yield json.dumps(record).encode() + b"\n"


def products(path: Path) -> Path:
    """A register of products whose numbers the accesses name."""
    with path.open("w") as out:
        for number in range(PRODUCTS):
            product: dict[str, Any] = {
                "id": f"P-{number}",
                "title": f"Report {number}",
                "number": f"REP 2025-{number:04d}",
                "originator": "ACME",
                "issued_at": "2025-01-01",
                "marking": "SECRET",
                "portions": [{"id": "1", "text": "Text."}],
            }
            out.write(json.dumps(product) + "\n")
    return path


def bare(path: Path) -> float:
    """Seconds of json.loads over the lines of a file."""
    begin = time.perf_counter()
    with path.open("rb") as file:
        for line in file:
            json.loads(line)
    return time.perf_counter() - begin


def reading(path: Path, place: Place) -> tuple[float, int]:
    """Seconds of the reader over a file, and how many records it understood."""
    register = Register.read(place.ledger, place.ledger.state())
    told = Told(ProductFinder(register.products.values()), read_protected(place.folder))
    begin = time.perf_counter()
    items = shipped_readers().named("m365").read(SourceFile(path, path.name), told)
    understood = sum(isinstance(one, Record) for one in items)
    return time.perf_counter() - begin, understood


def main(lines: int) -> None:
    """Measure both logs and print a line each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = Place(create_ledger(folder / "ledger", create_keys(folder / "keys")), folder, "benchmark")
        load(place, [products(folder / "products.jsonl")])
        for what, source in (("the real log", real()), ("accesses to files", accesses())):
            path = folder / "audit.jsonl"
            with path.open("wb") as out:
                out.writelines(islice(source, lines))
            plain = min(bare(path) for _ in range(3))
            seconds, understood = min(reading(path, place) for _ in range(3))
            begin = time.perf_counter()
            counts = take_in(place, [path]).total()
            whole = time.perf_counter() - begin
            print(
                f"{what}: {lines:,} lines, {path.stat().st_size / 1e6:.0f} MB, {understood:,} understood; "
                f"json.loads {plain:.2f} s, reader {seconds:.2f} s ({seconds / plain:.2f} times), "
                f"intake {whole:.2f} s ({whole / plain:.2f} times), {counts.read:,} read, "
                f"{counts.accepted:,} accepted, {counts.quarantined:,} quarantined"
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
