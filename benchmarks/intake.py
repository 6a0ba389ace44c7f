"""How fast events are loaded, beside what DuckDB alone needs to read the same file and write Parquet.

    python benchmarks/intake.py [--events ROWS ...]      (default: 1000000 10000000)

For each size, as JSON Lines and (up to ten million) as CSV: seconds by the clock and of processor, the ratios of
both to DuckDB's, and the peak memory, each step in a process of its own; then `verify` beside SHA-256 of the same
files, and `verify --deep`. DuckDB is told the columns, so that neither side guesses. Everything is written to a
temporary folder (TMPDIR); the input is generated. 1e8 events want 70 GB there.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import file_digest, sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb

from tearline.intake import Place, load
from tearline.ledger import Keys, Ledger, create_keys, create_ledger, verify

PRODUCTS = 1000
PEOPLE = 5000
COLUMNS = ("id", "kind", "product", "at", "actor", "recipient", "system")
TABLES = 10_000_000
"""Rows up to which CSV is measured too."""


def generate(path: Path, rows: int) -> None:
    """Normalised events as a portal's log would give them."""
    detail = "{'ip': '10.0.0.' || i % 255, 'n': i % 7}"
    how = "FORMAT json" if path.suffix == ".jsonl" else "FORMAT csv, HEADER"
    duckdb.sql(
        f"""COPY (SELECT 'E-' || lpad(CAST(i AS VARCHAR), 10, '0') AS id,
            ['disseminated', 'delivered', 'received', 'opened', 'printed', 'forwarded'][
                1 + CAST(hash(i) % 6 AS INT)] AS kind,
            'R-' || lpad(CAST(hash(i * 7) % {PRODUCTS} AS VARCHAR), 4, '0') AS product,
            strftime(TIMESTAMP '2025-01-01' + to_seconds(CAST(hash(i * 3) % 31536000 AS BIGINT)),
                '%Y-%m-%dT%H:%M:%SZ') AS "at",
            'p' || hash(i * 11) % {PEOPLE} AS actor,
            'mail:u' || hash(i * 13) % {PEOPLE} || '@org.example' AS recipient, 'portal' AS system,
            {detail if path.suffix == ".jsonl" else f"to_json({detail})"} AS detail
            FROM range({rows}) t(i)) TO '{path}' ({how})"""
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


def alone(events: Path) -> None:
    """DuckDB reads the file and writes Parquet."""
    columns: dict[str, Any] = dict.fromkeys((*COLUMNS, "detail"), "VARCHAR")
    if events.suffix == ".jsonl":
        told = columns | {"detail": "JSON"}
        read = f"read_json('{events}', format = 'newline_delimited', columns = {told})"
    else:
        read = f"read_csv('{events}', header = true, columns = {columns})"
    duckdb.sql(f"COPY (FROM {read}) TO '{events.with_suffix('.parquet')}'")


def loaded(workspace: Path, events: Path) -> None:
    """`load`, into a workspace that is made where there is none."""
    if not workspace.exists():
        workspace.mkdir()
        create_ledger(workspace / "ledger", create_keys(workspace / "keys"))
        products(workspace.parent / "products.jsonl")
        load(_place(workspace), [workspace.parent / "products.jsonl"])
    total = load(_place(workspace), [events]).total()
    assert not total.quarantined, total


def _place(workspace: Path) -> Place:
    return Place(Ledger.open(workspace / "ledger", Keys.load(workspace / "keys")), workspace, "benchmark")


def hashed(workspace: Path) -> None:
    """SHA-256 of the ledger's files."""
    for path in (workspace / "ledger").rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                file_digest(file, sha256)


def verified(workspace: Path, deep: bool) -> None:
    found = verify(workspace / "ledger", Keys.load(workspace / "keys").verifier, deep=deep)
    assert found.ok, found.faults


Took = tuple[float, float]
"""Seconds by the clock, and of processor."""


def _measured(out: Any, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    duckdb.sql("SET enable_progress_bar = false")
    clock, processor = time.perf_counter(), time.process_time()
    work(*arguments)
    took = time.perf_counter() - clock, time.process_time() - processor
    out.send((took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def timed(label: str, rows: int, work: Callable[..., None], *arguments: Any, beside: Took | None = None) -> Took:
    """Run a step in a process of its own and print what it took."""
    here, there = get_context("spawn").Pipe(duplex=False)
    process = get_context("spawn").Process(target=_measured, args=(there, work, arguments))
    process.start()
    there.close()
    try:
        took, peak = here.recv()
    except EOFError:
        sys.exit(f"{label} failed")
    process.join()
    ratio = f"{took[0] / beside[0]:7.2f} x{took[1] / beside[1]:7.2f} x" if beside else " " * 18
    print(f"{label:42}{took[0]:8.2f} s{took[1]:8.2f} s{ratio}{peak:7,.0f} MB{rows / took[0]:12,.0f}/s", flush=True)
    return took[0], took[1]


def run(rows: int, folder: Path) -> None:
    """Measure one size, all steps."""
    title = f"{rows:,} events"
    print(f"\n{title:42}{'clock':>10}{'processor':>10}{'ratio':>9}{'ratio':>9}{'memory':>10}", flush=True)
    for kind in ("jsonl", "csv") if rows <= TABLES else ("jsonl",):
        events, workspace = folder / f"events.{kind}", folder / kind
        generate(events, rows)
        plain = timed(f"{kind}: DuckDB alone, to Parquet", rows, alone, events)
        events.with_suffix(".parquet").unlink()
        timed(f"{kind}: load (check, seal, append, commit)", rows, loaded, workspace, events, beside=plain)
        timed(f"{kind}: the same again, all duplicates", rows, loaded, workspace, events, beside=plain)
        events.unlink()
    bare = timed("SHA-256 of the ledger's files", rows, hashed, workspace)
    timed("verify", rows, verified, workspace, False, beside=bare)
    timed("verify --deep", rows, verified, workspace, True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 10_000_000])
    for rows in parser.parse_args().events:
        with tempfile.TemporaryDirectory() as folder:
            run(rows, Path(folder))


if __name__ == "__main__":
    main()
