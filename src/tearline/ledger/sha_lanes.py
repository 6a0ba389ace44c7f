"""SHA-256 (FIPS 180-4) of many short messages: sixteen at once, a vector lane each.

A ledger's records are short, and calling a hash function once a record costs more than hashing. The rounds are
written for LLVM's vectors, so whatever vector unit the machine has is used; the interpreter lock is released.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint32]

LANES = 16


def _primes(count: int) -> list[int]:
    found: list[int] = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


def _root_bits(number: int, degree: int) -> int:
    """The first 32 bits of the fractional part of a number's square or cube root."""
    low, high = 0, 1 << 40
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**degree <= number << (32 * degree) else (low, middle)
    return low & 0xFFFFFFFF


START = np.array([_root_bits(prime, 2) for prime in _primes(8)], dtype=np.uint32)
"""The state before the first block (FIPS 180-4, 5.3.3)."""

_ROUNDS = tuple(_root_bits(prime, 3) for prime in _primes(64))  # 4.2.2

_LANE = ir.VectorType(ir.IntType(32), LANES)


def _data(context: Any, builder: Any, kind: Any, value: Any, pointed: Any) -> Any:
    """A pointer to an array's first element."""
    array = context.make_array(kind)(context, builder, value=value)
    return builder.bitcast(array.data, pointed.as_pointer())


class _Emit:
    """Writes vector instructions; the functions of FIPS 180-4, 4.1.2 by their names there."""

    def __init__(self, builder: ir.IRBuilder) -> None:
        self.builder = builder

    def all(self, value: int) -> ir.Value:
        return ir.Constant(_LANE, [value] * LANES)

    def add(self, *values: ir.Value) -> ir.Value:
        total = values[0]
        for value in values[1:]:
            total = self.builder.add(total, value)
        return total

    def xor(self, *values: ir.Value) -> ir.Value:
        total = values[0]
        for value in values[1:]:
            total = self.builder.xor(total, value)
        return total

    def right(self, value: ir.Value, *, turn: tuple[int, ...], drop: int = 0) -> ir.Value:
        """The XOR of a value's rotations, and of its shift by `drop` where that is given."""
        move = self.builder
        parts = [
            move.or_(move.lshr(value, self.all(by)), move.shl(value, self.all(32 - by)))  # LLVM knows a rotation
            for by in turn
        ]
        return self.xor(*parts, *([move.lshr(value, self.all(drop))] if drop else []))

    def choose(self, x: ir.Value, y: ir.Value, z: ir.Value) -> ir.Value:
        return self.builder.xor(z, self.builder.and_(x, self.builder.xor(y, z)))

    def majority(self, x: ir.Value, y: ir.Value, z: ir.Value) -> ir.Value:
        return self.builder.or_(self.builder.and_(x, y), self.builder.and_(z, self.builder.or_(x, y)))


def _block(typing: Any, state: Any, words: Any) -> Any:
    """One block in every lane: `state` (8, LANES) is carried on over `words` (16, LANES)."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        emit = _Emit(builder)
        kept, block = (
            [builder.gep(base, [ir.Constant(ir.IntType(32), at)]) for at in range(rows)]
            for base, rows in zip(
                (
                    _data(context, builder, kind, value, _LANE)
                    for kind, value in zip(signature.args, given, strict=True)
                ),
                (8, 16),
                strict=True,
            )
        )
        before = [builder.load(row, align=4) for row in kept]
        w = [builder.load(row, align=4) for row in block]
        a, b, c, d, e, f, g, h = before
        for at in range(64):
            if at >= 16:
                w.append(
                    emit.add(
                        emit.right(w[at - 2], turn=(17, 19), drop=10),
                        w[at - 7],
                        emit.right(w[at - 15], turn=(7, 18), drop=3),
                        w[at - 16],
                    )
                )
            first = emit.add(
                h, emit.right(e, turn=(6, 11, 25)), emit.choose(e, f, g), emit.all(_ROUNDS[at]), w[at]
            )
            second = emit.add(emit.right(a, turn=(2, 13, 22)), emit.majority(a, b, c))
            a, b, c, d, e, f, g, h = emit.add(first, second), a, b, c, emit.add(d, first), e, f, g
        for row, old, new in zip(kept, before, (a, b, c, d, e, f, g, h), strict=True):
            builder.store(emit.add(old, new), row, align=4)
        return context.get_dummy_value()

    return types.void(state, words), code


_compress: Any = intrinsic(_block)


def _big_endian(typing: Any, data: Any, at: Any) -> Any:
    """Four bytes from `data[at]` on, big-endian."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        base = _data(context, builder, signature.args[0], given[0], ir.IntType(8))
        place = builder.bitcast(builder.gep(base, [given[1]]), ir.IntType(32).as_pointer())
        return builder.bswap(builder.load(place, align=1))

    return types.uint32(data, types.int64), code


_word: Any = intrinsic(_big_endian)


@njit(nogil=True, cache=True)
def digests(data: Bytes, bounds: npt.NDArray[np.int32], prefix: int, state: Words, before: int) -> Bytes:
    """The hashes (n, 32) of n messages `data[bounds[i]:bounds[i + 1]]`, each behind one byte `prefix` (-1: none).

    `state` (8) is what `before` bytes, a multiple of 64, have made of `START`.
    """
    count = len(bounds) - 1
    out = np.empty((count, 32), dtype=np.uint8)
    lanes = np.zeros((8, LANES), dtype=np.uint32)
    words = np.zeros((16, LANES), dtype=np.uint32)
    ahead = 1 if prefix >= 0 else 0
    for group in range(0, count, LANES):
        held = min(LANES, count - group)
        blocks = 0
        for lane in range(held):
            size = bounds[group + lane + 1] - bounds[group + lane] + ahead
            blocks = max(blocks, (size + 72) // 64)
        for row in range(8):
            for lane in range(LANES):
                lanes[row, lane] = state[row]
        for block in range(blocks):
            for lane in range(held):
                start = np.int64(bounds[group + lane]) - ahead
                size = np.int64(bounds[group + lane + 1]) - start
                if block < (size + 72) // 64:
                    _fill(data, start, size, block * 64, prefix, words, lane)
                    if (block + 1) * 64 >= size + 9:
                        bits = np.uint64(before + size) << np.uint64(3)
                        words[14, lane] = np.uint32(bits >> np.uint64(32))
                        words[15, lane] = np.uint32(bits & np.uint64(0xFFFFFFFF))
            _compress(lanes, words)
            for lane in range(held):
                size = bounds[group + lane + 1] - bounds[group + lane] + ahead
                # A lane whose message has ended runs on with what is left in it; its hash is taken here.
                if block + 1 == (size + 72) // 64:
                    for row in range(8):
                        value = lanes[row, lane]
                        for byte in range(4):
                            out[group + lane, row * 4 + byte] = np.uint8(value >> np.uint32(24 - 8 * byte) & 255)
    return out


@njit(nogil=True, cache=True)
def _fill(data, start, size, at, prefix, words, lane):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """A message's bytes `[at, at + 64)` with the end mark behind its last; `data[start]` is its first, which is
    `prefix` where there is one (and may then lie outside)."""
    if at + 64 <= size and (at > 0 or prefix < 0):
        for row in range(16):
            words[row, lane] = _word(data, start + at + row * 4)
        return
    for row in range(16):
        here = at + row * 4
        if here + 4 <= size and (here > 0 or prefix < 0):
            words[row, lane] = _word(data, start + here)
            continue
        value = np.uint32(0)
        for byte in range(here, here + 4):
            one = np.uint32(0)
            if byte == 0 and prefix >= 0:
                one = np.uint32(prefix)
            elif byte < size:
                one = np.uint32(data[start + byte])
            elif byte == size:
                one = np.uint32(0x80)
            value = (value << np.uint32(8)) | one
        words[row, lane] = value


@njit(cache=True)
def _after(block: Bytes) -> Words:
    lanes = np.empty((8, LANES), dtype=np.uint32)
    words = np.empty((16, LANES), dtype=np.uint32)
    for row in range(8):
        lanes[row, :] = START[row]
    for row in range(16):
        words[row, :] = _word(block, row * 4)
    _compress(lanes, words)
    return lanes[:, 0].copy()


@cache
def after(block: bytes) -> Words:
    """The state after one block of 64 bytes."""
    found: Words = _after(np.frombuffer(block, dtype=np.uint8).copy())
    return found
