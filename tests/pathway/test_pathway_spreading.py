"""What a machine of a cluster makes of its families is what is made here: the cluster itself stands aside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pathway_worlds import at, register, written
from test_pathway_exposures import random_world

from tearline.engine import LocalEngine
from tearline.engine.interface import Relation
from tearline.ledger import create_keys, create_ledger
from tearline.pathway import EXPOSURES, exposures, exposures_on
from tearline.records.kinds import Stream
from tearline.views.events import EventsView

ORDER = [("product", "ascending"), ("first_possible", "ascending"), ("person", "ascending")]


class OneMachine:
    """A cluster of one partition, in this process."""

    def __init__(self, engine: LocalEngine) -> None:
        self._engine = engine

    def by_group(
        self,
        sql: str,
        relations: Mapping[str, Relation],
        values: Mapping[str, Any],
        *,
        order: Sequence[str],
        rows: int,
        work: Any,
        shared: Any,
        schema: pa.Schema,
    ) -> pa.RecordBatchReader:
        assert rows
        found = self._engine.table(f"SELECT * FROM ({sql}) ORDER BY {', '.join(order)}", relations, values)
        return pa.RecordBatchReader.from_batches(schema, work(shared, iter(found.to_batches(max_chunksize=50))))


@pytest.mark.parametrize("supported", [False, True])
@pytest.mark.parametrize("chunk", [30, 10_000])
def test_a_partition_is_solved_as_it_is_here(tmp_path: Path, supported: bool, chunk: int) -> None:
    world = random_world(11, 20, 400)
    ledger = create_ledger(tmp_path / "ledger", create_keys(tmp_path / "keys"))
    ledger.append(Stream.EVENTS, [
        json.dumps({
            "id": e.id, "kind": e.kind, "product": e.product, "at_earliest": written(e.lo),
            "at_latest": written(e.hi), "actor": e.actor, "recipient": e.recipient, "basis": e.basis,
            "organisation": "other" if e.lo % 2 else None, "detail": {}, "batch": "b",
        })
        for e in world.events
    ])  # fmt: skip
    engine = LocalEngine(tmp_path / "scratch")
    view, known, state = EventsView(tmp_path / "view", ledger, engine), register(world), ledger.state()
    here = exposures(known, view, state, before=at(8), supported=supported).read_all()
    cluster = OneMachine(engine)
    there = exposures_on(cluster, known, view, state, before=at(8), supported=supported, chunk=chunk).read_all()
    assert there.schema == EXPOSURES
    assert there.sort_by(ORDER).to_pylist() == here.to_pylist()
    assert here.num_rows > 40
