"""Events that carry some portions of a product only: an excerpt in a mail, a briefing on one paragraph.

Such an event names them in its detail (`portions`). One that names none, or none that the product has, carries
all of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tearline.views.register import Register

_LIST = r'"portions":\s*(?P<portions>\[(?:\s*"(?:[^"\\]|\\.)*"\s*,?)*\])'


def carried_portions(register: Register, table: pa.Table) -> Mapping[int, frozenset[str]]:
    """Row of `table` (STORED_EVENTS) -> the ids of the portions it carries, where it is not the whole product."""
    stated = pc.struct_field(pc.extract_regex(table["detail"], _LIST), "portions")
    rows = np.flatnonzero(pc.is_valid(stated).to_numpy(zero_copy_only=False))
    if not rows.size:
        return {}
    lists = stated.take(pa.array(rows)).combine_chunks().dictionary_encode()
    known = [frozenset(json.loads(text)) for text in lists.dictionary.to_pylist()]
    products = table["product"].take(pa.array(rows)).to_pylist()
    found: dict[int, frozenset[str]] = {}
    for row, product, number in zip(rows.tolist(), products, lists.indices.to_pylist(), strict=True):
        every = (
            {portion.id for portion in register.products[product].portions}
            if product in register.products
            else set()
        )
        here = known[number] & every
        if here and here != every:
            found[row] = here
    return found


def with_portion(register: Register, table: pa.Table, product: str, portion: str) -> pa.Table:
    """The events of `table` but for those of `product` that carry other portions of it only."""
    without = [
        row
        for row, here in carried_portions(register, table).items()
        if portion not in here and table["product"][row].as_py() == product
    ]
    kept = np.ones(table.num_rows, np.bool_)
    kept[without] = False
    return table.filter(pa.array(kept))
