"""The text reuse among products on disk: found once, brought up to date with what is new, never trusted unread.

One folder a state of the products, named by the caller's fingerprint of them; a seal under the workspace's key
holds the fingerprint and every file's SHA-256. What is not just as it was written is found anew.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import feather

from tearline.ledger.files import digest
from tearline.records.errors import BadInput, CouldNot
from tearline.records.products import Product
from tearline.views.reuse import Pairs, Portions, Reuse, find_reuse
from tearline.views.seals import same_seal, view_seal

# Raised when the meaning of a column, or how reuse is found, changes, so that older folders are found anew.
FORMAT = 2
_SEAL, _NAME = "seal.json", "reuse"
_FILES = ("portions.arrow", "words.arrow", "pairs.arrow")
_PREFIX = f"reuse-{FORMAT}-"


def reuse_view(
    products: Callable[[], Iterable[Product]], folder: Path, fingerprint: str, key: bytes, *, anew: bool = False
) -> Reuse:
    """The reuse among the products of that `fingerprint`, from `folder`, or found and kept there.

    What was found of other states of the products is taken over as far as it still holds; with `anew`, nothing
    that is kept is looked at. `fingerprint`: letters, digits, `-` and `_`; `key`: the workspace's own.
    """
    found = None if anew else load_reuse(folder, fingerprint, key)
    if found is None:
        found = find_reuse(products(), None if anew else _older(folder, key))
        _save(found, folder, fingerprint, key)
    return found


def load_reuse(folder: Path, fingerprint: str, key: bytes) -> Reuse | None:
    """What is kept for `fingerprint`; None where there is nothing, or not as it was written."""
    place = _place(folder, fingerprint)
    with suppress(OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        sealed = json.loads((place / _SEAL).read_text(encoding="utf-8"))["seal"]
        if not same_seal(sealed, view_seal(key, _NAME, _content(place, fingerprint))):
            return None
        rows, words, pairs = (feather.read_table(str(place / name)) for name in _FILES)
        portions = Portions(
            product=tuple(rows["product"].to_pylist()),
            portion=tuple(rows["portion"].to_pylist()),
            digest=tuple(rows["digest"].to_pylist()),
            owner=rows["owner"].to_numpy(),
            first=np.cumsum(np.append(0, rows["size"].to_numpy())).astype(np.int64),
            words=words["word"].to_numpy(),
            facts=words["fact"].to_numpy(),
        )
        one, other, share = (pairs[name].to_numpy() for name in Pairs._fields)
        return Reuse(portions, Pairs(one, other, share))
    return None


def _save(reuse: Reuse, folder: Path, fingerprint: str, key: bytes) -> None:
    """Writes it beside and renames it into place; removes those of other fingerprints."""
    place, portions = _place(folder, fingerprint), reuse.portions
    tables = (
        pa.table(
            {
                "product": pa.array(portions.product, pa.string()),
                "portion": pa.array(portions.portion, pa.string()),
                "digest": pa.array(portions.digest, pa.string()),
                "owner": portions.owner,
                "size": np.diff(portions.first),
            }
        ),
        pa.table({"word": portions.words, "fact": portions.facts}),
        pa.table(reuse.pairs._asdict()),
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
        try:
            for name, table in zip(_FILES, tables, strict=True):
                feather.write_feather(table, str(building / name), compression="zstd")
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
            f"the view of text reuse could not be written ({error.strerror})",
            where=str(folder),
            remedy="Free some space or make the folder writable, then try again",
        ) from None
    for other in folder.glob("reuse-*"):
        if other != place:
            shutil.rmtree(other, ignore_errors=True)


def _older(folder: Path, key: bytes) -> Reuse | None:
    """What is kept of another state of the products, if it is as it was written."""
    for place in sorted(folder.glob(f"{_PREFIX}*")):
        if (found := load_reuse(folder, place.name.removeprefix(_PREFIX), key)) is not None:
            return found
    return None


def _content(place: Path, fingerprint: str) -> dict[str, object]:
    return {"fingerprint": fingerprint, "files": {name: digest(place / name) for name in _FILES}}


def _place(folder: Path, fingerprint: str) -> Path:
    if not fingerprint or not all(letter.isalnum() or letter in "-_" for letter in fingerprint):
        raise BadInput(f"{fingerprint!r} cannot name a view of text reuse", remedy="Use letters, digits, - and _")
    return folder / f"{_PREFIX}{fingerprint}"
