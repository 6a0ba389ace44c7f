"""A sentence model in the workspace: one is made here, small and with knowledge of a dozen words of two
languages."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace

from tearline.matching import matcher
from tearline.matching.bilingual import Sentences
from tearline.records.errors import BadInput
from tearline.records.products import Disclosure, Portion, Product
from tearline.records.times import EPOCH, parse_interval
from tearline.text.sentence_model import SentenceModel, find_model
from tearline.views.passages import build_index
from tearline.views.sentence_vectors import sentence_vectors

onnx = pytest.importorskip("onnx", reason="making a model needs the package onnx (extra dev)")
pytest.importorskip("onnxruntime", reason="running a model needs the extra `model`")

SAME = [
    ("wheat", "blé"), ("harvest", "récolte"), ("flooded", "inondée"), ("granary", "grenier"), ("burned", "brûlé"),
    ("farmers", "paysans"), ("hungry", "affamés"), ("winter", "hiver"), ("bridge", "pont"), ("collapsed",
    "effondré"),
]  # fmt: skip
KEY = b"k" * 32


def make_model(folder: Path, *, inputs: tuple[str, ...] = ("input_ids", "attention_mask")) -> Path:
    """A vector a word from a table (one and the same for the two words of a pair), averaged by whoever loads
    it."""
    words = {"[UNK]": 0} | {word: at for at, word in enumerate((w for pair in SAME for w in pair), start=1)}
    table = np.zeros((len(words), 16), dtype=np.float32)
    rng = np.random.default_rng(1)
    for pair in SAME:
        table[[words[pair[0]], words[pair[1]]]] = rng.normal(size=16)
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), Whitespace()
    place = folder / "small"
    place.mkdir(parents=True)
    tokenizer.save(str(place / "tokenizer.json"))
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Gather", ["table", inputs[0]], ["vectors"])],
        "small",
        [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT64, ["batch", "words"]) for name in inputs],
        [onnx.helper.make_tensor_value_info("vectors", onnx.TensorProto.FLOAT, ["batch", "words", 16])],
        [onnx.numpy_helper.from_array(table, "table")],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(place / "model.onnx"))
    return place


@pytest.fixture
def model(tmp_path: Path) -> SentenceModel:
    make_model(tmp_path / "models")
    found = find_model(tmp_path / "models")
    assert found is not None
    return found


def test_without_a_model_there_is_none(tmp_path: Path) -> None:
    assert find_model(tmp_path / "models") is None


def test_sentences_of_two_languages_that_mean_the_same_are_near(model: SentenceModel) -> None:
    one, other, third = model.embed(
        ["The wheat harvest flooded", "La récolte de blé inondée", "The bridge collapsed"]
    )
    assert np.linalg.norm(one) == pytest.approx(1.0, abs=1e-5)
    assert one @ other > 0.99
    assert one @ third < 0.8
    assert model.embed([]).shape == (0, 16)
    assert model.embed([""]).shape == (1, 16)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    place = make_model(tmp_path / "models", inputs=("words", "attention_mask"))
    with pytest.raises(BadInput, match=r"not a sentence model's"):
        find_model(tmp_path / "models")
    (place / "model.onnx").write_bytes(b"\x00junk")
    with pytest.raises(BadInput, match="not a sentence model that can be used"):
        find_model(tmp_path / "models")
    (place / "tokenizer.json").unlink()
    with pytest.raises(BadInput, match="not a sentence model that can be used"):
        find_model(tmp_path / "models")


def test_two_models_are_one_too_many(tmp_path: Path) -> None:
    place = make_model(tmp_path / "models")
    (tmp_path / "models" / "other").mkdir()
    (tmp_path / "models" / "other" / "model.onnx").write_bytes((place / "model.onnx").read_bytes())
    with pytest.raises(BadInput, match="2 sentence models"):
        find_model(tmp_path / "models")


def products() -> list[Product]:
    def one(name: str, *texts: str) -> Product:
        return Product(
            name, "", "O", EPOCH, "S", tuple(Portion(f"{name}#{at}", "S", t) for at, t in enumerate(texts))
        )

    return [
        one(
            "A",
            "The wheat harvest was flooded in the lower fields.",
            "The granary burned and the farmers are hungry.",
        ),
        one("B", "The bridge collapsed in the winter and the road is closed.", "Lorries take the long way round."),
        one(
            "C",
            "The ministry has not paid its clerks for the month of June.",
            "They intend to go to court over it.",
        ),
    ]


def test_vectors_are_kept_and_only_new_passages_are_worked_out(model: SentenceModel, tmp_path: Path) -> None:
    index = build_index(products()[:2])
    first = sentence_vectors(index, model, tmp_path / "views", KEY)
    assert first.shape == (4, 16)
    asked: list[int] = []

    class Counting:
        mark = model.mark

        def embed(self, texts: list[str]) -> np.ndarray:
            asked.append(len(texts))
            return model.embed(texts)

    grown = build_index(products())
    again = sentence_vectors(grown, Counting(), tmp_path / "views", KEY)  # type: ignore[arg-type]
    assert asked == [2]
    assert np.array_equal(again[:4], first)
    kept = next((tmp_path / "views").glob("sentences-*")) / "texts.json"
    kept.write_text(json.dumps(["forged"] * 6), encoding="utf-8")
    sentence_vectors(grown, Counting(), tmp_path / "views", KEY)  # type: ignore[arg-type]
    assert asked == [2, 6]


def test_a_translation_without_a_name_or_number_is_found_with_a_model_only(model: SentenceModel) -> None:
    text = "La récolte de blé est inondée dans la vallée.\nLe grenier a brûlé, et les paysans sont affamés."
    index = build_index(products())
    item = Disclosure("D1", text, published_at=parse_interval("2026-04-02"))
    without = matcher(index).match(item)
    register = model.embed([
        index.portion_texts[p][a:b]
        for p, a, b in zip(index.passage_portion, index.passage_start, index.passage_end, strict=True)
    ]).astype(np.float16)  # fmt: skip
    found = matcher(index, (), Sentences(model, register)).match(item)
    held = {one.product: one.log_odds for one in found.products}
    assert found.products[0].product == "A"
    assert held["A"] > {one.product: one.log_odds for one in without.products}["A"] + 1.0
    assert found.passages[0].candidates[0].portion == "A#0"
    assert any("sentence model small took part" in note for note in found.notes)
    assert not any("sentence model" in note for note in without.notes)
