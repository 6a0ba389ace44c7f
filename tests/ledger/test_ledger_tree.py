"""The tree and its proofs, against published vectors and against the definition in RFC 6962."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tearline.ledger import leaf_hash, node_hash, verify_consistency, verify_inclusion
from tearline.ledger.tree import (
    BLOCK,
    EMPTY,
    EMPTY_ROOT,
    HASH,
    consistency_spans,
    extend,
    inclusion_spans,
    span_root,
)

# The eight leaves and roots of the certificate-transparency reference implementation's tests.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {  # (index, size) to the steps
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CONSISTENCY = {  # (old, new) to the steps
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def defined(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 section 2.1 defines it, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(defined(leaves[:split]), defined(leaves[split:]))


def row(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def steps(spans: list[tuple[int, int]], leaves: list[bytes], blocks: bytes = b"") -> list[bytes]:
    return [span_root(span, lambda a, b: b"".join(leaves[a:b]), blocks) for span in spans]


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    hashed = [leaf_hash(leaf) for leaf in LEAVES[:size]]
    assert extend(EMPTY, b"".join(hashed))[0].root().hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_published_inclusion_proofs(index: int, size: int) -> None:
    hashed = [leaf_hash(leaf) for leaf in LEAVES[:size]]
    proof = steps(inclusion_spans(index, size), hashed)
    assert [step.hex() for step in proof] == INCLUSION[index, size]
    assert verify_inclusion(hashed[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_published_consistency_proofs(old: int, new: int) -> None:
    hashed = [leaf_hash(leaf) for leaf in LEAVES[:new]]
    proof = steps(consistency_spans(old, new), hashed)
    assert [step.hex() for step in proof] == CONSISTENCY[old, new]
    assert verify_consistency(old, new, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), proof)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 90), max_size=8))
def test_any_split_into_appends_gives_the_same_tree(parts: list[int]) -> None:
    leaves = row(sum(parts))
    frontier, done = EMPTY, 0
    for part in parts:
        frontier, _ = extend(frontier, b"".join(leaves[done : done + part]))
        done += part
    assert frontier == extend(EMPTY, b"".join(leaves))[0]
    assert frontier.root() == defined(leaves)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_proofs_hold_and_nothing_else_passes(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 200))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(0, size))
    leaves = row(size)
    root, old_root = defined(leaves), defined(leaves[:old])
    proof = steps(inclusion_spans(index, size), leaves)
    assert verify_inclusion(leaves[index], index, size, proof, root)
    assert not verify_inclusion(leaf_hash(b"another"), index, size, proof, root)
    assert not verify_inclusion(leaves[index], index, size, [*proof, EMPTY_ROOT], root)
    if proof:
        assert not verify_inclusion(leaves[index], index, size, proof[:-1], root)
        assert not verify_inclusion(leaves[index], (index + 1) % size, size, proof, root)
    growth = steps(consistency_spans(old, size), leaves)
    assert verify_consistency(old, size, old_root, root, growth)
    assert not verify_consistency(old, size, old_root, root, [*growth, EMPTY_ROOT])
    if 0 < old < size:
        assert not verify_consistency(old, size, leaf_hash(b"another"), root, growth)
        assert not verify_consistency(old, size, old_root, leaf_hash(b"another"), growth)
        assert not verify_consistency(old, size, old_root, root, growth[1:])


def test_remembered_blocks_give_the_same_proofs() -> None:
    size = 2 * BLOCK + BLOCK // 2 + 5
    leaves = row(size)
    frontier, blocks = extend(EMPTY, b"".join(leaves[:1000]))
    frontier, more = extend(frontier, b"".join(leaves[1000:]))
    blocks += more
    assert len(blocks) == 2 * HASH
    root = frontier.root()
    asked = 0

    def some(start: int, stop: int) -> bytes:
        nonlocal asked
        asked += stop - start
        return b"".join(leaves[start:stop])

    for index in (0, 7, BLOCK - 1, BLOCK, 2 * BLOCK - 1, 2 * BLOCK, size - 1):
        asked = 0
        proof = [span_root(span, some, blocks) for span in inclusion_spans(index, size)]
        assert verify_inclusion(leaves[index], index, size, proof, root)
        assert asked < 2 * BLOCK
    for old in (1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, size - 1):
        proof = [span_root(span, some, blocks) for span in consistency_spans(old, size)]
        old_root = extend(EMPTY, b"".join(leaves[:old]))[0].root()
        assert verify_consistency(old, size, old_root, root, proof)


def test_impossible_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="no record 3"):
        inclusion_spans(3, 3)
    with pytest.raises(ValueError, match="not earlier"):
        consistency_spans(4, 3)
    assert not verify_inclusion(EMPTY_ROOT, 3, 3, [], EMPTY_ROOT)
    assert not verify_consistency(4, 3, EMPTY_ROOT, EMPTY_ROOT, [])
    assert not verify_inclusion(b"short", 0, 1, [], b"short")
    assert not verify_consistency(3, 5, EMPTY_ROOT, EMPTY_ROOT, [])
