"""How well articles find their products: Tearline beside simple methods, in one run.

`PYTHONPATH=src python benchmarks/matching.py` prints the tables of docs/matching.md. What is learnt is learnt on
the other sources each time (five folds over products, never over articles); the simple methods learn nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import bm25s
import numpy as np

from matching_data import Articles, check_covid, insciout
from tearline.matching import matcher
from tearline.matching.candidates import shortlist
from tearline.matching.comparison import compare
from tearline.matching.features import measures
from tearline.matching.model import Weights, probability, shipped_weights
from tearline.matching.portions import pair_measures
from tearline.matching.reading import Vocabulary, read
from tearline.matching.sources import ranked
from tearline.records.products import Product
from tearline.text.embeddings import embed
from tearline.text.sentences import pieces_of_text
from tearline.text.tokens import tokenise
from tearline.views.passages import build_index
from train_matching import (
    RIDGE_ORDER,
    RIDGE_PORTION,
    RIDGE_PRODUCT,
    Example,
    examples,
    fit,
    fit_order,
    floors_of,
    pair_rows,
    portion_rows,
    rows_of,
    small_registers,
)

FOLDS = 5
logging.disable(logging.DEBUG)  # bm25s speaks of every step
Scores = np.ndarray  # (articles, products)


def folds_of(data: Articles, seed: int = 0) -> dict[str, int]:
    sources = sorted({data.truth[one.id] for one in data.disclosures})
    np.random.default_rng(seed).shuffle(sources)
    return {source: at % FOLDS for at, source in enumerate(sources)}


def auc(positive: np.ndarray, negative: np.ndarray) -> float:
    both = np.concatenate([positive, negative])
    _, inverse, counts = np.unique(both, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    ranks = middle[inverse][: len(positive)].sum()
    return float((ranks - len(positive) * (len(positive) + 1) / 2) / (len(positive) * len(negative)))


def tpr(positive: np.ndarray, negative: np.ndarray, share: float = 0.01) -> float:
    """The share of `positive` above all but `share` of `negative`."""
    allowed = int(share * len(negative))
    return float((positive > np.sort(negative)[::-1][allowed]).mean())


def ece(probability: np.ndarray, true: np.ndarray, bins: int = 10) -> float:
    place = np.minimum((probability * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(probability[place == one].mean() - true[place == one].mean()) * (place == one).mean()
            for one in range(bins)
            if (place == one).any()
        )
    )


def words(text: str) -> list[str]:
    return list(tokenise(text).terms)


def grams(text: str, size: int = 5) -> set[tuple[str, ...]]:
    forms = tokenise(text).forms
    return {tuple(forms[at : at + size]) for at in range(len(forms) - size + 1)}


def whole(product: Product) -> str:
    return "\n".join(portion.text for portion in product.portions)


def bm25(texts: list[str], queries: list[list[str]]) -> np.ndarray:
    """(queries, texts) BM25 scores."""
    retriever = bm25s.BM25()
    corpus = [words(text) or ["-"] for text in texts]
    retriever.index(corpus, show_progress=False)
    known = set(retriever.vocab_dict)
    out = np.zeros((len(queries), len(texts)), dtype=np.float32)
    for row, query in enumerate(queries):
        asked = [word for word in query if word in known]
        if asked:
            out[row] = retriever.get_scores(asked)
    return out


def cut(products: list[Product]) -> tuple[list[str], np.ndarray]:
    """All products' passages, and where each product's begin."""
    texts, starts = [], [0]
    for product in products:
        for portion in product.portions:
            texts += [portion.text[low:high] for low, high in pieces_of_text(portion.text)]
        starts.append(len(texts))
    return texts, np.asarray(starts)


def simple_methods(data: Articles) -> dict[str, Callable[[], Scores]]:
    texts = [one.text for one in data.disclosures]
    documents = [whole(product) for product in data.products]
    parts, starts = cut(data.products)
    article_parts = [[text[low:high] for low, high in pieces_of_text(text)] for text in texts]

    def passages() -> Scores:
        rows = []
        flat = [words(part) for one in article_parts for part in one]
        scores = np.maximum.reduceat(bm25(parts, flat), starts[:-1], axis=1)
        low = 0
        for one in article_parts:
            rows.append(scores[low : low + len(one)].sum(axis=0))
            low += len(one)
        return np.stack(rows)

    def containment() -> Scores:
        held = [grams(text) for text in documents]
        return np.asarray([[len(asked & one) / max(len(asked), 1) for one in held] for asked in map(grams, texts)])

    def vectors() -> Scores:
        held = embed(parts)
        rows = []
        for one in article_parts:
            best = np.maximum.reduceat(embed(one) @ held.T, starts[:-1], axis=1)
            rows.append(np.sort(best, axis=0)[::-1][:5].mean(axis=0))
        return np.stack(rows)

    return {
        "BM25, whole documents": lambda: bm25(documents, [words(text) for text in texts]),
        "BM25, passages": passages,
        "five-word runs contained": containment,
        "word vectors alone": vectors,
    }


def report(
    name: str, rank: np.ndarray, here: np.ndarray, away: np.ndarray, masks: dict[str, np.ndarray], seconds: float
) -> None:
    sure, retold, clean = masks["confirmed"], masks["no run"], masks["clean"]
    print(
        f"| {name} | {(rank[sure] == 0).mean():.3f} | {(rank[sure] < 10).mean():.3f} "
        f"| {(rank[sure & retold] == 0).mean():.3f} | {auc(here[sure], away[sure]):.3f} / {auc(here, away):.3f} "
        f"| {tpr(here[sure], away[sure]):.2f} / {tpr(here, away):.2f} "
        f"/ {tpr(here[sure & clean], away[sure & clean]):.2f} "
        f"| {len(rank) / seconds:.0f} |",
        flush=True,
    )


def of_scores(scores: Scores, source: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rank of the true source, the best score with it and without it."""
    rows = np.arange(len(source))
    true = scores[rows, source]
    rank = (scores > true[:, None]).sum(axis=1)
    without = scores.copy()
    without[rows, source] = -np.inf
    return rank, scores.max(axis=1), without.max(axis=1)


def ours(data: Articles, full: list[Example], small: list[Example]) -> tuple[np.ndarray, ...]:
    """Source-wise cross-validated rank, best log odds with and without the source; every probability; and those of
    small registers."""
    fold = folds_of(data)
    sure = set(data.confirmed)
    floors = floors_of([one for one in full if one.article in sure])
    place = {one.id: at for at, one in enumerate(data.disclosures)}
    rank = np.full(len(place), 999)
    here, away = np.zeros(len(place)), np.zeros(len(place))
    every: list[tuple[np.ndarray, np.ndarray]] = []
    few: list[tuple[float, bool]] = []
    for at in range(FOLDS):
        taught = [one for one in full if fold[one.source] != at and one.article in sure]
        order = fit_order(taught, RIDGE_ORDER)
        taught += [one for one in small if fold[one.source] != at]
        weights = Weights(floors, order, fit(*rows_of(taught, floors), RIDGE_PRODUCT), order)
        for one in (each for each in full if fold[each.source] == at):
            slots, odds = ranked(one.measured, weights, one.eligible)
            row = place[one.article]
            if one.true.any():
                rank[row] = int(np.flatnonzero(one.true[slots])[0])
            (here if one.present else away)[row] = odds[slots[0]]
            if one.article in sure:
                every.append((probability(odds), one.true))
        for one in (each for each in small if fold[each.source] == at):
            slots, odds = ranked(one.measured, weights, one.eligible)
            few.append((float(odds[slots[0]]), bool(one.true[slots[0]])))
    return (
        rank,
        here,
        away,
        np.concatenate([chance for chance, _ in every]),
        np.concatenate([true for _, true in every]),
        np.asarray([odds for odds, _ in few]),
        np.asarray([true for _, true in few]),
    )


def articles() -> None:
    data = insciout()
    number = {product.id: at for at, product in enumerate(data.products)}
    source = np.asarray([number[data.truth[one.id]] for one in data.disclosures])
    held = [grams(whole(product)) for product in data.products]
    labels: dict[str, set[str]] = {}
    for one in data.disclosures:
        labels.setdefault("".join(words(one.text))[:300], set()).add(data.truth[one.id])
    masks = {
        "confirmed": np.asarray([one.id in data.confirmed for one in data.disclosures]),
        "no run": np.asarray(
            [not grams(one.text) & held[at] for one, at in zip(data.disclosures, source, strict=True)]
        ),
        "clean": np.asarray([len(labels["".join(words(one.text))[:300]]) == 1 for one in data.disclosures]),
    }
    print(
        f"insciout: {len(data.products)} releases, {len(source)} articles, {masks['confirmed'].sum()} confirmed, "
        f"{(masks['confirmed'] & masks['no run']).sum()} of them without a common five-word run, "
        f"{(~masks['clean']).sum()} whose very text is attributed to two releases"
    )
    print(
        "| method | R@1 | R@10 | R@1, no common run | AUC confirmed / all "
        "| TPR at 1 % FPR confirmed / all / clean | articles/s |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, method in simple_methods(data).items():
        began = time.perf_counter()
        scores = method()
        report(name, *of_scores(scores, source), masks, time.perf_counter() - began)
    index = build_index(data.products)
    full = examples(data, index, list(range(len(data.disclosures))), withhold=True)
    small = small_registers(data)
    rank, here, away, chances, truths, few, few_true = ours(data, full, small)
    ready = matcher(index)
    began = time.perf_counter()
    for one in data.disclosures:
        ready.match(one)
    report("Tearline", rank, here, away, masks, time.perf_counter() - began)
    print(f"calibration (ECE) of product probability, every candidate: {ece(chances, truths):.4f}")
    first = 1 / (1 + np.exp(-np.concatenate([here, away])))
    right = np.concatenate([rank == 0, np.zeros(len(rank), dtype=bool)])
    print(
        f"registers of 1 to 60 products: {len(few)} texts, {few_true.sum()} with their source; "
        f"AUC {auc(few[few_true], few[~few_true]):.3f}, ECE {ece(probability(few), few_true):.4f}"
    )
    sure = np.concatenate([masks["confirmed"]] * 2)
    print(f"calibration (ECE) of the best product's probability: {ece(first[sure], right[sure]):.4f}")
    for low in np.arange(0.0, 1.0, 0.2):
        inside = sure & (first >= low) & (first < low + 0.2001)
        print(f"  said {low:.1f} to {low + 0.2:.1f}: {inside.sum()} times, right {right[inside].mean():.2f}")
    statements(data, index)


def statements(data: Articles, index: object) -> None:
    """The sentence of the release that a news sentence restates, among the release's passages."""
    pairs = pair_rows(data, index)
    fold = folds_of(data)
    hits = {"Tearline": [], "words alone": [], "meaning alone": []}
    for at in range(FOLDS):
        model = fit(*portion_rows([pair for pair in pairs if fold.get(pair[0], 0) != at]), RIDGE_PORTION)
        for _, measured, labels, _ in (pair for pair in pairs if fold.get(pair[0], 0) == at):
            for name, score in (
                ("Tearline", model.log_odds(measured)),
                ("words alone", measured[:, 0]),
                ("meaning alone", measured[:, 4]),
            ):
                order = np.argsort(-score, kind="stable")
                hits[name].append((labels[order[0]], labels[order[:3]].any()))
    print(f"statements: {len(pairs)}; right sentence P@1 / hit@3")
    for name, found in hits.items():
        print(f"  {name}: {np.mean([one for one, _ in found]):.3f} / {np.mean([three for _, three in found]):.3f}")


def claims() -> None:
    """check-covid, with the shipped weights: the right abstract of all, and the right sentence within it."""
    products, asked = check_covid()
    index = build_index(products)
    vocabulary = Vocabulary.of(index)
    weights = shipped_weights()
    number = {product: at for at, product in enumerate(index.product_ids)}
    everyone = np.ones(index.products, dtype=bool)
    found = {"source": [], "document": [], "evidence": [], "words": []}
    for claim in asked:
        reading = read(claim["claim"], vocabulary)
        true = number[claim["cord_id"]]
        short = shortlist(reading, index, everyone)
        comparison = compare(reading, index, short)
        measured, _ = measures(comparison)
        slots, _ = ranked(measured, weights, short.eligible)
        found["source"].append(short.products[slots[0]] == true)
        found["document"].append(short.products[0] == true)
        alone = np.zeros(index.products, dtype=bool)
        alone[true] = True
        comparison = compare(reading, index, shortlist(reading, index, alone))
        _, runs = measures(comparison)
        pairs = pair_measures(comparison, 0, runs[0]).max(axis=0)
        sentence = weights.portion.log_odds(pairs)
        right = {f"{claim['cord_id']}#{one['sent_index']}" for one in claim["evidence_set"]}
        names = [index.portion_ids[portion] for portion in index.passage_portion[comparison.rows]]
        abstract = [at for at, name in enumerate(names) if not name.endswith("#title")]
        found["evidence"].append(names[max(abstract, key=lambda at: sentence[at])] in right)
        found["words"].append(names[max(abstract, key=lambda at: pairs[at, 0])] in right)
    print(
        f"check-covid: {len(asked)} claims; source R@1 {np.mean(found['source']):.3f} "
        f"(document BM25 {np.mean(found['document']):.3f}); "
        f"evidence P@1 {np.mean(found['evidence']):.3f} (words alone {np.mean(found['words']):.3f})"
    )


if __name__ == "__main__":
    articles()
    claims()
