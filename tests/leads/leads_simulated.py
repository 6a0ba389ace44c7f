"""Simulated worlds with a known source, to see whether probabilities mean what they say. Seeded and vectorised."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tearline.leads.model import HELD, Case, Posterior, weigh_case

OUTSIDE = -1
World = Callable[[np.random.Generator, int], tuple[npt.NDArray[np.bool_], int]]


@dataclass(frozen=True)
class Trials:
    """`predicted` probabilities of people with a holding, whether each `was` the source; outside's likewise."""

    predicted: npt.NDArray[np.float64]
    was: npt.NDArray[np.bool_]
    outside: npt.NDArray[np.float64]
    was_outside: npt.NDArray[np.bool_]
    highest: float

    def reliability(
        self, edges: tuple[float, ...] = (0.0, 0.02, 0.1, 0.3, 0.6, 1.01)
    ) -> list[tuple[int, float, float]]:
        """For each band of prediction: how many, their mean, and how often they came true."""
        bands = []
        for low, high in itertools.pairwise(edges):
            chosen = (self.predicted >= low) & (self.predicted < high)
            if chosen.any():
                bands.append(
                    (int(chosen.sum()), float(self.predicted[chosen].mean()), float(self.was[chosen].mean()))
                )
        return bands


def as_the_model_assumes(
    rng: np.random.Generator, items: int, people: int = 200, outside: float = 0.25, spread: float = 1.0,
    missed: float = 0.12, apart: float = 0.1,
) -> tuple[npt.NDArray[np.bool_], int]:  # fmt: skip
    """People who see more and people who see less; the source held what it gave away, mostly on record."""
    shares = rng.uniform(0.03, 0.25, items)
    breadth = rng.normal(0, spread, people)
    held = rng.random((people, items)) < 1 / (1 + np.exp(-(np.log(shares / (1 - shares)) + breadth[:, None])))
    if rng.random() < outside:
        return held, OUTSIDE
    source = int(rng.integers(people))
    common = rng.random(items) >= apart
    held[source, common] = rng.random(int(common.sum())) >= missed
    return held, source


def by_lists(
    rng: np.random.Generator, items: int, people: int = 240, outside: float = 0.25, missed: float = 0.15
) -> tuple[npt.NDArray[np.bool_], int]:
    """Products go to whole lists of people, and the source gives away what it has itself: neither is assumed."""
    lists = rng.integers(0, 12, people)
    reach = rng.random((300, 12)) < 0.12
    truly = reach[:, lists].T ^ (rng.random((people, 300)) < 0.02)
    source = int(rng.integers(people))
    own = np.flatnonzero(truly[source])
    while own.size < items:
        source = int(rng.integers(people))
        own = np.flatnonzero(truly[source])
    chosen = rng.choice(own, items, replace=False)
    recorded = truly & (rng.random(truly.shape) >= missed)
    held = recorded[:, chosen]
    if rng.random() < outside:
        return np.delete(held, source, axis=0), OUTSIDE
    return held, source


def weigh_world(held: npt.NDArray[np.bool_], items: int) -> Posterior:
    """The posterior for people with any holding; the rest stand together in one row."""
    rows = held.any(axis=1)
    codes = np.vstack([held[rows], np.zeros((1, items), dtype=bool)]).astype(np.uint8) * HELD
    copies = np.append(np.ones(int(rows.sum())), float((~rows).sum()))
    named = np.append(np.ones(int(rows.sum()), dtype=bool), False)
    return weigh_case(
        Case(codes, copies, named, np.ones_like(named), np.ones(items), np.array([1.0]), items, outside=0.25)
    )


def trials(world: World, items: int, count: int, seed: int) -> Trials:
    rng = np.random.default_rng(seed)
    predicted, was, outside, was_outside = [], [], [], []
    for _ in range(count):
        held, source = world(rng, items)
        posterior = weigh_world(held, items)
        rows = np.flatnonzero(held.any(axis=1))
        predicted.append(posterior.named.mean(axis=0))
        was.append(rows == source)
        outside.append(float(posterior.outside.mean()))
        was_outside.append(source == OUTSIDE or not held[source].any())
    return Trials(
        np.concatenate(predicted), np.concatenate(was), np.array(outside), np.array(was_outside),
        max(float(p.max(initial=0.0)) for p in predicted),
    )  # fmt: skip
