"""Vectors of every registered passage by the workspace's sentence model, kept beside the passage index.

They are worked out once; of a register that has grown only what is new. What is not just as it was written (a seal
under the workspace's key) is worked out again.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from tearline.ledger.files import digest
from tearline.records.errors import CouldNot
from tearline.views.seals import same_seal, view_seal

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tearline.text.sentence_model import SentenceModel
    from tearline.views.passages import PassageIndex

_NAME = "sentences"


def sentence_vectors(index: PassageIndex, model: SentenceModel, folder: Path, key: bytes) -> NDArray[np.float16]:
    """(S, D) unit vectors of the index's passages."""
    texts = [
        index.portion_texts[portion][start:end]
        for portion, start, end in zip(
            index.passage_portion.tolist(), index.passage_start.tolist(), index.passage_end.tolist(), strict=True
        )
    ]
    place = folder / f"{_NAME}-{model.mark[:32]}"
    known = _kept(place, model.mark, key)
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    if missing:
        known.update(zip(missing, model.embed(missing).astype(np.float16), strict=True))
        _keep(place, model.mark, key, {text: known[text] for text in texts})
    if not texts:
        return model.embed([]).astype(np.float16)
    return np.stack([known[text] for text in texts])


def _kept(place: Path, mark: str, key: bytes) -> dict[str, NDArray[np.float16]]:
    with suppress(OSError, ValueError, KeyError, EOFError):
        sealed = json.loads((place / "seal.json").read_text(encoding="utf-8"))["seal"]
        if same_seal(sealed, view_seal(key, _NAME, _content(place, mark))):
            texts = json.loads((place / "texts.json").read_text(encoding="utf-8"))
            return dict(zip(texts, np.load(place / "vectors.npy", allow_pickle=False), strict=True))
    return {}


def _keep(place: Path, mark: str, key: bytes, vectors: dict[str, NDArray[np.float16]]) -> None:
    try:
        place.mkdir(parents=True, exist_ok=True)
        np.save(place / "vectors.npy", np.stack(list(vectors.values())), allow_pickle=False)
        (place / "texts.json").write_text(json.dumps(list(vectors), ensure_ascii=False), encoding="utf-8")
        seal = view_seal(key, _NAME, _content(place, mark))
        (place / "seal.json").write_text(json.dumps({"seal": seal}), encoding="utf-8")
    except OSError as error:
        raise CouldNot(
            f"the sentence vectors could not be written ({error.strerror})",
            where=str(place),
            remedy="Free some space or make the folder writable, then try again",
        ) from None


def _content(place: Path, mark: str) -> dict[str, object]:
    return {"model": mark, "files": {name: digest(place / name) for name in ("vectors.npy", "texts.json")}}
