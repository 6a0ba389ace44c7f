"""The columns of the pathway kernel: what goes in, what goes between its steps, and what each event kind proves.

Everything is integers, sorted by (run, earliest, latest, event id); a run is one product with its family. Times
are microseconds since 1970 in UTC.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tearline.records.events import PROOFS
from tearline.records.kinds import Basis, EventKind, Level

KINDS = tuple(EventKind)
# Two kinds of our own, so that every chain starts with an event: a product's author, and its originator.
AUTHOR, ORIGIN = len(KINDS), len(KINDS) + 1

_DISSEMINATED, _DELIVERED = KINDS.index(EventKind.DISSEMINATED), KINDS.index(EventKind.DELIVERED)
_ATTESTED = int(Basis.ATTESTED)
_proofs = [PROOFS[kind] for kind in KINDS]
ACTOR_LEVEL = np.array([*(proof.actor or 0 for proof in _proofs), 0, 0], dtype=np.int8)
RECIPIENT_LEVEL = np.array([*(proof.recipient or 0 for proof in _proofs), Level.OPENED, 0], dtype=np.int8)
ACTOR_BASIS = np.array([*(proof.actor_basis for proof in _proofs), 0, 0], dtype=np.int8)
RECIPIENT_BASIS = np.array([*(proof.recipient_basis for proof in _proofs), Basis.ACT, 0], dtype=np.int8)
TRANSFER = np.array([*(proof.transfer for proof in _proofs), True, True], dtype=np.bool_)
# Without an actor these start a chain.
STARTS = np.array([kind is EventKind.DISSEMINATED for kind in KINDS] + [True, True], dtype=np.bool_)
# Somebody of the originating organisation who sends one of these starts a chain.
ISSUES = np.array([k in (EventKind.DISSEMINATED, EventKind.DELIVERED) for k in KINDS] + [False, False])
ROOT = -1


class EventArrays(NamedTuple):
    """N events. `member` is the product's place in its family; codes of parties, -1 where none is named."""

    run: NDArray[np.int32]
    member: NDArray[np.int32]
    kind: NDArray[np.int8]
    basis: NDArray[np.int8]  # 0 where the record does not say
    lo: NDArray[np.int64]
    hi: NDArray[np.int64]
    actor: NDArray[np.int32]
    recipient: NDArray[np.int32]

    @property
    def recipient_basis(self) -> NDArray[np.int8]:
        """What a recipient's holding rests on: as the record says, or as its kind does."""
        return np.where(self.basis > 0, self.basis, RECIPIENT_BASIS[self.kind])


class FamilyArrays(NamedTuple):
    """Of run r, members `first[r]` to `first[r + 1]`; each has a run of descendants and one of originators."""

    first: NDArray[np.int64]
    descendants_first: NDArray[np.int64]
    descendants: NDArray[np.int32]  # places in the family
    originators_first: NDArray[np.int64]
    originators: NDArray[np.int32]  # party codes: of the member and of everything it is derived from


class Rows(NamedTuple):
    """Evidence: the event proves that the party of `slot` held the family's `member`."""

    slot: NDArray[np.int32]
    member: NDArray[np.int32]
    event: NDArray[np.int64]
    level: NDArray[np.int8]
    basis: NDArray[np.int8]
    lo: NDArray[np.int64]
    hi: NDArray[np.int64]
    sure: NDArray[np.bool_]  # False where membership of a group is uncertain at the time
    own: NDArray[np.bool_]  # rests on the party itself having it: an own act, or an arrival without a sender
    act: NDArray[np.bool_]  # an own act


class Edges(NamedTuple):
    """Passages between nodes (a node is a party's holding of one member of a family); tail ROOT starts a chain."""

    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    event: NDArray[np.int64]
    row: NDArray[np.int64]  # the evidence at the head, -1 for a group or an organisation
    lo: NDArray[np.int64]
    hi: NDArray[np.int64]
    sure: NDArray[np.bool_]


class Slots(NamedTuple):
    """The parties of each run: `node` is the first of its nodes, one for each member of the family."""

    party: NDArray[np.int32]
    run: NDArray[np.int32]
    node: NDArray[np.int64]


class Reach(NamedTuple):
    """Of each node: earliest possible and certain arrival (NEVER: none), and the edges that brought them."""

    possible: NDArray[np.int64]
    certain: NDArray[np.int64]
    possible_edge: NDArray[np.int64]
    certain_edge: NDArray[np.int64]
