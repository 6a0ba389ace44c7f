"""The weighing itself: how well each party's record fits being the one source of what was disclosed.

Pure mathematics over small codes; docs/leads.md gives the reasons. For every party and every disclosed product
(a column) the record says held (in some class), not held, or is silent. For a party h with record x:

    ratio(h) = E_θ[ Π_j ( r_j · source_j(x_j) + (1 - r_j) · chance_j(x_j | θ) ) ]  /  E_θ[ Π_j chance_j(x_j | θ) ]

`chance`: what the record of somebody who had nothing to do with it looks like: a Rasch model (Rasch 1960), held
with probability 1 / (1 + exp(-(θ + δ_j))), θ normal with mean 0 and spread τ across people (some see much, some
little), δ_j set so that the product's own share of holders comes out. The spread is weighed by how well it
explains all records at hand, so that a list which gets everything is not mistaken for repeated coincidence.
`source`: the source had it, but the record misses it with probability m. `r_j`: how probable it is that the text
draws on that product and that this item came from the common source at all. A silent record says the same of both.

Expectations over θ are sums on an even grid; the assumptions are integrated over a fixed quasi-random set
(Halton 1960), so the same input gives the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Codes: TypeAlias = npt.NDArray[np.uint8]

DRAWS = 48
NOT_HELD, PARTLY_SILENT, SILENT, HELD = 0, 1, 2, 3
"""Codes of a record; from HELD on it is held, in the class `code - HELD`."""

_SILENCE = {NOT_HELD: 0.0, PARTLY_SILENT: 0.5, SILENT: 0.9}
"""How much of what happened a record with holes, or without a log, leaves out: other systems still show some."""

WEIGHT_BOUNDS = (0.6, 1.4)
"""The most that how somebody held a product may count against the average holder of it."""

MISTAKEN = 0.002
"""Probability that this whole way of reading the record is wrong, so that what was probable before still is."""

_SPREADS = np.array([0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0])
_GRID = np.linspace(-3.5, 3.5, 25)
_MASS = np.exp(-0.5 * _GRID**2) / np.exp(-0.5 * _GRID**2).sum()
_BLOCK = 2048
# A logistic curve averaged over a normal θ is nearly a logistic curve with a flatter slope (Zeger et al. 1988).
_FLATTENING = (16 * np.sqrt(3) / (15 * np.pi)) ** 2


@dataclass(frozen=True, slots=True)
class Case:
    """`codes`: a row a party (then `ideal` is held everywhere, added by the model), a column a product.

    `copies`: for how many people a row stands. `named`: rows that are hypotheses of their own; the rest belong to
    outside. `draws_on`: probability, a column, that the disclosed text draws on the product. `classes`: weight of
    each class of holding before it is bounded. `counted`: rows that are people, from whom shares are taken.
    `items`: disclosed items that bear on the answer. `outside`: prior probability that the source is in no record.
    """

    codes: Codes
    copies: Floats
    named: npt.NDArray[np.bool_]
    counted: npt.NDArray[np.bool_]
    draws_on: Floats
    classes: Floats
    items: int
    outside: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """Per draw of the assumptions (rows): probability of each named row, of each unnamed row's people, of outside
    (which includes them). `prior` is the mean prior of each named row, `outside_prior` of outside."""

    named: Floats
    unnamed: Floats
    outside: Floats
    prior: Floats
    outside_prior: float


@dataclass(frozen=True, slots=True)
class _Draws:
    """The assumptions that are not known, one value a draw."""

    outside: Floats  # prior that the source is in no record
    missed: Floats  # a source's holding is not on record
    apart: Floats  # an item came by another way than the rest
    unseen: Floats  # people who held what was disclosed and left no trace, counted in best-fitting records
    alike: Floats  # share of the outside that is like somebody in the record: a colleague with the same access
    strength: Floats  # how far the classes of holding count at all
    spread: npt.NDArray[np.intp]  # which spread of θ


def weigh_case(case: Case) -> Posterior:
    """The posterior under every draw; rows of the result add up to 1 with `outside`."""
    people = float(case.copies[case.counted].sum())
    rates = _rates(case, people)
    patterns, back = _distinct(case.codes)
    # One more: what a full record of average weight would look like.
    patterns = np.vstack([patterns, np.full((1, rates.size), HELD + case.classes.size, dtype=np.uint8)])
    chance = _chance_tables(rates)
    runs = np.concatenate(np.log(chance), axis=2)
    log_chance = _log_means(np.minimum(patterns, HELD), runs)
    counts = np.bincount(back, case.copies * case.counted, minlength=len(patterns)).astype(np.float64)
    draws = _assumptions(case, _spread_odds(counts, log_chance))
    log_source = _log_means(patterns, _source_tables(case, chance, draws))
    log_ratio = (log_source - log_chance[:, draws.spread]).T
    top = log_ratio.max(axis=1, keepdims=True)
    ratio = np.exp(log_ratio - top)
    each = (1 - draws.outside) / max(people, 1.0)
    mass = ratio[:, :-1][:, back] * case.copies * each[:, None]
    alike = (ratio[:, :-1][:, back] * case.copies * case.counted).sum(axis=1) / max(people, 1.0)
    absent = draws.outside * ((1 - draws.alike) * np.exp(-top[:, 0]) + draws.alike * alike)
    absent += draws.unseen * each  # in best-fitting records, whose ratio is 1 here
    total = mass.sum(axis=1) + absent
    before = case.copies * each[:, None]
    before /= np.maximum(before.sum(axis=1) + draws.outside, 1.0)[:, None]
    share = (1 - MISTAKEN) * mass / total[:, None] + MISTAKEN * before
    unnamed = share[:, ~case.named]
    named = share[:, case.named]
    prior = before[:, case.named].mean(axis=0)
    return Posterior(named, unnamed, 1 - named.sum(axis=1), prior, 1 - float(prior.sum()))


def _rates(case: Case, people: float) -> Floats:
    """The share of people recorded to have held each product, kept off 0 and 1 by half a person."""
    held = ((case.codes >= HELD) & case.counted[:, None]) * case.copies[:, None]
    rates: Floats = (held.sum(axis=0) + 0.5) / (people + 1.0)
    return rates


def _held_by_chance(rates: Floats, spread: float) -> Floats:
    """Probability (columns x grid) that somebody with nothing to do with it is recorded to have held each."""
    offset = np.log(rates / (1 - rates)) * np.sqrt(1 + _FLATTENING * spread**2)
    held: Floats = 1 / (1 + np.exp(-(offset[:, None] + spread * _GRID[None, :])))
    return held


def _chance_tables(rates: Floats) -> Floats:
    """Probability by chance of every code up to HELD (spreads x codes x columns x grid). The classes of holding
    are left out: they stand in the source's table only as a ratio to their average."""
    held = np.stack([_held_by_chance(rates, float(spread)) for spread in _SPREADS])
    silence = np.array([_SILENCE[code] for code in range(HELD)])[None, :, None, None]
    unrecorded = silence + (1 - silence) * (1 - held[:, None])
    return np.concatenate([unrecorded, held[:, None]], axis=1)


def _spread_odds(counts: Floats, log_chance: Floats) -> Floats:
    """Posterior of the spread of θ given everybody's record, each value as probable as the others before.

    `counts`: people of each pattern; `log_chance`: log probability of each pattern by chance (patterns x spreads).
    """
    likelihood = counts @ log_chance
    odds = np.exp(likelihood - likelihood.max())
    return np.asarray(odds / odds.sum(), dtype=np.float64)


def _assumptions(case: Case, spread_odds: Floats) -> _Draws:
    u = _halton(DRAWS, 8)

    def between(column: int, low: float, high: float) -> Floats:
        return low * (high / low) ** u[:, column]

    prior_odds = np.log(case.outside / (1 - case.outside))
    # The first two items leave as much unseen as one does; from then on, fewer and fewer people could have held
    # all of it without once being recorded.
    fading = (0.3 + 0.3 * u[:, 6]) ** max(case.items - 2, 0)
    return _Draws(
        outside=1 / (1 + np.exp(-(prior_odds + 1.6 * (u[:, 0] - 0.5)))),
        missed=between(1, 0.04, 0.35),
        apart=between(2, 0.03, 0.25),
        unseen=between(3, 4.0, 10.0) * fading,
        alike=0.1 + 0.3 * u[:, 7],
        strength=1.4 * u[:, 4],
        spread=np.searchsorted(np.cumsum(spread_odds), u[:, 5], side="right").clip(0, _SPREADS.size - 1),
    )


def _source_tables(case: Case, chance: Floats, draws: _Draws) -> Floats:
    """Log of `r · source + (1 - r) · chance` of every code under every draw (codes x columns x draws · grid). The
    last code is a holding of average weight."""
    codes, width = HELD + case.classes.size + 1, chance.shape[2]
    people = case.copies * case.counted
    counts = np.array([people @ (case.codes == HELD + c) for c in range(case.classes.size)])
    tables = np.empty((codes, width, DRAWS * _GRID.size))
    for n in range(DRAWS):
        source = np.empty((codes, width))
        for code, silence in _SILENCE.items():
            source[code] = silence + (1 - silence) * draws.missed[n]
        source[HELD:] = 1 - draws.missed[n]
        source[HELD:-1] *= _class_weights(case.classes, counts, draws.strength[n])
        r = ((1 - draws.apart[n]) * case.draws_on)[None, :, None]
        by_chance = chance[draws.spread[n]][np.minimum(np.arange(codes), HELD)]
        tables[:, :, n * _GRID.size : (n + 1) * _GRID.size] = r * source[:, :, None] + (1 - r) * by_chance
    return np.log(tables, out=tables)


def _class_weights(classes: Floats, counts: Floats, strength: float) -> Floats:
    """Weight of each class of holding in each column, against the average holder of that product."""
    weights = classes**strength
    average = (weights @ counts + 1.0) / (counts.sum(axis=0) + 1.0)
    return np.asarray(np.clip(weights[:, None] / average[None, :], *WEIGHT_BOUNDS), dtype=np.float64)


def _log_means(patterns: Codes, tables: Floats) -> Floats:
    """For every pattern and every run of the grid in the last axis of `tables` (codes x columns x runs), the log
    of the mean over θ of the product over columns of its codes' entries, which are given as logs."""
    narrow = tables.astype(np.float32)
    mass = _MASS.astype(np.float32)
    found = np.empty((len(patterns), tables.shape[2] // _GRID.size))
    for start in range(0, len(patterns), _BLOCK):
        block = patterns[start : start + _BLOCK]
        sums = np.zeros((len(block), tables.shape[2]), dtype=np.float32)
        for code in np.unique(block):
            sums += (block == code).astype(np.float32) @ narrow[code]
        runs = sums.reshape(len(block), -1, _GRID.size)
        top = runs.max(axis=2)
        runs -= top[:, :, None]
        found[start : start + _BLOCK] = np.log(np.exp(runs, out=runs) @ mass) + top
    return found


def _distinct(codes: Codes) -> tuple[Codes, npt.NDArray[np.intp]]:
    """The different rows, and which of them each row is."""
    rows = np.ascontiguousarray(codes)
    _, first, back = np.unique(rows.view(f"V{rows.shape[1]}").reshape(-1), return_index=True, return_inverse=True)
    return rows[first], back.reshape(-1)


def _halton(count: int, dimensions: int) -> Floats:
    """Points of the Halton sequence, the first left out, each coordinate in (0, 1)."""
    points = np.empty((count, dimensions))
    for d, prime in enumerate((2, 3, 5, 7, 11, 13, 17, 19)[:dimensions]):
        index, scale, value = np.arange(1, count + 1), 1.0, np.zeros(count)
        while index.any():
            scale /= prime
            value += scale * (index % prime)
            index //= prime
        points[:, d] = value
    return points
