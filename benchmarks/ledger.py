"""How fast the ledger appends, reads and verifies, beside plain SHA-256 of the same files.

Usage: python benchmarks/ledger.py [RECORDS]     (one million unless told otherwise)
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import file_digest, sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tearline.ledger import Keys, create_keys, create_ledger, verify, verify_inclusion
from tearline.records.kinds import Stream

BATCH = 1 << 16


def bodies(first: int, count: int) -> pa.Array:
    """Bodies of the shape and length of handling events, about 250 bytes each."""
    number = pa.array(range(first, first + count)).cast(pa.string())
    product = pa.array([(n * 7919) % 15_000 for n in range(first, first + count)]).cast(pa.string())
    actor = pa.array([(n * 31) % 9_973 for n in range(first, first + count)]).cast(pa.string())
    return pc.binary_join_element_wise(
        '{"id":"E-', number, '","kind":"opened","product":"P-2024-', product,
        '","at_earliest":"2024-03-05T09:10:11Z","at_latest":"2024-03-05T09:10:11Z","actor":"A-', actor,
        '","recipient":null,"organisation":"ORG-7","system":"portal","basis":"act","batch":"B-17","detail":{}}',
        "",
    )  # fmt: skip


def timed(what: str, records: int, step: Callable[[], object]) -> float:
    begin = time.perf_counter()
    step()
    seconds = time.perf_counter() - begin
    print(f"{what:<28}{seconds:9.2f} s{records / seconds:14,.0f} records/s")
    return seconds


def main(records: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        keys = create_keys(folder / "keys")
        ledger = create_ledger(folder / "ledger", keys)
        made = [bodies(first, min(BATCH, records - first)) for first in range(0, min(records, 16 * BATCH), BATCH)]

        def append() -> None:
            with ledger.transaction([Stream.EVENTS]) as transaction:
                while (left := records - transaction.size(Stream.EVENTS)) > 0:
                    transaction.append(
                        Stream.EVENTS,
                        made[transaction.size(Stream.EVENTS) // BATCH % len(made)].slice(0, left),
                    )

        def hash_files() -> None:
            for path in files:
                with path.open("rb") as file:
                    file_digest(file, sha256)

        def prove() -> None:
            proof = ledger.prove_inclusion(Stream.EVENTS, records // 3)
            root = bytes.fromhex(ledger.state().streams[Stream.EVENTS].root)
            assert proof.leaf is not None
            assert verify_inclusion(proof.leaf, proof.first, proof.size, proof.steps, root)

        timed("append", records, append)
        files = [path for path in (folder / "ledger").rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        print(f"{'on disk':<28}{size / 1e6:9.1f} MB{size / records:14.1f} bytes/record")
        plain = timed("SHA-256 of the files", records, hash_files)
        checked = timed("verify", records, lambda: _sound(folder, keys, deep=False))
        print(f"{'verify / SHA-256':<28}{checked / plain:9.2f} ×")
        timed("verify --deep", records, lambda: _sound(folder, keys, deep=True))
        timed("scan", records, lambda: sum(len(batch) for batch in ledger.scan(Stream.EVENTS)))
        timed("one inclusion proof", 1, prove)
        timed(
            "200 look-ups, one by one",
            200,
            lambda: [ledger.append(Stream.LOOKUPS, ["{}"]) for _ in range(200)],
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'peak memory':<28}{peak:9.0f} MB   ({os.cpu_count()} cores)")


def _sound(folder: Path, keys: Keys, *, deep: bool) -> None:
    found = verify(folder / "ledger", keys.verifier, deep=deep)
    assert found.ok, found.faults


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
