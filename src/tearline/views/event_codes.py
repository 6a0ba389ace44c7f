"""Small numbers for the words of events: a table a column, extended as batches bring new words, never reordered.

An event's product, parties, organisation, system, copy and batch are kept as places in these tables (-1: none
named), its kind and basis as places in the closed lists. A code says how a source wrote something, not who it is:
names are resolved when a question is asked, so every decision on who somebody is can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tearline.records.events import STORED_EVENTS
from tearline.records.kinds import Basis, EventKind

NONE: Final = -1
KIND_WORDS: Final = pa.array([kind.value for kind in EventKind])
BASIS_WORDS: Final = pa.array([None, *(basis.word for basis in Basis)], pa.string())
"""In the order of `Basis`, so that a code is its value; 0 where the record does not say."""

TABLES: Final = ("product", "name", "organisation", "system", "copy", "batch")
TABLE_OF: Final = MappingProxyType({
    "product": "product", "actor": "name", "recipient": "name", "organisation": "organisation",
    "system": "system", "copy": "copy", "batch": "batch",
})  # fmt: skip
"""Column -> the table its codes are places in. Actors and recipients share one."""

_TIME = pa.timestamp("us", tz="UTC")
CODED_EVENTS: Final = pa.schema([
    pa.field("product", pa.int32(), nullable=False),
    pa.field("at_earliest", _TIME, nullable=False),
    pa.field("at_latest", _TIME, nullable=False),
    pa.field("kind", pa.int8(), nullable=False),
    pa.field("basis", pa.int8(), nullable=False),
    *(
        pa.field(name, pa.int32(), nullable=False)
        for name in ("actor", "recipient", "organisation", "system", "copy", "batch")
    ),
    pa.field("position", pa.int64(), nullable=False),
    pa.field("id", pa.string(), nullable=False),
    pa.field("detail", pa.string()),
])  # fmt: skip
"""STORED_EVENTS with codes for words."""

WORDS: Final = pa.schema([("table", pa.int8()), ("word", pa.string())])
"""New words in the order of their codes; `table` is a place in TABLES."""


@dataclass(frozen=True, eq=False)
class CodeTables:
    """`words[table][code]` is the word."""

    words: Mapping[str, pa.Array]

    @classmethod
    def of(cls, pieces: Iterable[pa.Table]) -> CodeTables:
        """The tables that these pieces (schema WORDS, oldest first) add up to."""
        joined = pa.concat_tables([WORDS.empty_table(), *pieces])
        table = joined["table"].to_numpy()
        return cls({
            name: joined["word"].filter(pa.array(table == place)).combine_chunks()
            for place, name in enumerate(TABLES)
        })  # fmt: skip

    def codes(self, table: str, words: pa.Array) -> NDArray[np.int64]:
        """The code of each word, NONE where it has none."""
        found = pc.fill_null(pc.index_in(words, value_set=self.words[table]), NONE)
        return np.asarray(found).astype(np.int64)

    def code(self, table: str, word: str) -> int:
        """The code of one word, NONE where it has none."""
        return self.places[table].get(word, NONE)

    @cached_property
    def places(self) -> Mapping[str, Mapping[str, int]]:
        """Table -> word -> code."""
        return _Places(self.words)

    def taken(self, table: str, codes: pa.Array) -> pa.Array:
        """The words of these codes; null for NONE."""
        return _words_of(self.words[table], codes)

    def decoded(self, coded: pa.Table) -> pa.Table:
        """Events as words again (schema STORED_EVENTS)."""
        coded = coded.combine_chunks()

        def column(name: str) -> pa.Array | pa.ChunkedArray:
            if name == "kind":
                return _words_of(KIND_WORDS, _whole(coded[name]))
            if name == "basis":
                return _words_of(BASIS_WORDS, _whole(coded[name]))
            if name in TABLE_OF:
                return self.taken(TABLE_OF[name], _whole(coded[name]))
            return coded[name]

        return pa.table([column(name) for name in STORED_EVENTS.names], schema=STORED_EVENTS)

    def relations(self) -> dict[str, pa.Table]:
        """A table a name, with columns `code` and `word`, for queries."""
        listed = {**self.words, "kind": KIND_WORDS, "basis": BASIS_WORDS}
        return {
            f"{name}_words": pa.table({"code": pa.array(np.arange(len(words)), pa.int32()), "word": words})
            for name, words in listed.items()
        }


class _Places(dict[str, Mapping[str, int]]):
    """Each table's words by code, made when first asked for."""

    def __init__(self, words: Mapping[str, pa.Array]) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, table: str) -> Mapping[str, int]:
        found = {word: code for code, word in enumerate(self._words[table].to_pylist())}
        self[table] = found
        return found


class Coder:
    """Gives words their codes, new ones the next; `fresh()` says which words are new since it began."""

    def __init__(self, tables: CodeTables) -> None:
        self._codes = {name: dict(tables.places[name]) for name in TABLES}
        self._before = {name: len(tables.words[name]) for name in TABLES}

    def coded(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Batches of STORED_EVENTS as CODED_EVENTS."""
        for batch in batches:
            columns = [self._column(batch, field) for field in CODED_EVENTS]
            yield pa.record_batch(columns, schema=CODED_EVENTS)

    def fresh(self) -> pa.Table:
        """New words (schema WORDS)."""
        found = [list(self._codes[name])[self._before[name] :] for name in TABLES]
        places = np.repeat(np.arange(len(TABLES)), [len(words) for words in found])
        return pa.table([pa.array(places, pa.int8()), [word for words in found for word in words]], schema=WORDS)

    def _column(self, batch: pa.RecordBatch, field: pa.Field) -> pa.Array:
        column = batch.column(field.name)
        if field.name == "kind":
            return pc.fill_null(pc.index_in(column, value_set=KIND_WORDS), NONE).cast(field.type)
        if field.name == "basis":
            known = pc.fill_null(pc.index_in(column, value_set=BASIS_WORDS, skip_nulls=True), 0)
            return known.cast(field.type)
        if field.name not in TABLE_OF:
            return column.cast(field.type)
        known_codes = self._codes[TABLE_OF[field.name]]
        listed = column.dictionary_encode()
        words = listed.dictionary.to_pylist()
        codes = np.array([*(known_codes.setdefault(word, len(known_codes)) for word in words), NONE], np.int32)
        return pa.array(codes[np.asarray(pc.fill_null(listed.indices, len(words)))])


def _words_of(words: pa.Array, codes: pa.Array) -> pa.Array:
    places = np.asarray(codes)
    return words.take(pa.array(places, mask=places < 0))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
