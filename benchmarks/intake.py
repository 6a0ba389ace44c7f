"""How fast events are loaded, beside what DuckDB alone needs to read the same file and write Parquet.

    python benchmarks/intake.py [rows ...]      (default: 1000000)

Prints for each size: seconds, rows a second, the ratio to DuckDB, and the process's peak memory. Everything is
written to a temporary folder; the input is generated.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb

from tearline.intake import Place, load
from tearline.ledger import create_keys, create_ledger

R = TypeVar("R")
PRODUCTS = 1000


def generate(path: Path, rows: int) -> None:
    """Normalised events as a portal's log would give them."""
    duckdb.sql(
        f"""COPY (SELECT 'E-' || lpad(CAST(i AS VARCHAR), 10, '0') AS id,
            ['disseminated', 'delivered', 'received', 'opened', 'printed', 'forwarded'][
                1 + CAST(hash(i) % 6 AS INT)] AS kind,
            'R-' || lpad(CAST(hash(i * 7) % {PRODUCTS} AS VARCHAR), 4, '0') AS product,
            strftime(TIMESTAMP '2025-01-01' + to_seconds(CAST(hash(i * 3) % 31536000 AS BIGINT)),
                '%Y-%m-%dT%H:%M:%SZ') AS "at",
            'p' || hash(i * 11) % 5000 AS actor, 'mail:u' || hash(i * 13) % 5000 || '@org.example' AS recipient,
            'portal' AS system, {{'ip': '10.0.0.' || i % 255, 'n': i % 7}} AS detail
            FROM range({rows}) t(i)) TO '{path}' (FORMAT json)"""
    )


def products(path: Path) -> None:
    rows = (
        {
            "id": f"R-{n:04d}",
            "title": f"Report {n}",
            "originator": "O",
            "issued_at": "2025-01-01",
            "marking": "SECRET",
            "portions": [{"id": "1", "text": "Text."}],
        }
        for n in range(PRODUCTS)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def timed(label: str, rows: int, work: Callable[[], R], beside: float | None = None) -> float:
    start = time.perf_counter()
    work()
    took = time.perf_counter() - start
    ratio = f"  {took / beside:5.1f} x DuckDB" if beside else ""
    print(f"{label:38}{took:9.2f} s{rows / took:14,.0f} rows/s{ratio}")
    return took


def run(rows: int, folder: Path) -> None:
    print(f"\n{rows:,} events")
    events, parquet = folder / "events.jsonl", folder / "plain.parquet"
    generate(events, rows)
    products(folder / "products.jsonl")
    workspace = folder / "workspace"
    workspace.mkdir()
    place = Place(create_ledger(workspace / "ledger", create_keys(workspace / "keys")), workspace, "benchmark")
    load(place, [folder / "products.jsonl"])
    alone = timed(
        "DuckDB alone: read, write Parquet",
        rows,
        lambda: duckdb.sql(f"COPY (FROM read_json('{events}', format = 'newline_delimited')) TO '{parquet}'"),
    )
    timed("load: check, seal, append, commit", rows, lambda: load(place, [events]), alone)
    timed("the same again: all duplicates", rows, lambda: load(place, [events]), alone)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def main() -> None:
    for rows in [int(text) for text in sys.argv[1:]] or [1_000_000]:
        with tempfile.TemporaryDirectory() as folder:
            run(rows, Path(folder))


if __name__ == "__main__":
    main()
