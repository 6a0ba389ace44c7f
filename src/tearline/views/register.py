"""The register: who and what is known, at one state of the ledger.

Built from the small streams in one pass each; later records supersede earlier ones of the same key, records of
retracted batches do not count. It also says who a name in an event is. Memory and time grow with people, groups,
products and disclosures, never with events.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from tearline.ledger import Ledger, LedgerState
from tearline.records import bodies
from tearline.records.bodies import Body
from tearline.records.investigations import Declaration
from tearline.records.kinds import Stream
from tearline.records.parties import Party, PartyKind
from tearline.records.people import Group, Organisation, Person
from tearline.records.products import Disclosure, Product
from tearline.records.replies import Reply

R = TypeVar("R")


@dataclass(frozen=True)
class Register:
    """Everything keyed by id. `links` are decisions on who a raw name is: a person, or another name that stands
    for it (None: nobody known, whatever it looks like); of those `likened` are a machine's links to another name.
    `declarations` are analysts' own recognitions, `retracted` the batches taken back, `replies` what organisations
    answered when they were asked."""

    organisations: Mapping[str, Organisation]
    people: Mapping[str, Person]
    groups: Mapping[str, Group]
    products: Mapping[str, Product]
    disclosures: Mapping[str, Disclosure]
    public: Mapping[str, Disclosure]
    links: Mapping[str, str | None]
    declarations: tuple[Declaration, ...]
    retracted: frozenset[str]
    likened: frozenset[str] = frozenset()
    replies: tuple[Reply, ...] = ()

    @classmethod
    def read(cls, ledger: Ledger, state: LedgerState) -> Register:
        # Nothing that is made here is garbage: looking for some among it takes longer than reading it.
        with _without_collecting():
            return cls._read(ledger, state)

    @classmethod
    def _read(cls, ledger: Ledger, state: LedgerState) -> Register:
        def rows(stream: Stream) -> Sequence[Body]:
            return ledger.bodies(stream, state)

        retracted = frozenset(str(b["retracts"]) for b in rows(Stream.BATCHES) if b.get("retracts"))

        def valid(stream: Stream) -> list[Body]:
            return [body for body in rows(stream) if body.get("batch") not in retracted]

        items = valid(Stream.DISCLOSURES)
        links = _links(valid(Stream.IDENTITIES))
        disclosures = _latest([body for body in items if "declares" not in body], _id, bodies.disclosure)
        return cls(
            organisations=_latest(valid(Stream.ORGANISATIONS), _id, bodies.organisation),
            people=_grouped(valid(Stream.PEOPLE), lambda b: (b["id"], b["valid_from"]), bodies.person),
            groups=_grouped(valid(Stream.GROUPS), lambda b: (b["id"], b["member"], b["valid_from"]), bodies.group),
            products=_latest(valid(Stream.PRODUCTS), _id, bodies.product),
            disclosures={key: d for key, d in disclosures.items() if not d.public},
            public={key: d for key, d in disclosures.items() if d.public},
            links={name: body["person"] or body.get("same_as") for name, body in links.items()},
            likened=frozenset(n for n, body in links.items() if body["by"] == "machine" and body.get("same_as")),
            declarations=tuple(bodies.declaration(body) for body in items if "declares" in body),
            retracted=retracted,
            replies=tuple(_latest(valid(Stream.ANSWERS), _id, bodies.reply).values()),
        )

    def part(
        self,
        products: Mapping[str, Product],
        disclosures: Mapping[str, Disclosure],
        declarations: tuple[Declaration, ...],
        replies: tuple[Reply, ...],
    ) -> Register:
        """The same people and organisations with only these products, public items and what was said of them."""
        made = replace(
            self, products=products, disclosures=disclosures, declarations=declarations, replies=replies
        )
        shared = ("_accounts", "_shared", "_names", "_linked", "_likened")
        made.__dict__.update({name: getattr(self, name) for name in shared})  # as costly as the people are many
        return made

    def resolve(self, raw: str) -> Party:
        """Who `raw` names: an id (person, group, organisation), a recorded link, an account or address, or the
        exact name of just one person, in this order; otherwise the name itself, unresolved.

        What the register says of a name itself stands before a machine's link to another name.
        """
        return self._resolve(raw, frozenset())

    def _resolve(self, raw: str, followed: frozenset[str]) -> Party:
        for kind, table in (
            (PartyKind.PERSON, self.people),
            (PartyKind.GROUP, self.groups),
            (PartyKind.ORGANISATION, self.organisations),
        ):
            if raw in table:
                return Party(kind, raw)
        key = _fold(raw)
        own = self._accounts.get(key) or self._names.get(key)
        if own is not None and key in self._likened:
            found: str | None = own
        else:
            found = self._linked.get(key, own)
        if found is not None and found not in self.people and found not in self.groups:
            if _fold(found) != key and key not in followed:
                return self._resolve(found, followed | {key})
            found = own
        if found is None:
            return Party(PartyKind.NAME, raw)
        return Party(PartyKind.GROUP if found in self.groups else PartyKind.PERSON, found)

    def sharers(self, raw: str) -> frozenset[str]:
        """The people who share the account `raw` names: two or more, or none."""
        return self._shared.get(_fold(raw), frozenset())

    def members(self, group: str, earliest: datetime, latest: datetime) -> dict[Party, bool]:
        """Everybody `group` stands for during the interval; True where membership is certain throughout it.

        Groups within groups are followed; a group within itself adds nothing.
        """
        found: dict[Party, bool] = {}
        self._collect(group, earliest, latest, certain=True, found=found, seen={(group, True)})
        return found

    def _collect(
        self,
        group: str,
        earliest: datetime,
        latest: datetime,
        *,
        certain: bool,
        found: dict[Party, bool],
        seen: set[tuple[str, bool]],
    ) -> None:
        for m in self.groups[group].memberships:
            if m.valid_from > latest or (m.valid_to is not None and m.valid_to <= earliest):
                continue
            throughout = m.valid_from <= earliest and (m.valid_to is None or latest < m.valid_to)
            party = self.resolve(m.member)
            if party.kind is not PartyKind.GROUP:
                found[party] = found.get(party, False) or (certain and throughout)
            elif (step := (party.id, certain and throughout)) not in seen:
                seen.add(step)
                self._collect(party.id, earliest, latest, certain=step[1], found=found, seen=seen)

    def family(self, product: str) -> tuple[str, ...]:
        """The product and all its declared descendants, itself first, then by id."""
        found, frontier = {product}, [product]
        while frontier:
            fresh = {child for parent in frontier for child in self._children.get(parent, ())} - found
            found |= fresh
            frontier = list(fresh)
        return (product, *sorted(found - {product}))

    @cached_property
    def _children(self) -> Mapping[str, tuple[str, ...]]:
        children: dict[str, list[str]] = defaultdict(list)
        for item in self.products.values():
            for parent in item.derived_from:
                children[parent].append(item.id)
        return {parent: tuple(found) for parent, found in children.items()}

    @cached_property
    def _accounts(self) -> Mapping[str, str]:
        """Account -> person, with and without its system; a login that two people share resolves to neither."""
        return _unambiguous(self._logins())

    @cached_property
    def _shared(self) -> Mapping[str, frozenset[str]]:
        users: dict[str, set[str]] = defaultdict(set)
        for key, person in self._logins():
            users[key].add(person)
        return {key: frozenset(found) for key, found in users.items() if len(found) > 1}

    def _logins(self) -> Iterator[tuple[str, str]]:
        for person in self.people.values():
            for account in person.accounts:
                for key in {_fold(account), _fold(account.partition(":")[2] or account)}:
                    yield key, person.id

    @cached_property
    def _names(self) -> Mapping[str, str]:
        people = ((_fold(person.name), person.id) for person in self.people.values())
        groups = ((_fold(group.name), group.id) for group in self.groups.values())
        return _unambiguous([*people, *groups])

    @cached_property
    def _linked(self) -> Mapping[str, str | None]:
        return {_fold(name): found for name, found in self.links.items()}

    @cached_property
    def _likened(self) -> frozenset[str]:
        return frozenset(map(_fold, self.likened))


@contextmanager
def _without_collecting() -> Iterator[None]:
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _id(body: Body) -> str:
    return str(body["id"])


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return {key: next(iter(values)) for key, values in found.items() if len(values) == 1}


def _latest(rows: Iterable[Body], key: Callable[[Body], object], read: Callable[[Body], R]) -> dict[str, R]:
    latest = {key(body): body for body in rows}
    return {str(body["id"]): read(body) for body in latest.values()}


def _grouped(
    rows: Iterable[Body], key: Callable[[Body], object], read: Callable[[Iterable[Body]], R]
) -> dict[str, R]:
    latest = {key(body): body for body in rows}
    by_id: dict[str, list[Body]] = defaultdict(list)
    for body in latest.values():
        by_id[body["id"]].append(body)
    return {identifier: read(found) for identifier, found in by_id.items()}


def _links(rows: Iterable[Body]) -> dict[str, Body]:
    """Raw name -> the link that counts. A person's decision outlives any machine's; a later decision replaces an
    earlier one."""
    links: dict[str, Body] = {}
    for body in rows:
        held = links.get(body["name"])
        if held is not None and held["by"] != "machine" and body["by"] == "machine":
            continue
        links[body["name"]] = body
    # Names are compared without regard to case; of two that differ in nothing else, a person's decision is last.
    return dict(sorted(links.items(), key=lambda item: item[1]["by"] != "machine"))
