"""The passage index on disk: one folder a state of the products, arrays as `.npy`, strings as Arrow.

The folder's name carries the caller's fingerprint of the products (the root of their stream), so that an index of
other products is never taken for this one. It is written beside and renamed into place; what cannot be read
back whole is built again. No pickle is read or written.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import feather

from tearline.records.errors import BadInput, CouldNot
from tearline.views.passages import PassageIndex, build_index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tearline.records.products import Product

# Raised when the meaning of a column changes, so that older folders are built again.
FORMAT = 3
_STRINGS = ("product_ids", "titles", "numbers", "portion_ids", "portion_texts", "terms", "keys")
_ARRAYS = tuple(field.name for field in fields(PassageIndex) if field.name not in _STRINGS)
_PREFIX = "passages-"


def passage_index(products: Callable[[], Iterable[Product]], folder: Path, fingerprint: str) -> PassageIndex:
    """The index of the products with that `fingerprint`: read from `folder`, or built and kept there.

    `products` is called only where it has to be built. `fingerprint`: letters, digits, `-` and `_`.
    """
    found = load_index(folder, fingerprint)
    if found is None:
        found = build_index(products())
        save_index(found, folder, fingerprint)
    return found


def save_index(index: PassageIndex, folder: Path, fingerprint: str) -> Path:
    """Writes `index` under `folder` and removes those of other fingerprints; returns its folder."""
    place = _place(folder, fingerprint)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
        try:
            for name in _ARRAYS:
                np.save(building / f"{name}.npy", getattr(index, name), allow_pickle=False)
            for name in _STRINGS:
                table = pa.table({name: pa.array(getattr(index, name), pa.large_string())})
                feather.write_feather(table, str(building / f"{name}.arrow"), compression="zstd")
            if place.exists():
                shutil.rmtree(place)
            building.rename(place)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    except OSError as error:
        raise CouldNot(
            f"the passage index could not be written ({error.strerror})",
            where=str(folder),
            remedy="Free some space or make the folder writable, then try again",
        ) from None
    for other in folder.glob(f"{_PREFIX}*"):
        if other != place:
            shutil.rmtree(other, ignore_errors=True)
    return place


def load_index(folder: Path, fingerprint: str) -> PassageIndex | None:
    """The index kept for `fingerprint`; None where there is none or it cannot be read whole."""
    place = _place(folder, fingerprint)
    columns: dict[str, Any] = {}
    with suppress(OSError, ValueError, EOFError, KeyError, pa.ArrowException):
        for name in _ARRAYS:
            columns[name] = np.load(place / f"{name}.npy", allow_pickle=False)
        for name in _STRINGS:
            columns[name] = tuple(feather.read_table(str(place / f"{name}.arrow"))[name].to_pylist())
        index = PassageIndex(**columns)
        if _fits(index):
            return index
    return None


def _place(folder: Path, fingerprint: str) -> Path:
    if not fingerprint or not all(letter.isalnum() or letter in "-_" for letter in fingerprint):
        raise BadInput(f"{fingerprint!r} cannot name a passage index", remedy="Use letters, digits, - and _")
    return folder / f"{_PREFIX}{FORMAT}-{fingerprint}"


def _fits(index: PassageIndex) -> bool:
    """Whether the columns belong together."""
    passages, products = len(index.passage_portion), index.products
    return (
        len(index.portion_from) == len(index.passage_from) == products + 1
        and len(index.token_from) == len(index.fact_from) == passages + 1
        and len(index.vectors) == passages
        and int(index.token_from[-1]) == len(index.token_term)
        and len(index.term_rarity) == len(index.terms) == len(index.posting_from) - 1
        and len(index.portion_ids) == len(index.portion_texts) == int(index.portion_from[-1])
    )
