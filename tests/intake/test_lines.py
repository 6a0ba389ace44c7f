"""Lines in blocks: whatever the sizes, every line comes once, with its number."""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tearline.intake import lines
from tearline.intake.lines import Block, LongLine, SourceFile
from tearline.records.errors import BadInput


@settings(max_examples=150, deadline=None)
@given(
    content=st.lists(st.integers(0, 60).map(lambda size: b"x" * size), min_size=1, max_size=30).map(b"\n".join),
    block=st.integers(1, 50),
    longest=st.integers(5, 40),
)
def test_every_line_once(
    content: bytes, block: int, longest: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "lines.txt"
    path.write_bytes(content)
    source = SourceFile(path, "lines.txt")
    if not content:
        with pytest.raises(BadInput, match="empty"):
            list(source.blocks(block))
        return
    found: dict[int, int] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "LONGEST", longest)
        for piece in source.blocks(block):
            if isinstance(piece, LongLine):
                assert piece.size > longest
                found[piece.number] = piece.size
            else:
                assert isinstance(piece, Block)
                for number, raw in piece.lines():
                    assert number not in found
                    found[number] = len(raw)
    expected = content.split(b"\n")
    if not expected[-1]:
        expected.pop()
    assert found == {number: len(line) for number, line in enumerate(expected, 1)}
    assert source.sha256 == sha256(content).hexdigest()
    assert source.size == len(content)


def test_a_packed_file_and_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"one\ntwo\n"))
    source = SourceFile(path, "a.jsonl.gz")
    assert [raw for block in source.blocks() if isinstance(block, Block) for _, raw in block.lines()] == [
        b"one",
        b"two",
    ]
    assert source.sha256 == sha256(path.read_bytes()).hexdigest()
    path.write_bytes(gzip.compress(b"0\n" * (64 << 20)))
    with pytest.raises(BadInput, match="unpacks to more"):
        list(source.blocks())
    path.write_bytes(b"\x1f\x8b junk")
    with pytest.raises(BadInput, match="cannot be read"):
        list(source.blocks())
