"""Which names, as written, are one person's: clusters with a score and a reason for every link.

No register of people is needed: on the first day there is none. What is said in two ways is joined where one of
these holds, strongest first; the scores say how strong each ground is, they are not probabilities.

1. SHOWN: a name stands beside an address, and either the address is spelt from the name or most of that address's
   showings are with that name.
2. SAME: the same given and family name, in either order; initials that differ keep names apart.
3. ADDRESS: the address or login spells exactly one person's name (`jane.roy`, `royjm`, `jroy`).
4. DAMAGED: one letter in the given or the family name or both, where nobody else bears the odd spelling and it is
   rare beside the other; or one letter in an address, its ending apart (that is where people of one name differ).

Two people of different family names are never joined, whatever says so, nor are names that somebody told apart.
What lies between PROPOSE and LINK is not joined but listed, for a person to decide.

This stands in intake, not in text: it reads names as sources write them, addresses included, and so builds on the
readers' own rules for address lines. It does no I/O. Time and memory grow with the number of different names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tearline.intake.likeness import apart, letters_of, near, patterns
from tearline.intake.name_damage import damaged_addresses, damaged_names
from tearline.intake.name_evidence import Evidence, nodes_of
from tearline.intake.name_grounds import DOMINANT, beside_one_name, same, shown
from tearline.intake.name_groups import Edge, Groups, Node
from tearline.intake.name_ties import LINK, PROPOSE, Likeness, SameNames, Tie
from tearline.intake.spellings import Address, Spelling

MOST_BEARERS = 3
"""Given names' first letters beside which a family name still counts as rare."""


def same_names(counts: Mapping[str, int], known: Mapping[str, str] | None = None) -> SameNames:
    """The clusters of the names in `counts` (as written -> how often).

    `known`: name -> who it is decided to be (a person, or the name that stands for it); two that are different
    people's are never joined, no link is made of them, and what is joined to one is linked to whom it is. The
    answer does not depend on the order of the names.
    """
    return _Clustering(counts, known or {}).answer()


class _Clustering:
    def __init__(self, counts: Mapping[str, int], known: Mapping[str, str]) -> None:
        self._seen = Evidence(counts)
        self._known = known
        self._groups = Groups(
            names={t: (self._seen.often[t], (n.first, n.last)) for t, n in self._seen.names.items()}
        )
        for raw, person in sorted(known.items()):
            for node in nodes_of(self._seen.raws.get(raw)):
                self._groups.anchors.setdefault(node, person)
        self._tree: dict[Node, list[Edge]] = defaultdict(list)
        self._open: list[Edge] = []

    def answer(self) -> SameNames:
        # Names come together before addresses are read against them: an address must fit one person only.
        self._take(
            [
                *shown(self._seen),
                *beside_one_name(self._seen),
                *same(self._seen),
                *damaged_names(self._seen),
                *damaged_addresses(self._seen),
            ]
        )
        self._take([*self._spelled()])
        return SameNames(tuple(self._links()), tuple(self._ties()))

    def _take(self, edges: Sequence[Edge]) -> None:
        for edge in sorted(edges, key=lambda e: (-e.score, str(e.one), str(e.other))):
            if edge.score < LINK:
                self._open.append(edge)
            elif self._groups.root(edge.one) == self._groups.root(edge.other):
                continue
            elif self._groups.join(edge.one, edge.other):
                self._tree[edge.one].append(edge)
                self._tree[edge.other].append(edge)
            else:
                edge.reason += ", but the rest of what is known speaks of two people"
                self._open.append(edge)

    def _spelled(self) -> Iterator[Edge]:
        """Addresses and logins that spell one person's name, read against the groups there are by now."""
        spelt: dict[str, list[tuple[str, bool]]] = defaultdict(list)
        families: dict[str, list[str]] = defaultdict(list)
        initials: dict[str, set[str]] = defaultdict(set)
        houses = {
            (address.domain, self._groups.root(address)) for address in self._seen.addresses if address.domain
        }
        for text, name in sorted(self._seen.names.items()):
            initials[name.last].add(name.first[0])
            if text not in self._seen.twins:
                families[name.last].append(text)
                for pattern, whole in patterns(name):
                    spelt[pattern].append((text, whole))
        for address in sorted(self._seen.addresses, key=lambda a: (a.local, a.domain)):
            bearers = {self._groups.root(text): text for text in families.get(address.local, ())}
            for bearer, text in bearers.items():
                if len(bearers) == len(initials[address.local]) == 1 and (address.domain, bearer) in houses:
                    yield Edge(address, text, 0.91, "a family name that one person bears, at a domain of theirs")
            yield from self._fitting(address, spelt.get(letters_of(address.local), ()), initials)

    def _fitting(
        self, address: Address, found: Sequence[tuple[str, bool]], initials: Mapping[str, set[str]]
    ) -> Iterator[Edge]:
        """Edges from an address to the names it may be made of: one person's, or a question."""
        whole = any(full for _, full in found)
        texts = {self._groups.root(text): text for text, full in found if full or not whole}
        if not texts or self._groups.root(address) in texts:
            return
        names = {text: self._groups.names[root][1] for root, text in texts.items()}
        text = max(names, key=lambda t: (self._groups.names[self._groups.root(t)], t))
        first, last = names[text]
        if not all(near((first, last), other) and apart(first, other[0]) <= 1 for other in names.values()):
            if len(names) <= DOMINANT:
                for one in names:
                    yield Edge(address, one, PROPOSE, "the address spells this name, and another's too")
        elif whole:
            yield Edge(address, text, 0.95, "the address spells this name and nobody else's")
        elif len(initials[last]) <= MOST_BEARERS and len(last) > 3:
            yield Edge(address, text, 0.91, "the address is an initial and the family name, which is rare")
        else:
            yield Edge(address, text, 0.8, "the address fits, but others bear the family name")

    # The answer --------------------------------------------------------------------------------------------

    def _links(self) -> Iterator[Likeness]:
        clusters: dict[Node, list[str]] = defaultdict(list)
        for raw, one in self._seen.raws.items():
            if (node := self._place(one)) is not None:
                clusters[self._groups.root(node)].append(raw)
        for raws in clusters.values():
            stands = max(raws, key=self._stands)
            start = self._place(self._seen.raws[stands])
            way = self._ways(start) if start is not None else {}
            same_as = self._groups.anchors.get(self._groups.root(start), stands) if start is not None else stands
            for raw in raws:
                if raw == same_as or raw in self._known:
                    continue
                one = self._seen.raws[raw]
                score, reason = min(way[node] for node in nodes_of(one) if node in way)
                if any(node not in way for node in nodes_of(one)):
                    score, reason = min(
                        (score, reason), (0.93, "the address in it is theirs, whatever it is called")
                    )
                yield Likeness(raw, same_as, score, reason)

    def _place(self, one: Spelling) -> Node | None:
        """The node that stands for a whole name as written; None where name and address are two people's."""
        nodes = nodes_of(one)
        if len({self._groups.root(node) for node in nodes}) == 1:
            return nodes[0]
        # What is sent to an address reaches whoever has it, unless the name beside it is plainly another's.
        return one.address if one.name is None else None

    def _stands(self, raw: str) -> tuple[bool, bool, int, str]:
        """Who is known stands for a cluster, else a whole name, else the commonest."""
        return (raw in self._known, self._seen.raws[raw].name is not None, self._seen.counts[raw], raw)

    def _ways(self, start: Node) -> dict[Node, tuple[float, str]]:
        way: dict[Node, tuple[float, str]] = {start: (1.0, "the same name, written otherwise")}
        waiting = [start]
        while waiting:
            node = waiting.pop()
            for edge in self._tree.get(node, ()):
                there = edge.other if edge.one == node else edge.one
                if there not in way:
                    way[there] = min(way[node], (edge.score, edge.reason))
                    waiting.append(there)
        return way

    def _ties(self) -> Iterator[Tie]:
        raw_of: dict[Node, str] = {}
        for raw in sorted(self._seen.raws, key=lambda r: (-self._seen.counts[r], r)):
            for node in nodes_of(self._seen.raws[raw]):
                raw_of.setdefault(node, raw)
        told: set[frozenset[Node]] = set()
        for edge in sorted(self._open, key=lambda e: (-e.score, str(e.one), str(e.other))):
            ends = frozenset((self._groups.root(edge.one), self._groups.root(edge.other)))
            if len(ends) == 2 and ends not in told and raw_of[edge.one] != raw_of[edge.other]:
                told.add(ends)
                yield Tie(raw_of[edge.one], raw_of[edge.other], edge.score, edge.reason)
