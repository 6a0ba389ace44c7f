"""Handling events: what each kind proves, and the columns they travel in."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from tearline.records.kinds import Basis, EventKind, Level

K = EventKind


@dataclass(frozen=True, slots=True)
class Proof:
    """What one event of a kind proves of the two people it names (None: nothing).

    `actor_basis` and `recipient_basis` are what the holding rests on where the record itself does not say.
    `transfer`: the product passes from the actor to the recipient.
    """

    actor: Level | None
    recipient: Level | None
    actor_basis: Basis = Basis.ACT
    recipient_basis: Basis = Basis.ARRIVAL
    transfer: bool = True


_DELIVERED, _OPENED, _EXTRACTED = Level.DELIVERED, Level.OPENED, Level.EXTRACTED

# The contract's "What each proves". An own act is evidence in itself, with or without a recorded delivery.
PROOFS: Final = MappingProxyType({
    K.DISSEMINATED: Proof(None, _DELIVERED, recipient_basis=Basis.ADDRESSED),
    K.DELIVERED: Proof(None, _DELIVERED),
    K.RECEIVED: Proof(_DELIVERED, _DELIVERED),
    K.OPENED: Proof(_OPENED, _DELIVERED),
    K.SHOWN: Proof(_OPENED, _OPENED, recipient_basis=Basis.ACT),
    K.BRIEFED: Proof(_OPENED, _OPENED, recipient_basis=Basis.ACT),
    K.PRINTED: Proof(_EXTRACTED, _DELIVERED),
    K.COPIED: Proof(_EXTRACTED, _DELIVERED),
    K.DOWNLOADED: Proof(_EXTRACTED, _DELIVERED),
    K.FORWARDED: Proof(_EXTRACTED, _DELIVERED, recipient_basis=Basis.ADDRESSED),
    K.EXCERPTED: Proof(_EXTRACTED, _DELIVERED, recipient_basis=Basis.ADDRESSED),
    K.REMOVED: Proof(_EXTRACTED, _DELIVERED),
    K.RETURNED: Proof(None, None, transfer=False),
    K.DESTROYED: Proof(None, None, transfer=False),
    K.RECALLED: Proof(None, None, transfer=False),
    K.REFUSED: Proof(None, None, transfer=False),
})  # fmt: skip

# One handling event as it travels between rooms. `actor` and `recipient` are as written by the source; the view
# adds who they are. `position` is the record's place in the events stream, `batch` the intake it came with.
EVENT_FIELDS: Final = (
    ("id", pa.string()),
    ("kind", pa.string()),
    ("product", pa.string()),
    ("at_earliest", pa.timestamp("us", tz="UTC")),
    ("at_latest", pa.timestamp("us", tz="UTC")),
    ("copy", pa.string()),
    ("actor", pa.string()),
    ("recipient", pa.string()),
    ("organisation", pa.string()),
    ("system", pa.string()),
    ("basis", pa.string()),
    ("detail", pa.string()),
)
EVENTS: Final = pa.schema([*EVENT_FIELDS])
STORED_EVENTS: Final = pa.schema([
    *EVENT_FIELDS,
    ("batch", pa.string()),
    ("position", pa.int64()),
])  # fmt: skip
