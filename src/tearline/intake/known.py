"""What is on record already, as far as checking a new row needs it.

Records of retracted batches do not count. Memory grows with people, groups, products and disclosures, never with
events.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from tearline.ledger import Ledger, LedgerState
from tearline.records.kinds import Stream

Body = dict[str, Any]
Key = tuple[str, ...]

REGISTERS = (
    Stream.ORGANISATIONS,
    Stream.PEOPLE,
    Stream.GROUPS,
    Stream.PRODUCTS,
    Stream.DISCLOSURES,
    Stream.ANSWERS,
)

_KEYS: Mapping[Stream, tuple[str, ...]] = {
    Stream.ORGANISATIONS: ("id",),
    Stream.PEOPLE: ("id", "valid_from"),
    Stream.GROUPS: ("id", "member", "valid_from"),
    Stream.PRODUCTS: ("id",),
    Stream.DISCLOSURES: ("id",),
    Stream.ANSWERS: ("id",),
}


def key_of(stream: Stream, body: Body) -> Key:
    """What makes two rows of a register rows about the same thing."""
    return tuple(str(body[name]) for name in _KEYS[stream])


def digest_of(body: Body) -> bytes:
    """What a record says, apart from the batch and file it came with."""
    said = {name: value for name, value in body.items() if name not in {"batch", "source"}}
    return blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=16).digest()


@dataclass(slots=True)
class Known:
    """Ids and contents on record; `add` takes in what is being accepted now.

    `public` says of each disclosure whether it is earlier public reporting. `contents` holds, for each key of a
    register, every content it ever had.
    """

    ids: dict[Stream, set[str]] = field(default_factory=lambda: {stream: set() for stream in REGISTERS})
    public: dict[str, bool] = field(default_factory=dict)
    contents: dict[Stream, dict[Key, set[bytes]]] = field(
        default_factory=lambda: {stream: defaultdict(set) for stream in REGISTERS}
    )

    @classmethod
    def read(cls, ledger: Ledger, state: LedgerState) -> Known:
        known = cls()
        gone = retracted(ledger, state)
        for stream in REGISTERS:
            for body in ledger.bodies(stream, state):
                if body.get("batch") not in gone and "declares" not in body:
                    known.add(stream, body)
        return known

    def add(self, stream: Stream, body: Body) -> None:
        self.ids[stream].add(body["id"])
        self.contents[stream][key_of(stream, body)].add(digest_of(body))
        if stream is Stream.DISCLOSURES:
            self.public[body["id"]] = bool(body["public"])

    def holds(self, stream: Stream, body: Body) -> bool:
        """Was exactly this said before of the same thing?"""
        return digest_of(body) in self.contents[stream].get(key_of(stream, body), ())

    def is_product(self, identifier: str) -> bool:
        return identifier in self.ids[Stream.PRODUCTS]

    def lacks_organisation(self, identifier: str) -> bool:
        """There is a register of organisations, and `identifier` is not in it."""
        organisations = self.ids[Stream.ORGANISATIONS]
        return bool(organisations) and identifier not in organisations

    def other_owner(self, identifier: str, own: Stream) -> Stream | None:
        """The register, other than `own`, in which an id of a person, group or organisation is taken."""
        parties = (Stream.ORGANISATIONS, Stream.PEOPLE, Stream.GROUPS)
        return next((stream for stream in parties if stream is not own and identifier in self.ids[stream]), None)


def retracted(ledger: Ledger, state: LedgerState) -> frozenset[str]:
    """The batches that no longer count."""
    return frozenset(
        str(body["retracts"]) for body in ledger.bodies(Stream.BATCHES, state) if body.get("retracts") is not None
    )
