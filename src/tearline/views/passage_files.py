"""The passage index on disk: one folder a state of the products, arrays as `.npy`, strings as Arrow.

The folder's name carries the caller's fingerprint of the products (the root of their stream), so that an index of
other products is never taken for this one; a seal under the workspace's key holds the fingerprint and every file's
SHA-256. It is written beside and renamed into place; what is not just as it was written is built again. No pickle
is read or written.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import feather

from tearline.ledger.files import digest
from tearline.records.errors import BadInput, CouldNot
from tearline.views.passages import PassageIndex, build_index
from tearline.views.seals import same_seal, view_seal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tearline.records.products import Product

# Raised when the meaning of a column changes, so that older folders are built again.
FORMAT = 6
_SEAL, _NAME = "seal.json", "passages"
_STRINGS = (
    "product_ids",
    "titles",
    "numbers",
    "parents",
    "portion_ids",
    "portion_texts",
    "terms",
    "term_forms",
    "keys",
)
_ARRAYS = tuple(field.name for field in fields(PassageIndex) if field.name not in _STRINGS)
_PREFIX = "passages-"


def passage_index(
    products: Callable[[], Iterable[Product]], folder: Path, fingerprint: str, key: bytes
) -> PassageIndex:
    """The index of the products with that `fingerprint`: read from `folder`, or built and kept there.

    Where an index of other products is kept (those of yesterday), what has not changed since is taken from it.

    `products` is called only where it has to be built. `fingerprint`: letters, digits, `-` and `_`; `key`: the
    workspace's own.
    """
    found = load_index(folder, fingerprint, key)
    if found is None:
        found = build_index(products(), _older(folder, key))
        save_index(found, folder, fingerprint, key)
    return found


def rebuild_index(
    products: Callable[[], Iterable[Product]], folder: Path, fingerprint: str, key: bytes
) -> PassageIndex:
    """The same, trusting nothing that is kept there."""
    built = build_index(products())
    save_index(built, folder, fingerprint, key)
    return built


def save_index(index: PassageIndex, folder: Path, fingerprint: str, key: bytes) -> Path:
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
            content = _content(building, fingerprint)
            text = json.dumps({"seal": view_seal(key, _NAME, content), "content": content})
            (building / _SEAL).write_text(text, encoding="utf-8")
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


def load_index(folder: Path, fingerprint: str, key: bytes) -> PassageIndex | None:
    """The index kept for `fingerprint`; None where there is none, or not as it was written."""
    place = _place(folder, fingerprint)
    columns: dict[str, Any] = {}
    with suppress(OSError, ValueError, EOFError, KeyError, pa.ArrowException):
        sealed = json.loads((place / _SEAL).read_text(encoding="utf-8"))["seal"]
        if not same_seal(sealed, view_seal(key, _NAME, _content(place, fingerprint))):
            return None
        for name in _ARRAYS:
            columns[name] = np.load(place / f"{name}.npy", allow_pickle=False)
        for name in _STRINGS:
            columns[name] = tuple(feather.read_table(str(place / f"{name}.arrow"))[name].to_pylist())
        index = PassageIndex(**columns)
        if _fits(index):
            return index
    return None


def _older(folder: Path, key: bytes) -> PassageIndex | None:
    """The index of another state of the products, if one is kept as it was written."""
    prefix = f"{_PREFIX}{FORMAT}-"
    for place in sorted(folder.glob(f"{prefix}*")):
        if (index := load_index(folder, place.name.removeprefix(prefix), key)) is not None:
            return index
    return None


def _content(place: Path, fingerprint: str) -> dict[str, object]:
    """What the seal holds: which products, and every file as it is now."""
    files = [*(f"{name}.npy" for name in _ARRAYS), *(f"{name}.arrow" for name in _STRINGS)]
    return {"fingerprint": fingerprint, "files": {name: digest(place / name) for name in files}}


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
        and len(index.term_rarity) == len(index.terms) == len(index.term_forms) == len(index.posting_from) - 1
        and len(index.section_from) == products + 1
        and len(index.section_tokens) == int(index.section_from[-1])
        and len(index.portion_ids) == len(index.portion_texts) == int(index.portion_from[-1])
    )
