"""Every product at once on a cluster: what one machine does with the families it is given.

A partition holds whole families, each with a copy of every event of its members, in order. Families are solved a
chunk at a time by the code that `exposures` runs here. Without `supported` a family larger than a chunk is solved
piece by piece: no evidence depends on other events, so the rows of its pieces fold into one row a holder. Chains
run through a family as a whole; with `supported` one family has to fit into a worker's memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tearline.engine import Cluster
from tearline.ledger import LedgerState
from tearline.pathway.cast import NEVER
from tearline.pathway.exposures import CHUNK, EXPOSURES, ORDER, posts_of, rows_of
from tearline.pathway.solving import rank_of, solve
from tearline.records.events import STORED_EVENTS
from tearline.records.kinds import Basis, Level
from tearline.records.times import to_micros
from tearline.views.events import EventsView
from tearline.views.register import Register

# What the kernel and its rows need of an event.
_NEEDED = ("id", "kind", "product", "at_earliest", "at_latest", "actor", "recipient", "organisation", "basis")
_EVENT = ", ".join(f"e.{name}" for name in _NEEDED)
# A product in no other's family is its own; `families` names the others, and `present` families that must be there
# even without an event. Every statement is made of constants; values are bound.
_SPREAD = (
    f"SELECT COALESCE(f.family, e.product) AS family, {_EVENT} "  # noqa: S608
    "FROM events AS e LEFT JOIN families AS f ON f.member = e.product "
    f"UNION ALL SELECT family, {', '.join(_NEEDED)} FROM present"
)
_SPREAD_ORDER = ("family", "at_earliest", "at_latest", "id")
_LEVELS = pa.array([level.word for level in Level])
_BASES = pa.array([basis.word for basis in Basis])


@dataclass(frozen=True, slots=True)
class Question:
    """What every machine knows: the register (without texts and public items), and what is asked."""

    register: Register
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
    return view.by_group(
        cluster,
        _SPREAD,
        state,
        register.retracted,
        {"families": _families(register), "present": _present(register)},
        order=_SPREAD_ORDER,
        work=answer,
        shared=Question(_without_texts(register), cut, supported, chunk),
        schema=EXPOSURES,
    )


def answer(question: Question, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows of the families in `batches`, which are sorted by family and time."""
    folded: pa.Table | None = None
    for piece, goes_on in pieces(batches, question.chunk, cut=not question.supported):
        rows = _rows(question, piece)
        if folded is not None:
            rows = _fold(pa.concat_tables([folded, rows]))
        folded = rows if goes_on else None
        if goes_on:
            continue
        yield from rows.select(EXPOSURES.names).sort_by(ORDER).to_batches()


def pieces(batches: Iterator[pa.RecordBatch], chunk: int, *, cut: bool) -> Iterator[tuple[pa.Table, bool]]:
    """Sorted batches as tables of whole families, of `chunk` rows or little more.

    With `cut`, a family that alone fills a chunk comes in several tables of its own; True with all but its last.
    """
    held: list[pa.RecordBatch] = []
    rows = 0
    opened: str | None = None
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows < chunk:
            continue
        table = pa.Table.from_batches(held)
        last = table["family"][-1].as_py()
        if opened is not None and last != opened:
            end = _length(table, opened)
            yield table.slice(0, end), False
            table, opened = table.slice(end), None
        if table["family"][0].as_py() != last:
            start = table.num_rows - pc.sum(pc.equal(table["family"], last)).as_py()
            yield table.slice(0, start), False
            table = table.slice(start)
        if cut and table.num_rows >= chunk:
            yield table, True
            # An empty batch is held, so that what is open is closed even where nothing follows.
            held, rows, opened = [batch.slice(batch.num_rows)], 0, last
        else:
            held, rows = table.to_batches(), table.num_rows
    if held:
        table = pa.Table.from_batches(held)
        if opened is not None:
            end = _length(table, opened)
            yield table.slice(0, end), False
            table = table.slice(end)
        if table.num_rows:
            yield table, False


def _length(table: pa.Table, family: str) -> int:
    """How many rows belong to `family`."""
    return pc.sum(pc.equal(table["family"], family)).as_py() or 0


def _rows(question: Question, piece: pa.Table) -> pa.Table:
    """The holders of the families in `piece`, and the rank of each one's first evidence."""
    register = question.register
    known = [name for name in pc.unique(piece["family"]).to_pylist() if name in register.products]
    families = [register.family(name) for name in known]
    events = _once(piece, families).select(_NEEDED)
    solution = solve(
        register, families, events, before=question.before, supported=question.supported, chains=False
    )
    posts = posts_of(register, solution.gathered.cast)
    rows = rows_of(posts, families, solution, supported=question.supported)
    rank = rank_of(solution.rows, solution.gathered.events)
    first = solution.summary.first
    return rows.append_column("rank", pa.array(rank[first[first >= 0]]))


def _once(piece: pa.Table, families: list[tuple[str, ...]]) -> pa.Table:
    """Each event of `piece` once, though it comes with every family it is in."""
    piece = piece.filter(pc.is_valid(piece["id"]))
    if all(len(family) == 1 for family in families):
        return piece
    seen: set[str] = set()
    kept: list[str] = []
    for family in families:
        fresh = [name for name in family if name not in seen]
        seen.update(fresh)
        kept.extend(f"{family[0]}\0{name}" for name in fresh)
    pair = pc.binary_join_element_wise(piece["family"], piece["product"], "\0")
    return piece.filter(pc.is_in(pair, value_set=pa.array(kept, pa.string())))


def _fold(rows: pa.Table) -> pa.Table:
    """One row a holder of one family: earlier rows come from earlier events."""
    coded = rows.append_column("place", pa.array(np.arange(rows.num_rows)))
    for name, words in (("level", _LEVELS), ("basis", _BASES)):
        place = coded.schema.get_field_index(name)
        coded = coded.set_column(place, name, pc.index_in(rows[name], value_set=words))
    first = [(name, "ascending") for name in ("person", "first_possible", "rank", "place")]
    grouped = coded.sort_by(first).group_by(["product", "person"], use_threads=False)
    # What the earliest row says is kept even where it says nothing.
    kept = pc.ScalarAggregateOptions(skip_nulls=False)
    found = grouped.aggregate(
        [
            ("organisation", "first", kept),
            ("level", "max"),
            ("basis", "max"),
            ("first_possible", "first"),
            ("first_certain", "min"),
            ("via_event", "first", kept),
            ("rank", "first"),
        ]
    )
    found = found.rename_columns(
        [name.removesuffix("_first").removesuffix("_max").removesuffix("_min") for name in found.column_names]
    )
    found = found.set_column(
        found.schema.get_field_index("level"), "level", _LEVELS.take(found["level"].combine_chunks())
    )
    found = found.set_column(
        found.schema.get_field_index("basis"), "basis", _BASES.take(found["basis"].combine_chunks())
    )
    return found.select([*EXPOSURES.names, "rank"]).cast(rows.schema)


def _families(register: Register) -> pa.Table:
    """Every (member, family) of products that are derived from others: a member's own family, and theirs."""
    pairs = {
        (member, product)
        for product in register.products
        for family in [register.family(product)]
        for member in family[1:]
    }
    pairs |= {(member, member) for member, _ in pairs}
    members, families = zip(*sorted(pairs), strict=True) if pairs else ((), ())
    return pa.table({"member": pa.array(members, pa.string()), "family": pa.array(families, pa.string())})


def _present(register: Register) -> pa.Table:
    """A row without an event for each family that has authors: they hold it though nothing is recorded."""
    written = [
        product
        for product in sorted(register.products)
        if any(register.products[member].authors for member in register.family(product))
    ]
    columns = {name: pa.nulls(len(written), STORED_EVENTS.field(name).type) for name in _NEEDED}
    return pa.table({"family": pa.array(written, pa.string()), **columns})


def _without_texts(register: Register) -> Register:
    return replace(
        register,
        products={name: replace(product, portions=()) for name, product in register.products.items()},
        disclosures={},
        public={},
        declarations=(),
    )
