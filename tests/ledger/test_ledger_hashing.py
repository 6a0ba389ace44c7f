"""Rows of messages hashed in lanes have the hashes that the published vectors and the library give them."""

from __future__ import annotations

import hmac
import random
from collections.abc import Iterator
from hashlib import sha256

import numpy as np
import pytest

from tearline.ledger import hashing, sha_lanes
from tearline.ledger.ahead import ahead
from tearline.ledger.tree import EMPTY, extend


def bounds_of(messages: list[bytes]) -> np.ndarray:
    return np.cumsum([0, *map(len, messages)]).astype(np.int32)


def in_lanes(messages: list[bytes], prefix: int = -1) -> list[bytes]:
    data = np.frombuffer(b"".join(messages), np.uint8)
    found = sha_lanes.digests(data, bounds_of(messages), prefix, sha_lanes.START, 0)
    return [bytes(row) for row in found]


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "WARM", 0)


def test_the_published_vectors() -> None:
    vectors = {
        b"": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        b"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq": (
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        b"a" * 1_000_000: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    }
    assert [found.hex() for found in in_lanes(list(vectors))] == list(vectors.values())


@pytest.mark.parametrize("prefix", [-1, 0, 1])
def test_every_length_beside_every_other(prefix: int) -> None:
    chance = random.Random(7)
    lengths = [*range(200), *(chance.randrange(3000) for _ in range(57))]
    chance.shuffle(lengths)
    messages = [chance.randbytes(length) for length in lengths]
    before = b"" if prefix < 0 else bytes([prefix])
    assert in_lanes(messages, prefix) == [sha256(before + message).digest() for message in messages]


def test_no_message_at_all() -> None:
    assert in_lanes([b"x"])[1:] == []
    assert hashing.hash_rows(b"", np.zeros(1, np.int32), 0) == b""


@pytest.mark.usefixtures("warm")
def test_rows_and_macs_do_not_depend_on_how_they_are_made() -> None:
    chance = random.Random(8)
    count = hashing.FEW + 5
    messages = [chance.randbytes(chance.randrange(90)) for _ in range(count)]
    row = hashing.hash_rows(b"".join(messages), bounds_of(messages), 0)
    assert row == b"".join([sha256(b"\0" + message).digest() for message in messages])
    key = chance.randbytes(32)
    same_length = np.frombuffer(chance.randbytes(15 * count), np.uint8).reshape(count, 15)
    macs = hashing.hmac_rows(key, same_length)
    assert all(
        bytes(mac) == hmac.digest(key, bytes(message), "sha256")
        for mac, message in zip(macs, same_length, strict=True)
    )


def test_a_tree_grows_the_same_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    leaves = random.Random(9).randbytes(32 * 70_001)
    monkeypatch.setattr(hashing, "WARM", 1 << 60)
    one_by_one = extend(EMPTY, leaves)
    monkeypatch.setattr(hashing, "WARM", 0)
    assert extend(EMPTY, leaves) == one_by_one


def test_work_ahead_keeps_order_and_raises_what_was_raised() -> None:
    def source() -> Iterator[int]:
        yield from range(3)
        raise ValueError("here")

    given = ahead(source())
    assert [next(given), next(given), next(given)] == [0, 1, 2]
    with pytest.raises(ValueError, match="here"):
        next(given)
    items = ahead(iter(range(5)))
    assert [next(items), next(items)] == [0, 1]
    assert list(items) == [2, 3, 4]
