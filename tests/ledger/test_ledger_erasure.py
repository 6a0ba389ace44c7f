"""A body is dropped on an order; the tree, the checkpoints and the order stay."""

from __future__ import annotations

import json

import pytest
from ledger_place import Place, numbered

from tearline.ledger import read_witness, verify_inclusion, write_witness
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream

E, L = Stream.EVENTS, Stream.LOOKUPS
ORDER = {"by": "Federal Court", "number": "T-123-26"}


@pytest.mark.parametrize("index", [0, 142, 299, 300, 306])
def test_an_erased_body_is_gone_and_nothing_else_changes(filled: Place, index: int) -> None:
    ledger = filled.ledger
    write_witness(ledger, filled.folder / "witness.json")
    before = ledger.state()
    ledger.erase(E, index, ORDER)
    after = ledger.state()
    assert (after.size(E), after.streams[E].root) == (before.size(E), before.streams[E].root)
    rest = [number for number in range(307) if number != index]
    assert [body["n"] for body in ledger.bodies(E)] == rest
    assert [i for batch in ledger.scan(E) for i in batch.column("index").to_pylist()] == rest
    for path in (filled.folder / "ledger").glob("events/tail-*"):
        assert f'"é{index}"'.encode() not in path.read_bytes()
    (order,) = ledger.bodies(Stream.CUSTODY)
    proof = ledger.prove_inclusion(E, index, before)
    root = bytes.fromhex(before.streams[E].root)
    assert order["leaf"] == proof.leaf.hex() and order["order"] == ORDER
    assert verify_inclusion(proof.leaf, index, proof.size, proof.steps, root)
    assert filled.check(deep=True, witness=read_witness(filled.folder / "witness.json")).ok
    assert not filled.check().leftovers
    ledger.append(E, numbered(307, 400))
    ledger.erase(E, (index + 1) % 307, ORDER)
    assert len(ledger.bodies(E)) == 398
    filled.holds()


def test_what_cannot_be_erased(filled: Place) -> None:
    ledger = filled.ledger
    ledger.erase(E, 5, ORDER)
    before = ledger.state()
    with pytest.raises(BadInput, match="erased before"):
        ledger.erase(E, 5, ORDER)
    with pytest.raises(BadInput, match="no record 307"):
        ledger.erase(E, 307, ORDER)
    with pytest.raises(BadInput, match="no record -1"):
        ledger.erase(E, -1, ORDER)
    with pytest.raises(BadInput, match="needs the order"):
        ledger.erase(E, 6, {})
    with pytest.raises(BadInput, match="cannot themselves"):
        ledger.erase(Stream.CUSTODY, 0, ORDER)
    assert {s: one.root for s, one in ledger.state().streams.items()} == {
        s: one.root for s, one in before.streams.items()
    }
    filled.holds()


def test_an_order_for_another_leaf_allows_nothing(filled: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(stream: Stream, index: int, leaf: bytes, order: dict[str, str]) -> str:
        return json.dumps({"kind": "erasure", "stream": stream, "index": index, "leaf": bytes(32).hex()})

    monkeypatch.setattr("tearline.ledger.ledger.order_record", wrong)
    filled.ledger.erase(E, 5, ORDER)
    found = filled.check(deep=True)
    assert [fault.what for fault in found.faults] == ["record 5 has lost its body without an order in custody"]
