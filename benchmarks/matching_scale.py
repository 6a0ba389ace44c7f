"""The candidate stage in a register of some 200,000 passages, beside BM25 sentence by sentence.

`PYTHONPATH=src OMP_NUM_THREADS=1 python benchmarks/matching_scale.py`: the releases of `insciout` among the
e-mails of `state-department-mail`, each mail a product. Times are of the processor, one thread.
"""

from __future__ import annotations

import gzip
import json
import logging
import resource
import time

import bm25s
import numpy as np

from matching_baselines import cut, words
from matching_data import DATA, insciout
from tearline.matching import matcher
from tearline.matching.candidates import shortlist
from tearline.matching.reading import Vocabulary, read
from tearline.records.products import Portion, Product
from tearline.records.times import EPOCH
from tearline.text.sentences import pieces_of_text
from tearline.views.passages import build_index

PASSAGES, ARTICLES = 200_000, 150
logging.disable(logging.DEBUG)


def register() -> list[Product]:
    """The releases, and mails until there are PASSAGES passages."""
    products = list(insciout().products)
    held = len(cut(products)[0])
    with gzip.open(DATA / "state-department-mail" / "released_mail.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            name = f"mail-{row['doc']}"
            text = row["text"] or ""
            held += len(pieces_of_text(text))
            products.append(Product(name, "", "", EPOCH, "U", (Portion(f"{name}#0", "U", text),)))
            if held >= PASSAGES:
                break
    return products


def main() -> None:
    data, products = insciout(), register()
    began = time.process_time()
    index = build_index(products)
    print(f"{index.products} products, {len(index.vectors)} passages: index {time.process_time() - began:.0f} s")
    sample = [one for one in data.disclosures if one.id in data.confirmed][:: len(data.confirmed) // ARTICLES]
    place = {name: at for at, name in enumerate(index.product_ids)}
    everyone = np.ones(index.products, dtype=bool)
    vocabulary = Vocabulary.of(index)
    readings = [read(one.text, vocabulary) for one in sample]
    began = time.process_time()
    near = [shortlist(one, index, everyone) for one in readings]
    spent = time.process_time() - began
    true = [place[data.truth[one.id]] for one in sample]
    ten = np.mean([at in one.products[:10] for at, one in zip(true, near, strict=True)])
    kept = np.mean([at in one.products for at, one in zip(true, near, strict=True)])
    print(f"candidate stage: {len(sample) / spent:.0f} articles/s; recall@10 {ten:.3f}, all kept {kept:.3f}")
    ready = matcher(index)
    began = time.process_time()
    full = [ready.match(one) for one in sample[:40]]
    spent = time.process_time() - began
    first = np.mean([a.products[0].product == data.truth[a.disclosure] for a in full])
    print(f"full evidence: {40 / spent:.1f} articles/s, R@1 {first:.3f}; {_peak():.2f} GB")
    parts, starts = cut(products)
    retriever = bm25s.BM25()
    retriever.index([words(text) or ["-"] for text in parts], show_progress=False)
    known = set(retriever.vocab_dict)
    asked = [[words(one.text[a:b]) for a, b in pieces_of_text(one.text)] for one in sample[:40]]
    filled = np.flatnonzero(np.diff(starts))
    began = time.process_time()
    hits = []
    for at, sentences in zip(true, asked, strict=False):
        total = np.zeros(len(starts) - 1)
        for sentence in sentences:
            if query := [word for word in sentence if word in known]:
                total[filled] += np.maximum.reduceat(retriever.get_scores(query), starts[:-1][filled])
        hits.append(int((total > total[at]).sum()) < 10)
    spent = time.process_time() - began
    print(f"BM25 sentence by sentence: {len(asked) / spent:.1f} articles/s; recall@10 {np.mean(hits):.3f}")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
