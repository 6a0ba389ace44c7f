"""Reading and writing memory in compiled code, by address: a byte, or eight at once.

For numba functions alone. An address is an int64 and cheap to hand on, which an array is not; the caller answers
for the bounds, and for the array's staying alive.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_BYTE, _WORD = ir.IntType(8), ir.IntType(64)


def _place(builder: Any, base: Any, at: Any, kind: Any) -> Any:
    return builder.inttoptr(builder.add(base, at), kind.as_pointer())


def _byte_at(_context: Any, _base: Any, _at: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.zext(builder.load(_place(builder, given[0], given[1], _BYTE)), _WORD)

    return types.int64(types.int64, types.int64), code


def _word_at(_context: Any, _base: Any, _at: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.load(_place(builder, given[0], given[1], _WORD), align=1)

    return types.uint64(types.int64, types.int64), code


def _put_byte(_context: Any, _base: Any, _at: Any, _value: Any) -> Any:
    def code(context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        builder.store(builder.trunc(given[2], _BYTE), _place(builder, given[0], given[1], _BYTE))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), code


def _put_word(_context: Any, _base: Any, _at: Any, _value: Any) -> Any:
    def code(context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        builder.store(given[2], _place(builder, given[0], given[1], _WORD), align=1)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.uint64), code


def _lowest_bit(_context: Any, _word: Any) -> Any:
    def code(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        return builder.cttz(given[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), code


byte_at: Any = intrinsic(_byte_at)
"""`byte_at(base, at)`: the byte at `base + at`, as int64."""
word_at: Any = intrinsic(_word_at)
"""`word_at(base, at)`: eight bytes, the first one lowest, as uint64."""
put_byte: Any = intrinsic(_put_byte)
"""`put_byte(base, at, value)`."""
put_word: Any = intrinsic(_put_word)
"""`put_word(base, at, word)`: eight bytes, the lowest first."""
lowest_bit: Any = intrinsic(_lowest_bit)
"""`lowest_bit(word)`: the place of the lowest bit that is set; 64 where none is."""
