"""Proofs of single records and of growth, made from the stored records and the manifest's nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tearline.ledger.reading import Reader
from tearline.ledger.tree import consistency_spans, inclusion_spans, span_root
from tearline.records.errors import BadInput
from tearline.records.kinds import Stream


@dataclass(frozen=True, slots=True)
class Proof:
    """`steps` are hashes of 32 bytes in RFC 6962's order.

    For an inclusion proof `first` is the record's index and `leaf` its leaf hash; for a consistency proof
    `first` is the older size and `leaf` None. `size` is the tree's size.
    """

    stream: Stream
    first: int
    size: int
    leaf: bytes | None
    steps: tuple[bytes, ...]

    def document(self, checkpoint: str, **more: str | None) -> dict[str, Any]:
        """The proof as JSON that others can check, as docs/ledger.md says: with the signed checkpoint of the
        tree of `size`, and what else belongs to it (the record's line; the older checkpoint)."""
        return {
            "proof": "consistency" if self.leaf is None else "inclusion",
            "stream": self.stream.value,
            "first": self.first,
            "size": self.size,
            "steps": [step.hex() for step in self.steps],
            "checkpoint": checkpoint,
            **({} if self.leaf is None else {"leaf": self.leaf.hex()}),
            **more,
        }


def _roots(reader: Reader, stream: Stream, spans: list[tuple[int, int]]) -> tuple[bytes, ...]:
    blocks = reader.layout(stream)[1].blocks
    return tuple(span_root(span, lambda a, b: reader.leaves(stream, a, b), blocks) for span in spans)


def prove_inclusion(reader: Reader, stream: Stream, index: int, size: int) -> Proof:
    """That record `index` is in the tree of `size`. Raises BadInput where there is no such record."""
    if not 0 <= index < size:
        raise BadInput(f"there is no record {index} among {size}", where=stream.value)
    leaf = reader.leaves(stream, index, index + 1)
    return Proof(stream, index, size, leaf, _roots(reader, stream, inclusion_spans(index, size)))


def prove_consistency(reader: Reader, stream: Stream, old: int, size: int) -> Proof:
    """That the tree of `old` is the beginning of the tree of `size`. Raises BadInput where it is larger."""
    if not 0 <= old <= size:
        raise BadInput(f"{old} records are more than the {size} there are", where=stream.value)
    return Proof(stream, old, size, None, _roots(reader, stream, consistency_spans(old, size)))
