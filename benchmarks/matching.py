"""How well articles find their products: Tearline beside simple methods, in one run.

`PYTHONPATH=src python benchmarks/matching.py` prints the tables of docs/matching.md. What is learnt is learnt on
the other sources each time (five folds over products, never over articles); the simple methods learn nothing.
"""

from __future__ import annotations

import csv
import logging
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from matching_baselines import Scores, bm25, grams, simple_methods, whole, words
from matching_data import DATA, Articles, check_covid, insciout
from tearline.matching import matcher
from tearline.matching.model import Weights, probability, shipped_weights
from tearline.matching.public import public_record
from tearline.matching.reading import Vocabulary, read
from tearline.matching.sources import nearest, ranked
from tearline.records.times import parse_interval
from tearline.text.embeddings import embed
from tearline.text.sentences import pieces_of_text
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


def siblings(data: Articles, index: PassageIndex) -> dict[str, list[str]]:
    """For each release those that its own text, read as an article with itself withheld, is probably drawn from
    (0.75, either way): other bodies' releases on the same study. The weights know neither of them as an
    article."""
    vocabulary, weights = Vocabulary.of(index), shipped_weights()
    found: dict[str, list[str]] = {name: [] for name in index.product_ids}
    for at, product in enumerate(data.products):
        eligible = np.ones(index.products, dtype=bool)
        eligible[at] = False
        near = nearest(read(whole(product), vocabulary), index, eligible, weights)
        for slot, number in enumerate(near.short.products.tolist()):
            if probability(near.log_odds[slot]) >= 0.75:
                found[product.id].append(index.product_ids[number])
                found[index.product_ids[number]].append(product.id)
    return found


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
    kin = siblings(data, index)
    alone = np.asarray([not kin[data.truth[one.id]] for one in data.disclosures])
    kept = masks["confirmed"] & masks["clean"]
    print(
        f"with the source withheld, and texts left out there whose source has a registered sibling "
        f"({(kept & ~alone).sum()} of {kept.sum()}): AUC {auc(here[kept], away[kept & alone]):.3f}, "
        f"TPR {tpr(here[kept], away[kept & alone]):.2f}"
    )
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
    draw_reliability(first[sure], right[sure], PICTURE)
    two_sources(data, index, full, small)
    already_public(data, index)
    portions(data, index)


PICTURE = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "reliability.svg"


def draw_reliability(said: np.ndarray, right: np.ndarray, file: Path, bins: int = 10) -> None:
    """What was said against how often it was right, a dot a tenth, its area by how often it was said."""
    place = np.minimum((said * bins).astype(int), bins - 1)
    size, left, low = 320, 46, 24
    marks = []
    for one in range(bins):
        inside = place == one
        if not inside.any():
            continue
        x, y, count = float(said[inside].mean()), float(right[inside].mean()), int(inside.sum())
        error = 1.96 * (y * (1 - y) / count) ** 0.5
        across, up = left + x * size, low + (1 - y) * size
        top, bottom = low + (1 - min(y + error, 1)) * size, low + (1 - max(y - error, 0)) * size
        marks.append(f'<path d="M{across:.1f} {top:.1f}V{bottom:.1f}" stroke="#0f6b6b" stroke-width="1.5"/>')
        marks.append(
            f'<circle cx="{across:.1f}" cy="{up:.1f}" r="{2 + count**0.5 / 4:.1f}" fill="#0f6b6b" '
            f'fill-opacity=".75"><title>said {x:.2f}, right {y:.2f}, {count} times</title></circle>'
        )
    ticks = "".join(
        f'<text x="{left - 8}" y="{low + (1 - at) * size + 4:.0f}" text-anchor="end">{at:.1f}</text>'
        f'<text x="{left + at * size:.0f}" y="{low + size + 18}" text-anchor="middle">{at:.1f}</text>'
        for at in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    )
    file.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size + 80} {size + 76}" width="{size + 80}" '
        'font-family="IBM Plex Sans, sans-serif" font-size="12" fill="#333" role="img">'
        "<title>Reliability of the best product&#8217;s probability</title>"
        f'<rect x="{left}" y="{low}" width="{size}" height="{size}" fill="none" stroke="#999"/>'
        f'<path d="M{left} {low + size}L{left + size} {low}" stroke="#999" stroke-dasharray="4 4"/>{ticks}'
        f'{"".join(marks)}<text x="{left + size / 2}" y="{low + size + 40}" text-anchor="middle">said</text>'
        f'<text x="14" y="{low + size / 2}" text-anchor="middle" transform="rotate(-90 14 {low + size / 2})">right'
        "</text></svg>\n",
        encoding="utf-8",
    )


def two_languages() -> None:
    """stsb-en-fr without a sentence model: how far the likeness of two sentences agrees with people's grades, and
    whether a French sentence finds its English one among all, by words of one root, names and numbers alone."""
    folder = DATA / "stsb-en-fr"
    rows = {}
    for name in ("en", "fr"):
        with (folder / f"stsb-{name}-dev.csv").open(encoding="utf-8", newline="") as file:
            rows[name] = list(csv.reader(file))
    grade = np.asarray([float(row[2]) for row in rows["en"]])
    one, two = ({name: embed([row[side] for row in rows[name]]) for name in rows} for side in (0, 1))
    for first, second in (("en", "en"), ("fr", "fr"), ("fr", "en")):
        print(f"stsb {first}-{second}: Spearman {spearman((one[first] * two[second]).sum(axis=1), grade):.3f}")
    found = bm25([row[0] for row in rows["en"]], [words(row[0]) for row in rows["fr"]])
    true = np.arange(len(grade))
    hit = (found.argmax(axis=1) == true) & (found.max(axis=1) > 0)
    print(
        f"stsb: of {len(true)} French sentences {np.mean(found.max(axis=1) == 0):.2f} share no word with any "
        f"English one; {hit.mean():.3f} find theirs first by shared words, "
        f"{((one['fr'] @ one['en'].T).argmax(axis=1) == true).mean():.3f} by word vectors"
    )


def spearman(one: np.ndarray, other: np.ndarray) -> float:
    ranks = [np.unique(values, return_inverse=True)[1].astype(float) for values in (one, other)]
    full = []
    for values in ranks:
        _, counts = np.unique(values, return_counts=True)
        middle = np.cumsum(counts) - (counts - 1) / 2
        full.append(middle[values.astype(int)])
    return float(np.corrcoef(*full)[0, 1])


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
    two_languages()
