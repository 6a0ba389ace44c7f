"""Learns the weights of matching again: `python benchmarks/train_matching.py` writes `weights.json`.

Each article is set against the register with its true source and without it, and against small registers drawn
at random, so that the probabilities hold for three products as for hundreds. Nothing of the data is kept but
the weights.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from matching_data import Articles, insciout
from tearline.matching.candidates import shortlist
from tearline.matching.comparison import compare
from tearline.matching.features import MEASURES, Measured, measures, with_rivals
from tearline.matching.model import Weights
from tearline.matching.portions import PAIR_MEASURES, pair_measures
from tearline.matching.reading import Vocabulary, read
from tearline.matching.rivals import all_rivals
from tearline.matching.sources import ABOVE_CEILING, ranked
from tearline.records.products import Product
from tearline.text.furniture import content_of
from tearline.text.sentences import pieces_of_text
from tearline.views.passages import PassageIndex, build_index

WEIGHTS = Path(__file__).resolve().parent.parent / "src" / "tearline" / "matching" / "weights.json"
SMALL_REGISTERS = (1, 2, 3, 5, 10, 25, 60)
RIDGE_ORDER, RIDGE_PRODUCT, RIDGE_CEILING, RIDGE_PORTION = 20.0, 2.0, 20.0, 1.0
TAUGHT = 15  # candidates of each register that the product models learn on; those further down teach nothing new


@dataclass(frozen=True, slots=True)
class Example:
    """One article against one register: measures (K, measures) of its candidates and which is true."""

    article: str
    source: str
    products: tuple[str, ...]
    measured: Measured
    true: np.ndarray
    eligible: int
    present: bool  # whether the source was registered (it may yet be missing from the shortlist)


@dataclass(frozen=True, slots=True)
class Model:
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    intercept: float

    def log_odds(self, rows: np.ndarray) -> np.ndarray:
        return (rows - self.mean) / self.scale @ self.weights + self.intercept


def fit(rows: np.ndarray, labels: np.ndarray, ridge: float, weight: np.ndarray | None = None) -> Model:
    """Logistic regression with a ridge penalty, by Newton's method."""
    mean, scale = rows.mean(0), np.maximum(rows.std(0), 1e-6)
    x = np.c_[(rows - mean) / scale, np.ones(len(rows))]
    sample = np.ones(len(rows)) if weight is None else weight
    beta = np.zeros(x.shape[1])
    penalty = np.r_[np.full(x.shape[1] - 1, ridge), 1e-9]
    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (sample * (labels - p)) - penalty * beta
        curvature = (x * (sample * np.maximum(p * (1 - p), 1e-9))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        beta += step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-9))
        if np.abs(step).max() < 1e-7:
            break
    return Model(mean, scale, beta[:-1], float(beta[-1]))


def fit_order(some: list[Example], ridge: float) -> Model:
    """Which product of a register is the source: a softmax over its candidates; no measure counts against one."""
    kept = [one for one in some if one.true.any() and len(one.true) > 1]
    every = np.concatenate([one.measured.values for one in kept])
    true, lengths = np.concatenate([one.true for one in kept]), np.asarray([len(one.true) for one in kept])
    return rising(lambda columns: fit_softmax(every[:, columns], true, lengths, ridge), every.shape[1])


def fit_softmax(every: np.ndarray, true: np.ndarray, lengths: np.ndarray, ridge: float) -> Model:
    """Conditional logistic regression (rows in runs of `lengths`, one of each run true), by Newton's method."""
    mean, scale = every.mean(0), np.maximum(every.std(0), 1e-6)
    x = (every - mean) / scale
    starts = np.cumsum(lengths) - lengths
    beta = np.zeros(x.shape[1])
    for _ in range(60):
        score = x @ beta
        p = np.exp(score - np.repeat(np.maximum.reduceat(score, starts), lengths))
        p /= np.repeat(np.add.reduceat(p, starts), lengths)
        means = np.add.reduceat(x * p[:, None], starts, axis=0)
        curvature = (x * p[:, None]).T @ x - means.T @ means + ridge * np.eye(len(beta))
        step = np.linalg.solve(curvature, x.T @ (true - p) - ridge * beta)
        beta += step * min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-9))
        if np.abs(step).max() < 1e-7:
            break
    return Model(mean, scale, beta, 0.0)


def examples(data: Articles, index: PassageIndex, articles: list[int], withhold: bool) -> list[Example]:
    """Each article against `index`; with `withhold` again without its true source."""
    vocabulary = Vocabulary.of(index)
    place = {product: at for at, product in enumerate(index.product_ids)}
    out = []
    for at in articles:
        disclosure = data.disclosures[at]
        source = data.truth[disclosure.id]
        reading = read(disclosure.text, vocabulary)
        eligible = np.ones(index.products, dtype=bool)
        for present in (True, False) if withhold else (True,):
            if not present:
                if source not in place or index.products == 1:
                    continue
                eligible[place[source]] = False
            short = shortlist(reading, index, eligible)
            measured = replace(measures(compare(reading, index, short)), runs=[])
            products = tuple(index.product_ids[number] for number in short.products)
            true = np.asarray([product == source for product in products])
            out.append(
                Example(
                    disclosure.id, source, products, measured, true, short.eligible, present and source in place
                )
            )
    return out


def sure_articles(data: Articles) -> list[int]:
    """The articles whose source a human coder confirmed; some of the others are wrong."""
    return [at for at, one in enumerate(data.disclosures) if one.id in data.confirmed]


def excerpted(data: Articles, seed: int) -> Articles:
    """Every article cut to three to eight passages in a row: much of what is published is a short item."""
    rng = np.random.default_rng(seed)
    cut = []
    for one in data.disclosures:
        passages = pieces_of_text(content_of(one.text).text)
        size = int(rng.integers(3, 9))
        first = int(rng.integers(0, max(len(passages) - size, 0) + 1))
        part = passages[first : first + size]
        cut.append(replace(one, text=one.text[part[0][0] : part[-1][1]] if part else one.text))
    return replace(data, disclosures=cut)


def taught_beside(data: Articles, index: PassageIndex) -> list[Example]:
    """What the product models learn beside whole articles: small registers, and excerpts against all registers."""
    short = excerpted(data, seed=11)
    return (
        small_registers(data, each=8)
        + small_registers(short, each=6, seed=8)
        + examples(short, index, sure_articles(data), withhold=True)
    )


def small_registers(data: Articles, each: int = 12, articles: int = 25, seed: int = 7) -> list[Example]:
    """Articles against registers of a few products; half the time their source is among them."""
    rng = np.random.default_rng(seed)
    by_source: dict[str, list[int]] = {}
    sure = sure_articles(data)
    for at in sure:
        by_source.setdefault(data.truth[data.disclosures[at].id], []).append(at)
    out = []
    for size in SMALL_REGISTERS:
        for _ in range(each):
            chosen = rng.choice(len(data.products), size, replace=False)
            index = build_index([data.products[at] for at in chosen])
            inside = [at for product in index.product_ids for at in by_source.get(product, [])]
            rng.shuffle(inside)
            outside = rng.choice(sure, articles // 2, replace=False).tolist()
            out.extend(examples(data, index, sorted({*inside[: articles // 2], *outside}), withhold=False))
    return out


def floors_of(full: list[Example]) -> np.ndarray:
    """What the best of the register reaches in each measure, its source withheld, in all but the lowest texts."""
    return np.quantile([one.measured.values.max(0) for one in full if not one.present], 0.05, axis=0)


def rows_of(some: list[Example], floors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the first TAUGHT candidates of each register, and of the true one, with their labels."""
    rows, labels = [], []
    for one in some:
        taught = one.true | (np.arange(len(one.true)) < TAUGHT)
        rows.append(with_rivals(one.measured.values, floors, one.eligible, one.measured.rivals)[taught])
        labels.append(one.true[taught])
    return np.concatenate(rows), np.concatenate(labels).astype(float)


def rising(learn: Callable[[np.ndarray], Model], columns: int, free: int = 0) -> Model:
    """The model that `learn` makes of the columns it is given (by number), none of whose weights is negative but
    those of the last `free` columns: what comes out most negative is left out, until nothing is."""
    kept = np.arange(columns)
    while True:
        model = learn(kept)
        below = np.flatnonzero((model.weights < 0) & (kept < columns - free))
        if not len(below):
            break
        worst = below[np.argsort(model.weights[below])][: max(len(below) // 2, 4)]
        kept = np.delete(kept, worst)
    whole = Model(np.zeros(columns), np.ones(columns), np.zeros(columns), model.intercept)
    whole.mean[kept], whole.scale[kept], whole.weights[kept] = model.mean, model.scale, model.weights
    return whole


def fit_ceiling(rows: np.ndarray, labels: np.ndarray) -> Model:
    """A product model in which no measure counts against a product, in small registers as in large ones."""
    half = (rows.shape[1] - 1) // 2
    large, small, few = rows[:, :half] - rows[:, half:-1], rows[:, half:-1], rows[:, -1:]
    apart = np.concatenate([large, small, few], axis=1)
    model = rising(lambda kept: fit(apart[:, kept], labels, RIDGE_CEILING), apart.shape[1], free=1)
    weights = model.weights / model.scale
    intercept = model.intercept - float(model.mean @ weights)
    joined = np.concatenate([weights[:half], weights[half:-1] - weights[:half], weights[-1:]])
    return Model(np.zeros(len(joined)), np.ones(len(joined)), joined, intercept)


def fit_product(
    some: list[Example], order: list[Example], floors: np.ndarray, inner: int = 3
) -> tuple[Model, Model, Model]:
    """The order model (learnt on `order`), the product model and its ceiling (on `some`).

    The product model's log odds of the best of forty are too high or too low as a whole, because it was learnt on
    many of them alike: a line through the log odds that it gives the best product of sources it has not seen
    (`inner` folds, whole articles) puts that right.
    """
    sources = sorted({one.source for one in some})
    np.random.default_rng(1).shuffle(sources)
    fold = {source: at % inner for at, source in enumerate(sources)}
    said, true = [], []
    for at in range(inner):
        ranks = fit_order([one for one in order if fold[one.source] != at], RIDGE_ORDER)
        taught = rows_of([one for one in some if fold[one.source] != at], floors)
        model, above = fit(*taught, RIDGE_PRODUCT), fit_ceiling(*taught)
        for one in (each for each in order if fold[each.source] == at):
            slots, odds = ranked(one.measured, Weights(floors, ranks, model, above, model), one.eligible)
            said.append(float(odds[slots[0]]))
            true.append(float(one.true[slots[0]]))
    line = fit(np.asarray(said)[:, None], np.asarray(true), 1e-3)
    slope = float(line.weights[0] / line.scale[0])
    taught = rows_of(some, floors)
    shift = line.intercept - slope * float(line.mean[0])
    product, above = (
        Model(model.mean, model.scale, slope * model.weights, slope * model.intercept + shift)
        for model in (fit(*taught, RIDGE_PRODUCT), fit_ceiling(*taught))
    )
    # The allowance above the ceiling is stretched by the same line.
    above = Model(above.mean, above.scale, above.weights, above.intercept + (slope - 1.0) * ABOVE_CEILING)
    return fit_order(order, RIDGE_ORDER), product, above


def pair_rows(data: Articles, index: PassageIndex) -> list[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    """For each statement: its source's id, measures of each passage of the source, labels, and portions."""
    vocabulary = Vocabulary.of(index)
    place = {product: at for at, product in enumerate(index.product_ids)}
    out = []
    for statement in data.statements:
        reading = read(" ".join(statement["news_main"].split()), vocabulary)
        number = place.get(statement["ref"])
        if number is None or not reading.passages:
            continue
        eligible = np.zeros(index.products, dtype=bool)
        eligible[number] = True
        comparison = compare(reading, index, shortlist(reading, index, eligible))
        runs = measures(comparison).runs[0]
        measured = pair_measures(comparison, 0, runs).max(axis=0)
        labels = np.asarray([_restated(index, int(row), statement["source_sentences"]) for row in comparison.rows])
        if labels.any():
            out.append((statement["ref"], measured, labels, index.passage_portion[comparison.rows]))
    return out


def claim_rows(
    products: list[Product], claims: list[dict[str, Any]]
) -> list[tuple[str, np.ndarray, np.ndarray, np.ndarray]]:
    """The same for each claim and the sentences of the abstract that bears on it (its title left out)."""
    index = build_index(products)
    vocabulary = Vocabulary.of(index)
    place = {product: at for at, product in enumerate(index.product_ids)}
    out = []
    for claim in claims:
        reading = read(claim["claim"], vocabulary)
        alone = np.zeros(index.products, dtype=bool)
        alone[place[claim["cord_id"]]] = True
        comparison = compare(reading, index, shortlist(reading, index, alone))
        runs = measures(comparison).runs[0]
        measured = pair_measures(comparison, 0, runs).max(axis=0)
        portions = index.passage_portion[comparison.rows]
        names = [index.portion_ids[portion] for portion in portions]
        right = {f"{claim['cord_id']}#{one['sent_index']}" for one in claim["evidence_set"]}
        sentence = np.asarray([not name.endswith("#title") for name in names])
        labels = np.asarray([name in right for name in names])[sentence]
        if labels.any():
            out.append((claim["cord_id"], measured[sentence], labels, portions[sentence]))
    return out


def without_source(measured: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The rows of the other portions, as they would be had the true one never been written."""
    rest = measured[~labels].copy()
    for value, lead in ((0, 3), (4, 5)):  # words and meaning, and by how much each leads the next
        rest[:, lead] = all_rivals(len(rest)).lead(rest[:, value])
    return rest


def _restated(index: PassageIndex, row: int, sentences: list[str]) -> bool:
    """Whether index passage `row` and one of the sentences are the same or one contains the other."""
    text = index.portion_texts[index.passage_portion[row]][index.passage_start[row] : index.passage_end[row]]
    return any(len(text) > 15 and (text in sentence or sentence in text) for sentence in sentences)


def portion_rows(pairs: list[tuple[str, np.ndarray, np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Every statement with its true portion, and again without it: then nothing is drawn on."""
    rows, labels = [], []
    for _, measured, true, _ in pairs:
        rest = without_source(measured, true)
        rows += [measured, rest]
        labels += [true.astype(float), np.zeros(len(rest))]
    return np.concatenate(rows), np.concatenate(labels)


def fit_portion(pairs: list[tuple[str, np.ndarray, np.ndarray, np.ndarray]]) -> Model:
    """The portion model; no measure counts against a portion."""
    rows, labels = portion_rows(pairs)
    return rising(lambda kept: fit(rows[:, kept], labels, RIDGE_PORTION), rows.shape[1])


def document(inputs: list[str], model: Model) -> dict[str, object]:
    return {
        "inputs": inputs,
        "mean": np.round(model.mean, 6).tolist(),
        "scale": np.round(model.scale, 6).tolist(),
        "weights": np.round(model.weights, 6).tolist(),
        "intercept": round(model.intercept, 6),
    }


def main() -> None:
    data = insciout()
    index = build_index(data.products)
    full = examples(data, index, sure_articles(data), withhold=True)
    write(data, index, full, taught_beside(data, index))


def write(data: Articles, index: PassageIndex, full: list[Example], small: list[Example]) -> None:
    """Learns on all of it and writes the weights; `full` are of the confirmed articles alone."""
    floors = floors_of(full)
    order, product, ceiling = fit_product(full + small, full, floors)
    portion = fit_portion(pair_rows(data, index))
    leads = [f"{name}, less the best rival's" for name in MEASURES]
    names = [*MEASURES, *leads]
    names += [*(f"{name}, in a small register" for name in names), "smallness of the register"]
    written = {
        "floors": np.round(floors, 6).tolist(),
        "order": document(list(MEASURES), order),
        "product": document(names, product),
        "ceiling": document(names, ceiling),
        "portion": document(list(PAIR_MEASURES), portion),
    }
    WEIGHTS.write_text(json.dumps(written, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
