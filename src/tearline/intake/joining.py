"""From names that nobody has resolved to links between them: what is on record of names, and what joins to it.

A link is a record in `identities`: `name` (as written) is a person of the register, or `same_as` another name,
which stands for both until somebody says who that is. The events keep what their sources wrote; a link that a
later decision or a retraction takes back leaves no trace in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tearline.intake.account_ids import Shown, same_accounts
from tearline.intake.identities import Linker, decided_names
from tearline.intake.known import Body, retracted
from tearline.intake.name_ties import LINK, Likeness, Tie
from tearline.intake.place import Place
from tearline.intake.same_names import same_names
from tearline.intake.spellings import spelling
from tearline.intake.taking import taking
from tearline.ledger import Ledger, LedgerState
from tearline.records.kinds import Stream
from tearline.records.naming import Who
from tearline.records.parties import PartyKind
from tearline.views.register import Register

MOST_UNRESOLVED = 20_000
"""Unresolved names that are compared in one go; of more, the first in the alphabet."""
_BEGINNING = 3

Count = Callable[[Sequence[str]], Mapping[str, int]]
"""How often names occur, asked only of those that are compared."""


@dataclass(frozen=True, slots=True)
class RecordedLink:
    """A link that counts: who `name` is taken to be, and on whose word. `same_as` None: nobody, whatever it
    looks like."""

    name: Who
    same_as: Who | None
    score: float | None
    reason: str | None
    by: str


@dataclass(frozen=True, slots=True)
class OpenTie:
    """Two names that may be one person's and are not joined."""

    one: Who
    other: Who
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Identities:
    """What `identities` answers. `unresolved` counts the names of nobody known, those that stand for others among
    them; at `link` and above a machine joins, what lies below is `open`."""

    links: tuple[RecordedLink, ...]
    open: tuple[OpenTie, ...]
    unresolved: int
    link: float = LINK


def known_names(register: Register) -> dict[str, str]:
    """Name -> who it is, of everybody registered under a name of their own and every name decided on."""
    people = {person.name for person in register.people.values()}
    names = [*people, *register.links, *(name for name in register.links.values() if name is not None)]
    found = ((name, register.resolve(name)) for name in names)
    return {name: party.id for name, party in found if party.kind is not PartyKind.NAME or name not in people}


def unresolved(register: Register, names: Iterable[str], known: Mapping[str, str]) -> list[str]:
    """Those of `names` that are nobody's yet and about which nothing is decided."""
    return [name for name in names if name not in known and register.resolve(name).kind is PartyKind.NAME]


def joined(register: Register, names: Iterable[str], known: Mapping[str, str], count: Count) -> list[Likeness]:
    """Which of `names` are the same as one another's or as known ones."""
    new = unresolved(register, names, known)[:MOST_UNRESOLVED]
    if not new:
        return []
    near = _related(new, known)
    counts = {**dict.fromkeys(near, 1), **count([*near, *new])}
    return list(same_names(counts, {name: known[name] for name in near}).links)


def link_body(register: Register, link: Likeness) -> Body:
    """The record for the `identities` stream (without `batch`)."""
    registered = link.same_as in register.people or link.same_as in register.groups
    return {
        "name": link.name,
        "person": link.same_as if registered else None,
        "same_as": None if registered else link.same_as,
        "by": "machine",
        "score": link.score,
        "reason": link.reason,
    }


def link_all(
    register: Register, decided: Iterable[str], names: Iterable[str], count: Count, shown: Shown
) -> list[Body]:
    """The records of who `names` are, as far as it can be said: people first, then accounts, then one another.

    `shown`: the names that events show beside the identifier of an account.
    """
    settled = frozenset(decided)
    linker = Linker(register, settled)
    links = [link for name in names if (link := linker.link(name)) is not None]
    bodies = [link.body() for link in links]
    people = {link.name: link.person for link in links}
    accounts = same_accounts(
        replace(register, links={**register.links, **people}), settled | people.keys(), shown
    ).links
    bodies += [link_body(register, likeness) for likeness in accounts]
    people |= {likeness.name: likeness.same_as for likeness in accounts}
    same = joined(register, names, known_names(register) | people, count)
    return [*bodies, *(link_body(register, likeness) for likeness in same)]


def ledger_decided(ledger: Ledger, state: LedgerState) -> frozenset[str]:
    """The names about which somebody or something has decided, in batches that count."""
    return decided_names(ledger.bodies(Stream.IDENTITIES, state), retracted(ledger, state))


def join(place: Place, names: Mapping[str, int], shown: Shown) -> int:
    """Look at all names on record together, and record the links that hold; how many were made.

    A batch is compared with what is decided, not with every unresolved name that ever came: this is for those.
    """
    with taking(place, [Stream.IDENTITIES]) as one:
        register = Register.read(place.ledger, one.state)
        bodies = link_all(register, ledger_decided(place.ledger, one.state), names, _counted_in(names), shown)
        for body in bodies:
            one.add(Stream.IDENTITIES, body)
        one.conclude("identities")
    return len(bodies)


def list_identities(
    ledger: Ledger, state: LedgerState, register: Register, names: Mapping[str, int], shown: Shown
) -> Identities:
    """The links that count, and what stays open among `names` (-> how often they are on record), some of which
    events show beside the identifier of an account."""
    bodies: dict[str, Body] = {}
    gone = retracted(ledger, state)
    for body in ledger.bodies(Stream.IDENTITIES, state):
        # As the register reads them: a person's word outlives a machine's.
        if body.get("batch") not in gone:
            held = bodies.get(body["name"])
            if held is None or held["by"] == "machine" or body["by"] != "machine":
                bodies[body["name"]] = body
    known = known_names(register)
    new = unresolved(register, names, known)[:MOST_UNRESOLVED]
    found = same_names(_counted_in(names)((*_related(new, known), *new)), known)
    accounts = same_accounts(register, bodies, shown)
    ready = (Tie(link.name, link.same_as, link.score, link.reason) for link in (*accounts.links, *found.links))
    nobody = sum(register.resolve(name).kind is PartyKind.NAME for name in names)
    return Identities(
        tuple(map(recorded_link, bodies.values())),
        tuple(map(_open, (*ready, *accounts.open, *found.open))),
        nobody,
    )


def recorded_link(body: Body) -> RecordedLink:
    """A record of the `identities` stream."""
    whom = body["person"] or body.get("same_as")
    score, reason = body.get("score"), body.get("reason")
    return RecordedLink(Who(body["name"]), Who(whom) if whom else None, score, reason, body["by"])


def _counted_in(names: Mapping[str, int]) -> Count:
    return lambda asked: {name: names.get(name, 1) for name in asked}


def _open(tie: Tie) -> OpenTie:
    return OpenTie(Who(tie.one), Who(tie.other), tie.score, tie.reason)


def _related(new: Iterable[str], known: Mapping[str, str]) -> Sequence[str]:
    """The known names that share the beginning of a word with one of `new`: no other can be alike."""
    beginnings = {beginning for name in new for beginning in _beginnings(name)}
    return [name for name in known if not beginnings.isdisjoint(_beginnings(name))]


def _beginnings(name: str) -> set[str]:
    one = spelling(name)
    words = (one.text or "").replace("-", " ").replace(",", " ").replace(".", " ").split()
    if one.address is not None:
        local = one.address.local
        # A login may put an initial before the family name.
        words += [local, local[1:], *local.replace("_", ".").replace("-", ".").split(".")]
    return {word[:_BEGINNING] for word in words if len(word) >= _BEGINNING} or {one.text or ""}
