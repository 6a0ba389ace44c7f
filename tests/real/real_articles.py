"""News articles matched to the press releases they were written from, as the program itself does it.

    PYTHONPATH=src python tests/real/real_articles.py ../shared/data

prints the figures of docs/real-records.md for all articles. The shipped weights were learnt on these same
articles, so the figures are in-sample; cross-validated ones come from benchmarks/matching.py.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tearline.workspace import Inquiry, create_workspace

FOLDS = 5
WHY = Inquiry(purpose="measuring")


@dataclass(frozen=True)
class Figures:
    """`first`, `ten`: the share of confirmed articles whose true source comes first, or among ten.

    `auc`, `tpr` (at 1 % false positives): the best product's probability with the source registered against
    withheld, confirmed articles. `rate`: articles a second.
    """

    articles: int
    confirmed: int
    first: float
    ten: float
    auc: float
    tpr: float
    rate: float


def measure(data: Path, folder: Path, step: int = 1) -> Figures:
    """Every `step`-th article, in workspaces below `folder`: one with all products, one a fold without its own."""
    source = data / "insciout"
    products, articles, truth = (_rows(source / f"{name}.jsonl") for name in ("products", "disclosures", "truth"))
    true = {row["disclosure"]: row["product"] for row in truth}
    sure = {row["disclosure"] for row in truth if row["confirmed"]}
    sample = [row for row in articles if row["id"] in true][::step]
    began = time.perf_counter()
    here = _matched(folder / "all", products, sample)
    rate = len(sample) / (time.perf_counter() - began)
    fold = {product: number % FOLDS for number, product in enumerate(sorted({true[row["id"]] for row in sample}))}
    away: dict[str, list[Any]] = {}
    for number in range(FOLDS):
        rest = [row for row in products if fold.get(row["id"]) != number]
        away |= _matched(folder / str(number), rest, [row for row in sample if fold[true[row["id"]]] == number])
    kept = [row["id"] for row in sample if row["id"] in sure]
    ranks = [[one["product"] for one in here[item]].index(true[item]) if _found(here, true, item) else 99
             for item in kept]  # fmt: skip
    with_it, without = ([answers[item][0]["probability"] for item in kept] for answers in (here, away))
    allowed = sorted(without, reverse=True)[int(0.01 * len(without))]
    pairs = sum((a > b) + 0.5 * (a == b) for a in with_it for b in without)
    return Figures(
        articles=len(sample),
        confirmed=len(kept),
        first=sum(rank == 0 for rank in ranks) / len(ranks),
        ten=sum(rank < 10 for rank in ranks) / len(ranks),
        auc=pairs / (len(with_it) * len(without)),
        tpr=sum(one > allowed for one in with_it) / len(with_it),
        rate=rate,
    )


def _found(answers: dict[str, list[Any]], true: dict[str, str], item: str) -> bool:
    return any(one["product"] == true[item] for one in answers[item])


def _matched(folder: Path, products: list[Any], articles: list[Any]) -> dict[str, list[Any]]:
    """`load` and `match --all`: the products of each article, best first."""
    folder.mkdir(parents=True)
    for name, rows in (("products", products), ("disclosures", articles)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    originators = sorted({row["originator"] for row in products})
    lines = ["id,name,kind", *(f"{name},{name},originator" for name in originators)]
    (folder / "organisations.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    workspace = create_workspace(folder / "workspace")
    counts = workspace.load(sorted(folder.glob("*.*")))
    assert counts["accepted"] == counts["read"], counts
    return {answer["disclosure"]: answer["products"] for answer in workspace.match_all(WHY)}


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print(measure(Path(sys.argv[1]), Path(place)))
