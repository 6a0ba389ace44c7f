"""The RFC 6962 Merkle tree as pure functions over leaf hashes.

Rules: an empty tree's root is SHA-256 of nothing; a leaf is SHA-256(0x00 || record); a node is
SHA-256(0x01 || left || right); a tree of n leaves splits at the largest power of two below n
(RFC 6962 section 2.1). Rows of hashes are passed as one `bytes` of 32 bytes a hash: a hundred million of
them must not become a hundred million objects.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from tearline.ledger.hashing import hash_rows

HASH = 32
EMPTY_ROOT = sha256(b"").digest()

BLOCK_LEVEL = 16
BLOCK = 1 << BLOCK_LEVEL
"""Leaves under one node that a manifest remembers, so that a proof re-reads at most two blocks of records."""


def leaf_hash(record: bytes) -> bytes:
    """The leaf of one record's canonical bytes."""
    return sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The node over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The compact range of a tree: the roots of its complete subtrees, largest first.

    There is one node for each bit set in `size`; they fold to the root, and nothing else is needed to go
    on appending.
    """

    size: int
    nodes: tuple[bytes, ...]

    def root(self) -> bytes:
        """The root of the tree these nodes stand for."""
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root


EMPTY = Frontier(0, ())


def extend(frontier: Frontier, leaves: bytes) -> tuple[Frontier, bytes]:
    """Append a row of leaf hashes.

    Returns the new frontier and the row of nodes at `BLOCK_LEVEL` which became complete (they follow those
    that were complete before).
    """
    levels = [level for level in range(frontier.size.bit_length()) if frontier.size >> level & 1]
    kept = dict(zip(reversed(levels), frontier.nodes, strict=True))
    added = len(leaves) // HASH
    row, level, blocks = leaves, 0, b""
    while row:
        if level == BLOCK_LEVEL:
            blocks = row
        if frontier.size >> level & 1:
            row = kept.pop(level) + row
        if len(row) // HASH & 1:
            kept[level] = row[-HASH:]
            row = row[:-HASH]
        row = hash_rows(row, np.arange(len(row) // (2 * HASH) + 1, dtype=np.int32) * np.int32(2 * HASH), 1)
        level += 1
    nodes = tuple(kept[level] for level in sorted(kept, reverse=True))
    return Frontier(frontier.size + added, nodes), blocks


Span = tuple[int, int]
"""Leaves `[start, stop)` whose subtree root stands in a proof."""


def _split(count: int) -> int:
    """The largest power of two strictly below `count`."""
    return 1 << (count - 1).bit_length() - 1


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The subtrees whose roots make the inclusion proof of leaf `index` in a tree of `size` (RFC 6962 2.1.1).

    In the order of the proof: from the leaf's sibling upwards.
    """
    if not 0 <= index < size:
        raise ValueError(f"no record {index} in a tree of {size}")
    spans: list[Span] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            spans.append((middle, stop))
            stop = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """The subtrees whose roots make the consistency proof from `old` to `new` leaves (RFC 6962 2.1.2)."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} is not earlier than one of {new}")
    if old in (0, new):
        return []
    spans: list[Span] = []
    start, stop, whole = 0, new, True
    while old != stop:
        middle = start + _split(stop - start)
        if old <= middle:
            spans.append((middle, stop))
            stop = middle
        else:
            spans.append((start, middle))
            start, whole = middle, False
    if not whole:
        spans.append((start, stop))
    return spans[::-1]


def span_root(span: Span, leaves: Callable[[int, int], bytes], blocks: bytes) -> bytes:
    """The root over leaves `[start, stop)`, where `start` begins a subtree, as every span of a proof does.

    `leaves(start, stop)` gives a row of leaf hashes; it is asked only for what no remembered block covers.
    """
    start, stop = span
    whole = min(stop >> BLOCK_LEVEL, len(blocks) // HASH) << BLOCK_LEVEL
    if start % BLOCK or whole <= start:
        return extend(EMPTY, leaves(start, stop))[0].root()
    root = b""
    if whole < stop:
        root = extend(EMPTY, leaves(whole, stop))[0].root()
    # Above the blocks the tree is the same tree with blocks for leaves.
    above = _fold(blocks[(start >> BLOCK_LEVEL) * HASH : (whole >> BLOCK_LEVEL) * HASH])
    for node in reversed(above):
        root = node_hash(node, root) if root else node
    return root


def _fold(row: bytes) -> tuple[bytes, ...]:
    """The complete subtree roots over a row of nodes, largest first."""
    return extend(EMPTY, row)[0].nodes


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Does `proof` show that `leaf` is record `index` of the tree of `size` with this root?

    The algorithm of RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size or any(len(step) != HASH for step in (leaf, *proof)):
        return False
    at, last, result = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            result = node_hash(step, result)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            result = node_hash(result, step)
        at, last = at >> 1, last >> 1
    return last == 0 and result == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Does `proof` show that the tree of `old` leaves is the beginning of the tree of `new` leaves?

    The algorithm of RFC 9162 section 2.1.4.2; every tree follows from the empty one and from itself.
    """
    if not 0 <= old <= new or any(len(step) != HASH for step in proof):
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT and (new != 0 or new_root == EMPTY_ROOT)
    if old == new:
        return not proof and old_root == new_root
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not steps:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
