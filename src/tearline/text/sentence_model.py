"""A multilingual sentence model that the administrator has put into the workspace: `models/NAME/model.onnx` with
its `tokenizer.json`. Nothing is fetched, and without one everything works but reading French against English by
meaning.

Any transformer exported to ONNX serves whose inputs are `input_ids` and `attention_mask` (and `token_type_ids`,
if it has them) and whose first output is a vector a token, averaged here over the sentence, or a vector a
sentence.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from tearline.records.errors import BadInput, CouldNot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_LONGEST = 128  # pieces of a sentence
_BATCH = 32
_NEEDED, _KNOWN = {"input_ids", "attention_mask"}, {"input_ids", "attention_mask", "token_type_ids"}


@dataclass(frozen=True, slots=True, eq=False)
class SentenceModel:
    """`name` is its folder's; `mark` the SHA-256 of its files, so that vectors of one model are never taken for
    another's."""

    name: str
    mark: str
    session: Any
    tokenizer: Any
    inputs: frozenset[str]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of `texts`, shape (len(texts), D)."""
        parts = [self._batch(texts[low : low + _BATCH]) for low in range(0, len(texts), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, self._batch([""]).shape[1]), dtype=np.float32)

    def _batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encoded = self.tokenizer.encode_batch([text or " " for text in texts])
        width = max(1, *(len(one.ids) for one in encoded))
        ids = np.zeros((len(encoded), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, one in enumerate(encoded):
            ids[row, : len(one.ids)] = one.ids
            mask[row, : len(one.ids)] = one.attention_mask
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        out = np.asarray(self.session.run(None, {name: given[name] for name in self.inputs})[0], dtype=np.float32)
        if out.ndim == 3:
            out = (out * mask[:, :, None]).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)[:, None]
        return np.asarray(out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def find_model(folder: Path) -> SentenceModel | None:
    """The model in `folder` (the workspace's `models/`); None where there is none.

    Raises BadInput where it is not a model that can be used, or there are several; CouldNot where the part that
    runs it is not installed.
    """
    found = sorted(folder.glob("*/model.onnx"))
    if not found:
        return None
    if len(found) > 1:
        raise BadInput(
            f"{len(found)} sentence models are in the workspace", where=str(folder), remedy="Leave one of them"
        )
    if find_spec("onnxruntime") is None:
        raise CouldNot(
            "a sentence model is in the workspace, and what runs it is not installed",
            where=str(found[0]),
            remedy="Install tearline with its extra `model`, or take the model away",
        )
    return _load(found[0])


def _load(path: Path) -> SentenceModel:
    import onnxruntime  # noqa: PLC0415 - an optional extra, needed only where a model is there

    try:
        words = path.with_name("tokenizer.json").read_bytes()
        tokenizer = Tokenizer.from_str(words.decode("utf-8"))
        tokenizer.enable_truncation(_LONGEST)
        tokenizer.no_padding()
        mark = hashlib.sha256(words)
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                mark.update(block)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        inputs = frozenset(one.name for one in session.get_inputs())
        model = SentenceModel(path.parent.name, mark.hexdigest(), session, tokenizer, inputs)
        shape = model.embed(["."]).shape if _NEEDED <= inputs <= _KNOWN else ()
    except Exception as fault:  # the runtime and the tokeniser raise types of their own
        raise BadInput(
            f"not a sentence model that can be used ({type(fault).__name__})", where=str(path), remedy=_REMEDY
        ) from fault
    if len(shape) != 2:
        raise BadInput("the model's inputs or outputs are not a sentence model's", where=str(path), remedy=_REMEDY)
    return model


_REMEDY = "Put model.onnx and tokenizer.json of a sentence-transformers export there, or take the folder away"
