"""One account under several names: a security identifier, a login, an address, shown beside one another.

A domain gives each account a security identifier (SID) that it never gives again, and logs write now the SID, now
the login, now the address. Where an event shows a name beside a SID, both are one account. Joined (JOINED) are:

1. a SID and the names shown beside it that are the same login: `jroy`, `BETA\\jroy`, `jroy@beta.example`;
2. all of them with the person on record whose account one of them is.

Left open for a person to decide (OPEN): names shown beside one SID that are different logins (an account that was
renamed, or one that was lent), and a login shown beside several SIDs (two domains have one each). Two people of
the register are never joined. Never looked at: SIDs of the machine, of built-in groups and of the accounts that
every domain has (administrator, guest: their last number is below 1000), for many may use them. Nothing here does
I/O.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tearline.intake.name_ties import Likeness, Tie
from tearline.records.parties import PartyKind
from tearline.text.tokens import fold
from tearline.views.register import Register

JOINED = 0.99
OPEN = 0.85
FIRST_OWN = 1000
"""Last numbers below this one are of accounts that every domain has."""

Shown = Mapping[tuple[str, str], int]
"""(Name as written, SID shown beside it) -> how often."""

_SID = re.compile(r"S-1-5-21(?:-[0-9]{1,10}){3}-([0-9]{1,10})|S-1-12-1(?:-[0-9]{1,10}){4}", re.IGNORECASE)
_DOMAIN = re.compile(r"^[\w.-]{1,64}\\")
_BESIDE = "an event shows this identifier of an account beside it"
_RENAMED = "beside one identifier of an account, but another login: a renamed account, or a lent one"
_SEVERAL = "the login stands beside several identifiers: accounts of two domains, perhaps of two people"


@dataclass(frozen=True, slots=True)
class Accounts:
    """Names that are one account's, and what stays open."""

    links: tuple[Likeness, ...]
    open: tuple[Tie, ...]


def own_sid(text: str | None) -> str | None:
    """The SID of an account of its own, in capitals; None for anything else."""
    found = _SID.fullmatch(text.strip()) if text else None
    if found is None or (found[1] is not None and int(found[1]) < FIRST_OWN):
        return None
    return found[0].upper()


def login_of(name: str) -> str:
    """What a login, `DOMAIN\\login` or address calls its account, folded."""
    return fold(_DOMAIN.sub("", name.strip()).partition("@")[0])


def same_accounts(register: Register, decided: Iterable[str], shown: Shown) -> Accounts:
    """Which names are one account's. `decided`: names about which a decision is on record; they are left alone,
    and what they stand for counts."""
    settled, links, ties = frozenset(decided), list[Likeness](), list[Tie]()
    beside: dict[str, Counter[str]] = defaultdict(Counter)
    sids: dict[str, set[str]] = defaultdict(set)
    for (name, written), count in shown.items():
        sid = own_sid(written)
        if sid is not None and own_sid(name) is None:
            beside[sid][name] += count
            sids[name].add(sid)
    for sid, names in sorted(beside.items()):
        several = sorted(name for name in names if len(sids[name]) > 1)
        ties += [Tie(name, sid, OPEN, _SEVERAL) for name in several]
        plain = {name: count for name, count in names.items() if name not in several}
        if not plain:
            continue
        usual = max(plain, key=lambda name: (register.resolve(name).kind is PartyKind.PERSON, plain[name], name))
        same = [name for name in sorted(plain) if login_of(name) == login_of(usual)]
        ties += [Tie(name, usual, OPEN, _RENAMED) for name in sorted(plain) if name not in same]
        links += _one_account(register, settled, sid, usual, same)
    return Accounts(tuple(links), tuple(ties))


def _one_account(
    register: Register, settled: frozenset[str], sid: str, usual: str, names: Iterable[str]
) -> Iterator[Likeness]:
    """Links of a SID and of the names beside it to the person whose account it is, or to the usual name."""
    parties = {name: register.resolve(name) for name in (sid, *names)}
    people = {party.id for party in parties.values() if party.kind is not PartyKind.NAME}
    if len(people) > 1:
        return
    # A SID that stood for a name of an earlier batch goes on doing so.
    earlier = parties[sid].id if parties[sid].id != sid else usual
    target = next(iter(people), earlier)
    for name, party in parties.items():
        if party.kind is PartyKind.NAME and target not in {party.id, name} and name not in settled:
            yield Likeness(name, target, JOINED, _BESIDE)
