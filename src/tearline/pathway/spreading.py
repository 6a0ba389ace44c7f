"""Every product at once on a cluster: what one machine does with the families it is given.

A partition holds whole families, each with a copy of every event of its members, in order. Families are solved a
chunk at a time by the code that `exposures` runs here. One larger than a chunk is put on the machine's own disk
and streamed from there, as often as it takes: what is kept of it in memory grows with its holders alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tearline.engine import Cluster
from tearline.ledger import LedgerState
from tearline.pathway.blocks import Runs
from tearline.pathway.cast import NEVER
from tearline.pathway.columns import AUTHOR
from tearline.pathway.exposures import CHUNK, EXPOSURES, NEEDED, Kernel, Stretch
from tearline.pathway.families import Families, Roll, call_roll
from tearline.records.times import to_micros
from tearline.views.event_codes import CODED_EVENTS
from tearline.views.events import EventsView
from tearline.views.register import Register

_EVENT = ", ".join(f"e.{name}" for name in NEEDED)
# `families` says which families each product is in, and as which member; `present` names families that must be
# there even without an event. Every statement is made of constants; values are bound.
_SPREAD = (
    f"SELECT f.family, f.place, {_EVENT} "  # noqa: S608
    "FROM events AS e JOIN families AS f ON f.member = e.product "
    f"UNION ALL SELECT family, place, {', '.join(NEEDED)} FROM present"
)
_ORDER = ("family", "at_earliest", "at_latest", "id")


@dataclass(frozen=True, slots=True)
class Question:
    """What every machine knows: who the names are, the families, and what is asked."""

    roll: Roll
    families: Families
    before: int
    supported: bool
    chunk: int


def exposures_on(
    cluster: Cluster,
    register: Register,
    view: EventsView,
    state: LedgerState,
    *,
    before: datetime | None = None,
    supported: bool = False,
    chunk: int = CHUNK,
) -> pa.RecordBatchReader:
    """The rows of `exposures` (schema EXPOSURES), worked out on a cluster, in no order."""
    cut = int(NEVER) if before is None else to_micros(before)
    tables = view.coded(state, register.retracted).tables
    roll, families = call_roll(register, tables, chains=supported)
    return view.by_group(
        cluster,
        _SPREAD,
        state,
        register.retracted,
        {"families": _listed(families), "present": _present(families)},
        order=_ORDER,
        work=answer,
        shared=Question(roll, families, cut, supported, chunk),
        schema=EXPOSURES,
    )


def answer(question: Question, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows of the families in `batches`, which are sorted by family and time."""
    kernel = Kernel(question.roll, question.families, question.before, supported=question.supported)
    with TemporaryDirectory(prefix="tearline-") as folder:
        held = Path(folder) / "family.arrow"
        writer: pa.RecordBatchFileWriter | None = None
        for piece, goes_on in pieces(batches, question.chunk):
            if writer is None and not goes_on:
                yield from _solved(kernel, piece).to_batches()
                continue
            if writer is None:
                writer = pa.ipc.new_file(held, piece.schema)
            writer.write_table(piece)
            if not goes_on:
                writer.close()
                writer = None
                yield from kernel.stream(piece["family"][0].as_py(), lambda: _stretches(held)).to_batches()


def pieces(batches: Iterator[pa.RecordBatch], chunk: int) -> Iterator[tuple[pa.Table, bool]]:
    """Sorted batches as tables of whole families, of `chunk` rows or little more.

    A family that alone fills a chunk comes in several tables of its own; True with all but its last, which is not
    empty.
    """
    held: list[pa.RecordBatch] = []
    rows = 0
    opened = False
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows < chunk:
            continue
        table = pa.Table.from_batches(held)
        family = table["family"].to_numpy()
        if opened and family[-1] != family[0]:
            end = int(np.searchsorted(family, family[0], side="right"))
            yield table.slice(0, end), False
            table, family, opened = table.slice(end), family[end:], False
        if family[0] != family[-1]:
            start = int(np.searchsorted(family, family[-1]))
            yield table.slice(0, start), False
            table = table.slice(start)
        if table.num_rows > max(chunk, 1):
            # The last row stays, so that what is open is closed even where nothing follows.
            yield table.slice(0, table.num_rows - 1), True
            table, opened = table.slice(table.num_rows - 1), True
        held, rows = table.to_batches(), table.num_rows
    if held:
        table = pa.Table.from_batches(held)
        if opened:
            family = table["family"].to_numpy()
            end = int(np.searchsorted(family, family[0], side="right"))
            yield table.slice(0, end), False
            table = table.slice(end)
        if table.num_rows:
            yield table, False


def _solved(kernel: Kernel, piece: pa.Table) -> pa.Table:
    """The holders of the families in `piece`."""
    numbers = np.unique(piece["family"].to_numpy()).astype(np.int64)
    piece = _with_events(piece)
    first = np.append(np.searchsorted(piece["family"].to_numpy(), numbers), piece.num_rows)
    runs = Runs(first, np.arange(piece.num_rows), piece["place"].to_numpy())
    return kernel.solve(piece, runs, numbers)


def _stretches(held: Path) -> Iterator[Stretch]:
    with pa.OSFile(str(held)) as source:
        reader = pa.ipc.open_file(source)
        for at in range(reader.num_record_batches):
            table = _with_events(pa.Table.from_batches([reader.get_batch(at)]))
            if table.num_rows:
                yield table, table["place"].to_numpy()


def _with_events(piece: pa.Table) -> pa.Table:
    """Without the rows that only name a family."""
    return piece.filter(pc.is_valid(piece["id"])) if piece["id"].null_count else piece


def _listed(families: Families) -> pa.Table:
    """Every (member, family, place in it) of products that events name."""
    sizes = np.diff(families.arrays.first)
    family = np.repeat(np.arange(len(families)), sizes)
    place = np.arange(family.size) - np.repeat(families.arrays.first[:-1], sizes)
    named = families.member >= 0
    columns = (families.member[named], family[named], place[named])
    return pa.table([pa.array(c, pa.int32()) for c in columns], names=["member", "family", "place"])


def _present(families: Families) -> pa.Table:
    """A row without an event for each family that has authors: they hold it though nothing is recorded."""
    seeds = families.seeds
    family = np.repeat(np.arange(len(families)), np.diff(seeds.first))
    written = np.unique(family[seeds.kind == AUTHOR])
    columns = {name: pa.nulls(written.size, CODED_EVENTS.field(name).type) for name in NEEDED}
    places = {"family": pa.array(written, pa.int32()), "place": pa.nulls(written.size, pa.int32())}
    return pa.table({**places, **columns})
