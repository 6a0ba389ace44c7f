"""From measures to an order and to probabilities: four small linear models whose weights ship with the package.

`weights.json` is written by `benchmarks/train_matching.py` and holds, for each model, the mean and scale of
each input, its weight, and the intercept. Nothing here is tuned by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """ln odds = intercept + weights · (x − mean) / scale."""

    inputs: tuple[str, ...]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    intercept: float

    def log_odds(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) natural log odds of (n, len(inputs)) rows."""
        return np.asarray((rows - self.mean) / self.scale @ self.weights + self.intercept, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """`floors`: what an unrelated product reaches in each measure. `order` ranks the products of one register by
    their measures (only differences of its log odds mean anything); `product` and `portion` give probabilities.
    `ceiling` is a product model in which no measure counts against a product (see `sources.ranked`)."""

    floors: NDArray[np.float64]
    order: Logistic
    product: Logistic
    ceiling: Logistic
    portion: Logistic


def probability(log_odds: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """The probability of natural log odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -40.0, 40.0))), dtype=np.float64)


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """The weights that came with the package."""
    return read_weights(json.loads(files("tearline.matching").joinpath("weights.json").read_text("utf-8")))


def read_weights(document: dict[str, Any]) -> Weights:
    """The weights of a document as `weights.json` holds it."""
    return Weights(
        np.asarray(document["floors"], dtype=np.float64),
        _logistic(document["order"]),
        _logistic(document["product"]),
        _logistic(document["ceiling"]),
        _logistic(document["portion"]),
    )


def _logistic(document: dict[str, Any]) -> Logistic:
    mean, scale, weights = (np.asarray(document[name], dtype=np.float64) for name in ("mean", "scale", "weights"))
    return Logistic(tuple(document["inputs"]), mean, scale, weights, float(document["intercept"]))
