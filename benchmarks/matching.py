"""How well articles find their products: Tearline beside simple methods, in one run.

`PYTHONPATH=src python benchmarks/matching.py` prints the tables of docs/matching.md. What is learnt is learnt on
the other sources each time (five folds over products, never over articles); the simple methods learn nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

import bm25s
import numpy as np

from matching_data import Articles, check_covid, insciout
from tearline.matching import matcher
from tearline.matching.model import Weights, probability, shipped_weights
from tearline.matching.public import public_record
from tearline.matching.reading import Vocabulary, read
from tearline.matching.sources import nearest, ranked
from tearline.records.products import Product
from tearline.records.times import parse_interval
from tearline.text.embeddings import embed
from tearline.text.sentences import pieces_of_text
from tearline.text.tokens import tokenise
from tearline.views.passages import PassageIndex, build_index
from train_matching import (
    Example,
    claim_rows,
    examples,
    fit_portion,
    fit_product,
    floors_of,
    pair_rows,
    taught_beside,
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
        weights = learnt(full, small, floors, {source for source, place in fold.items() if place != at}, sure)
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


def learnt(
    full: list[Example], small: list[Example], floors: np.ndarray, sources: set[str], sure: set[str]
) -> Weights:
    """The weights that only the articles of `sources` teach."""
    taught = [one for one in full if one.source in sources and one.article in sure]
    order, product, ceiling = fit_product(taught + [one for one in small if one.source in sources], taught, floors)
    return Weights(floors, order, product, ceiling, order)


def two_sources(data: Articles, index: PassageIndex, full: list[Example], small: list[Example]) -> None:
    """Made-up articles from half of one article each of two sources: one half after the other, and interleaved."""
    fold, rng = folds_of(data), np.random.default_rng(3)
    sure = set(data.confirmed)
    floors = floors_of([one for one in full if one.article in sure])
    vocabulary = Vocabulary.of(index)
    place = {product: at for at, product in enumerate(index.product_ids)}
    everyone = np.ones(index.products, dtype=bool)
    listed = [one for one in data.disclosures if one.id in sure]
    weights = [
        learnt(full, small, floors, {source for source, where in fold.items() if where != at}, sure)
        for at in range(FOLDS)
    ]

    def found(text: str, fold_of: int) -> dict[int, float]:
        near = nearest(read(text, vocabulary), index, everyone, weights[fold_of])
        return dict(zip(near.short.products.tolist(), probability(near.log_odds).tolist(), strict=True))

    rows: dict[str, list[tuple[bool, bool, bool]]] = {"alone": [], "one after the other": [], "interleaved": []}
    while len(rows["alone"]) < 150:
        one, other = (listed[at] for at in rng.choice(len(listed), 2, replace=False))
        sources = [data.truth[each.id] for each in (one, other)]
        if sources[0] == sources[1] or fold[sources[0]] != fold[sources[1]]:
            continue
        halves = []
        for each in (one, other):
            parts = [each.text[low:high] for low, high in pieces_of_text(each.text)]
            halves.append(parts[: max(len(parts) // 2, 1)])
        longest = max(map(len, halves))
        mixed = [part for at in range(0, longest, 2) for half in halves for part in half[at : at + 2]]
        true = [place[source] for source in sources]
        by_itself = [
            found("\n".join(half), fold[sources[0]]).get(each, 0.0)
            for half, each in zip(halves, true, strict=True)
        ]
        rows["alone"].append((min(by_itself) >= 0.4, min(by_itself) >= 0.75, False))
        for name, parts in (("one after the other", halves[0] + halves[1]), ("interleaved", mixed)):
            said = found("\n".join(parts), fold[sources[0]])
            least = min(said.get(each, 0.0) for each in true)
            wrong = any(chance >= 0.75 for each, chance in said.items() if each not in true)
            rows[name].append((least >= 0.4, least >= 0.75, wrong))
    print("two sources: both at 0.4 / both at 0.75 / another at 0.75")
    for name, hits in rows.items():
        print(f"  {name}: " + " / ".join(f"{share:.2f}" for share in np.mean(hits, axis=0)))
    wrong = [
        sum(
            chance >= 0.75
            for each, chance in found(one.text, fold[data.truth[one.id]]).items()
            if each != place[data.truth[one.id]]
        )
        > 0
        for one in listed
    ]
    print(f"  articles of one source with another at 0.75: {np.mean(wrong):.3f}")


def already_public(data: Articles, index: PassageIndex) -> None:
    """Other articles as earlier reporting: of other sources (nothing should be marked), and of the same."""
    rng = np.random.default_rng(1)
    now, before = parse_interval("2020-01-05"), parse_interval("2020-01-01")
    listed = [one for one in data.disclosures if one.id in data.confirmed]
    chosen = [listed[at] for at in rng.choice(len(listed), 120, replace=False)]
    ready = matcher(index)
    for same in (False, True):
        seen = marked = 0
        for one in chosen:
            pool = [
                replace(other, published_at=before)
                for other in data.disclosures
                if (data.truth[other.id] == data.truth[one.id]) == same and other.text[:300] != one.text[:300]
            ]
            pool = [pool[at] for at in rng.choice(len(pool), min(40, len(pool)), replace=False)] if pool else []
            if not pool:
                continue
            answer = replace(ready, public=public_record(pool)).match(replace(one, published_at=now))
            likely = [each.candidates[0] for each in answer.passages if each.probability > 0.3]
            seen += len(likely)
            marked += sum(bool(each.already_public) for each in likely)
        print(f"already public, earlier articles of {'the same source' if same else 'others'}: {marked} of {seen}")


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
    small = taught_beside(data, index)
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
    two_sources(data, index, full, small)
    already_public(data, index)
    portions(data, index)


def portions(data: Articles, index: PassageIndex) -> None:
    """The sentence that a news sentence restates, and the sentence of an abstract that bears on a claim."""
    restated, claimed = pair_rows(data, index), claim_rows(*check_covid())
    fold = folds_of(data)
    methods = ("Tearline", "words alone", "meaning alone")
    hits: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    for at in range(FOLDS + 1):  # the last has learnt on all statements and is asked about the claims
        model = fit_portion([pair for pair in restated if fold.get(pair[0], 0) != at])
        name = "statements" if at < FOLDS else "check-covid evidence"
        asked = [pair for pair in restated if fold.get(pair[0], 0) == at] if at < FOLDS else claimed
        for _, measured, labels, _ in asked:
            scores = (model.log_odds(measured), measured[:, 0], measured[:, 4])
            for method, score in zip(methods, scores, strict=True):
                order = np.argsort(-score, kind="stable")
                hits.setdefault((name, method), []).append((labels[order[0]], labels[order[:3]].any()))
    for (name, method), found in hits.items():
        one, three = np.mean(found, axis=0)
        print(f"{name}, {method}: {len(found)}; P@1 {one:.3f}, hit@3 {three:.3f}")


def claims() -> None:
    """check-covid: the right abstract of all, with the shipped product weights (learnt on insciout alone)."""
    products, asked = check_covid()
    index = build_index(products)
    vocabulary = Vocabulary.of(index)
    weights = shipped_weights()
    everyone = np.ones(index.products, dtype=bool)
    found = {"source": [], "document": []}
    for claim in asked:
        near = nearest(read(claim["claim"], vocabulary), index, everyone, weights)
        true = index.product_ids.index(claim["cord_id"])
        found["source"].append(near.short.products[near.order[0]] == true)
        found["document"].append(near.short.products[0] == true)
    print(
        f"check-covid: {len(asked)} claims; source R@1 {np.mean(found['source']):.3f} "
        f"(document BM25 {np.mean(found['document']):.3f})"
    )


if __name__ == "__main__":
    articles()
    claims()
