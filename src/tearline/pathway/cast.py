"""Everybody who appears in some events, as small integers, and for whom each group stood at what time.

Names are resolved once each, however often they occur. A group is flattened to the windows of time in which each
party belonged to it, through groups within groups; windows of one party that touch are one window.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tearline.records.parties import Party, PartyKind
from tearline.records.times import to_micros
from tearline.views.register import Register

# Beyond any recorded time, with room to add and subtract.
EVER = np.int64(-(2**62))
NEVER = np.int64(2**62)

Window = tuple[int, int]  # half-open, microseconds


class Windows(NamedTuple):
    """Runs of windows, one run a party: of party p, elements `first[p]` to `first[p + 1]` of the others."""

    first: NDArray[np.int64]
    other: NDArray[np.int32]
    since: NDArray[np.int64]
    until: NDArray[np.int64]


class CastArrays(NamedTuple):
    """What the kernel needs to know of P parties."""

    holds: NDArray[np.bool_]  # a person or an unresolved name: only these can be holders
    members: Windows  # group -> party
    groups: Windows  # party -> group
    posts: Windows  # person -> originating organisation


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """`parties[code]` is who a code stands for."""

    parties: tuple[Party, ...]
    codes: Mapping[Party, int]
    arrays: CastArrays


def assemble(register: Register, parties: Iterable[Party], originators: Iterable[str]) -> Cast:
    """The cast of `parties`, of everybody their groups ever stood for, and of the originating organisations."""
    codes: dict[Party, int] = {}
    for organisation in sorted(set(originators)):
        codes.setdefault(Party(PartyKind.ORGANISATION, organisation), len(codes))
    for party in parties:
        codes.setdefault(party, len(codes))
    members: dict[int, list[tuple[int, Window]]] = {}
    waiting = [party for party in codes if party.kind is PartyKind.GROUP]
    while waiting:
        group = waiting.pop()
        if codes[group] in members:
            continue
        listed = members[codes[group]] = []
        for party, windows in sorted(standing_for(register, group.id).items()):
            if party not in codes:
                codes[party] = len(codes)
                if party.kind is PartyKind.GROUP:
                    waiting.append(party)
            listed.extend((codes[party], window) for window in windows)
    groups: dict[int, list[tuple[int, Window]]] = defaultdict(list)
    for group_code, listed in members.items():
        for code, window in listed:
            groups[code].append((group_code, window))
    everybody = tuple(codes)
    return Cast(
        parties=everybody,
        codes=codes,
        arrays=CastArrays(
            holds=np.array(
                [party.kind in (PartyKind.PERSON, PartyKind.NAME) for party in everybody], dtype=np.bool_
            ),
            members=_windows(members, len(everybody)),
            groups=_windows(groups, len(everybody)),
            posts=_windows(_posts(register, codes, frozenset(originators)), len(everybody)),
        ),
    )


def standing_for(register: Register, group: str) -> dict[Party, list[Window]]:
    """For whom `group` stood, and when: everybody it ever held, directly or through other groups.

    Groups on the way are in the answer too: what reaches a list reaches the lists on it. A group within itself
    adds nothing.
    """
    found: dict[Party, list[Window]] = {Party(PartyKind.GROUP, group): [(int(EVER), int(NEVER))]}
    waiting = [Party(PartyKind.GROUP, group)]
    while waiting:
        holder = waiting.pop()
        for membership in register.groups[holder.id].memberships:
            since, until = _micros(membership.valid_from, EVER), _micros(membership.valid_to, NEVER)
            inside = [(max(a, since), min(b, until)) for a, b in found[holder] if max(a, since) < min(b, until)]
            party = register.resolve(membership.member)
            held = found.get(party, [])
            merged = _merge([*held, *inside])
            if merged and merged != held:
                found[party] = merged
                if party.kind is PartyKind.GROUP:
                    waiting.append(party)
    del found[Party(PartyKind.GROUP, group)]
    return found


def _posts(
    register: Register, codes: Mapping[Party, int], originators: frozenset[str]
) -> dict[int, list[tuple[int, Window]]]:
    """When each person held a post in an originating organisation."""
    posts: dict[int, list[tuple[int, Window]]] = {}
    for party, code in codes.items():
        if party.kind is not PartyKind.PERSON:
            continue
        by_organisation: dict[str, list[Window]] = defaultdict(list)
        for period in register.people[party.id].periods:
            if period.organisation in originators:
                window = (_micros(period.valid_from, EVER), _micros(period.valid_to, NEVER))
                by_organisation[period.organisation].append(window)
        if by_organisation:
            posts[code] = [
                (codes[Party(PartyKind.ORGANISATION, organisation)], window)
                for organisation, windows in sorted(by_organisation.items())
                for window in _merge(windows)
            ]
    return posts


def _windows(runs: Mapping[int, Sequence[tuple[int, Window]]], parties: int) -> Windows:
    sizes = np.zeros(parties + 1, dtype=np.int64)
    for code, listed in runs.items():
        sizes[code + 1] = len(listed)
    flat = [item for code in sorted(runs) for item in runs[code]]
    return Windows(
        first=np.cumsum(sizes),
        other=np.array([other for other, _ in flat], dtype=np.int32),
        since=np.array([since for _, (since, _) in flat], dtype=np.int64),
        until=np.array([until for _, (_, until) in flat], dtype=np.int64),
    )


def _merge(windows: Iterable[Window]) -> list[Window]:
    merged: list[Window] = []
    for since, until in sorted(windows):
        if since >= until:
            continue
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((since, until))
    return merged


def _micros(moment: datetime | None, otherwise: np.int64) -> int:
    return int(otherwise) if moment is None else to_micros(moment)
