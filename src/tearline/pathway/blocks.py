"""What the streaming kernel works on: events of whole families, or a stretch of one, as plain columns.

A block is made in one pass from the view's codes: names become parties, authorship and origin are put in where
they belong in time, and what lies at or after the cut-off is left out.
"""

# Compiled functions take columns one by one and cannot be cut up without cost.
# ruff: noqa: PLR0917

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


class Block(NamedTuple):
    """Of run r, events `first[r]` to `first[r + 1]`, by time and id. Parties are codes of the cast, -1 for none.

    `organisation` is a code of the view's table, `source` the row an event comes from (-1: authorship, origin).
    """

    first: NDArray[np.int64]
    lo: NDArray[np.int64]
    hi: NDArray[np.int64]
    kind: NDArray[np.int8]
    basis: NDArray[np.int8]
    actor: NDArray[np.int32]
    recipient: NDArray[np.int32]
    member: NDArray[np.int32]
    organisation: NDArray[np.int32]
    source: NDArray[np.int64]


class Columns(NamedTuple):
    """Columns of the view as it has them."""

    lo: NDArray[np.int64]
    hi: NDArray[np.int64]
    kind: NDArray[np.int8]
    basis: NDArray[np.int8]
    actor: NDArray[np.int32]
    recipient: NDArray[np.int32]
    organisation: NDArray[np.int32]


class Runs(NamedTuple):
    """Of run r, rows `row[first[r]]` to `row[first[r + 1]]` by time and id, each of the family's member `member`.

    With no `row`, rows are as they come and all are of the family's own product.
    """

    first: NDArray[np.int64]
    row: NDArray[np.int64]
    member: NDArray[np.int32]


class Seeds(NamedTuple):
    """Authorship and origin: of family f, `first[f]` to `first[f + 1]`, by time."""

    first: NDArray[np.int64]
    time: NDArray[np.int64]
    kind: NDArray[np.int8]
    party: NDArray[np.int32]
    member: NDArray[np.int32]


@njit(cache=True, nogil=True)
def block_of(columns, runs, numbers, seeds, party_of, before):  # type: ignore[no-untyped-def]
    """The block of these rows; `numbers` is each run's family, `party_of` the party of each code of a name, of -1
    the last."""
    count = numbers.size
    size = runs.first[-1] - runs.first[0]
    for number in numbers:
        size += seeds.first[number + 1] - seeds.first[number]
    found = Block(
        np.empty(count + 1, np.int64), np.empty(size, np.int64), np.empty(size, np.int64),
        np.empty(size, np.int8), np.empty(size, np.int8), np.empty(size, np.int32), np.empty(size, np.int32),
        np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int64),
    )  # fmt: skip
    straight = runs.row.size == 0
    # Named here: in a loop, every look into a tuple costs a count of who looks.
    los, his, kinds, bases = columns.lo, columns.hi, columns.kind, columns.basis
    actors, recipients, organisations = columns.actor, columns.recipient, columns.organisation
    rows_, members, begins = runs.row, runs.member, runs.first
    lo, hi, kind, basis, actor, recipient = (
        found.lo, found.hi, found.kind, found.basis, found.actor, found.recipient,
    )  # fmt: skip
    member, organisation, source = found.member, found.organisation, found.source
    times, seed_first = seeds.time, seeds.first
    n = 0
    for run in range(count):
        found.first[run] = n
        seed, end = seed_first[numbers[run]], seed_first[numbers[run] + 1]
        at, stop = begins[run], begins[run + 1]
        while True:
            if at < stop:
                row = at if straight else rows_[at]
                if kinds[row] < 0 or los[row] >= before:
                    at += 1
                    continue
            elif seed >= end:
                break
            # What has no event comes first among equals.
            if seed < end and (at >= stop or times[seed] <= los[row]):
                if times[seed] < before:
                    lo[n] = hi[n] = times[seed]
                    kind[n], basis[n] = seeds.kind[seed], 0
                    actor[n], recipient[n] = -1, seeds.party[seed]
                    member[n], organisation[n], source[n] = seeds.member[seed], -1, -1
                    n += 1
                seed += 1
                continue
            lo[n], hi[n] = los[row], his[row]
            kind[n], basis[n] = kinds[row], bases[row]
            actor[n] = party_of[actors[row]]
            recipient[n] = party_of[recipients[row]]
            member[n] = 0 if straight else members[at]
            organisation[n], source[n] = organisations[row], row
            n += 1
            at += 1
    found.first[count] = n
    return found
