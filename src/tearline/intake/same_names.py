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

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from tearline.intake.identities import Name
from tearline.intake.likeness import (
    Key,
    apart,
    by_rule,
    less_one,
    letters_of,
    near,
    near_domain,
    one_house,
    patterns,
    spells,
    whole_letters,
)
from tearline.intake.name_groups import Edge, Groups, Node
from tearline.intake.spellings import Address, Spelling, letters_key, spelling

LINK = 0.9
PROPOSE = 0.75
SHORTEST = 10
"""Letters of a name (given and family together) in which one that differs may be damage."""
SHORTEST_TWICE = 13
SHORTEST_ADDRESS = 7
RARE = 0.05
"""A damaged spelling is at most this share of the right one's occurrences, or stands at most FEW times."""
FEW = 2
MOST_SHOWINGS = 0.6
DOMINANT = 5
MOST_BEARERS = 3
"""Given names' first letters beside which a family name still counts as rare."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Why two names may be one person's. `one` and `other` are as written."""

    one: str
    other: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """That `name` is the same as `same_as` (both as written), and why: the weakest step on the way says it."""

    name: str
    same_as: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class SameNames:
    """`links`: every name that is another's, which stands for its cluster. `open`: what may be one and was not
    joined, likeliest first."""

    links: tuple[Likeness, ...]
    open: tuple[Tie, ...]


def same_names(counts: Mapping[str, int], known: Mapping[str, str] | None = None) -> SameNames:
    """The clusters of the names in `counts` (as written -> how often).

    `known`: name -> who it is decided to be (a person, or the name that stands for it); two that are different
    people's are never joined, no link is made of them, and what is joined to one is linked to whom it is. The
    answer does not depend on the order of the names.
    """
    return _Clustering(counts, known or {}).answer()


class _Clustering:
    def __init__(self, counts: Mapping[str, int], known: Mapping[str, str]) -> None:
        self._raws = {raw: spelling(raw) for raw in sorted(counts)}
        self._counts = counts
        self._known = known
        self._seen: Counter[Node] = Counter()
        self._beside: Counter[tuple[str, Address]] = Counter()
        self._names: dict[str, Name] = {}
        self._addresses: set[Address] = set()
        for raw, one in self._raws.items():
            if one.text is not None:
                self._seen[one.text] += counts[raw]
                if one.name is not None:
                    self._names[one.text] = one.name
            if one.address is not None:
                self._seen[one.address] += counts[raw]
                self._addresses.add(one.address)
                if one.text is not None:
                    self._beside[one.text, one.address] += counts[raw]
        self._groups = Groups(names={t: (self._seen[t], (n.first, n.last)) for t, n in self._names.items()})
        for raw, person in sorted(known.items()):
            for node in _nodes(self._raws.get(raw)):
                self._groups.anchors.setdefault(node, person)
        self._twins = self._told_apart()
        self._tree: dict[Node, list[Edge]] = defaultdict(list)
        self._open: list[Edge] = []

    def answer(self) -> SameNames:
        # Names come together before addresses are read against them: an address must fit one person only.
        self._take(
            [
                *self._shown(),
                *self._beside_one_name(),
                *self._same(),
                *self._damaged_names(),
                *self._damaged_addresses(),
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

    # The grounds -------------------------------------------------------------------------------------------

    def _shown(self) -> Iterator[Edge]:
        per_address: Counter[Address] = Counter()
        for (_, address), count in self._beside.items():
            per_address[address] += count
        for (text, address), count in self._beside.items():
            name = self._names.get(text)
            if name is not None and spells(address, name):
                shared = text in self._twins
                reason = "the address is spelt from the name shown beside it"
                yield Edge(text, address, 0.8 if shared else 0.99, reason)
            elif count >= FEW and count >= MOST_SHOWINGS * per_address[address]:
                yield Edge(text, address, 0.95, "this address is nearly always shown beside this name")
            else:
                yield Edge(text, address, 0.8, "the address is shown beside this name, but seldom")

    def _told_apart(self) -> set[str]:
        """Names beside which two addresses of one domain stand, both made of the whole name by rule: so an office
        tells two people of one name apart."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for (text, address), count in self._beside.items():
            name = self._names.get(text)
            if name is not None and count >= FEW and address.domain and by_rule(address, name):
                found[text, address.domain].add(letters_key(address.local))
        return {text for (text, _), different in found.items() if len(different) > 1}

    def _beside_one_name(self) -> Iterator[Edge]:
        """Addresses nearly the same beside the same name, the `@` itself perhaps among what is damaged."""
        by_text: dict[str, list[Address]] = defaultdict(list)
        for text, address in self._beside:
            if text not in self._twins:
                by_text[text].append(address)
        for listed in by_text.values():
            usual = sorted(listed, key=lambda a: (-self._seen[a], a.local, a.domain))[:FEW]
            for address in listed:
                for one in usual:
                    if one is not address and self._seen[address] <= max(FEW, RARE * self._seen[one]):
                        whole, other = whole_letters(address), whole_letters(one)
                        most = min(3, len(other) // 5)
                        if OSA.distance(whole, other, score_cutoff=most) <= most:
                            yield Edge(address, one, 0.93, "nearly the same address beside the same name")

    def _same(self) -> Iterator[Edge]:
        by_key: dict[Key, list[str]] = defaultdict(list)
        for text, name in self._names.items():
            by_key[name.first, name.last].append(text)
        for (first, last), texts in by_key.items():
            yield from self._one_name(texts)
            if (last, first) in by_key and first < last:
                for text in texts:
                    yield Edge(text, by_key[last, first][0], 0.93, "the same names in the other order")

    def _one_name(self, texts: Sequence[str]) -> Iterator[Edge]:
        """Texts with one given and family name: joined unless their initials differ."""
        weight: Counter[tuple[str, ...]] = Counter()
        stands: dict[tuple[str, ...], str] = {}
        for text in sorted(texts, key=lambda t: (-self._seen[t], t)):
            initials = self._names[text].initials[:1]
            weight[initials] += self._seen[text]
            if initials in stands:
                yield Edge(stands[initials], text, 0.98, "the same given and family name")
            stands.setdefault(initials, text)
        if () not in stands or len(stands) < 2:
            return
        (best, most), *others = [(i, n) for i, n in weight.most_common() if i]
        alone = not others or most >= DOMINANT * sum(n for _, n in others)
        for initials, _ in ((best, most), *others):
            sure = alone and initials == best
            reason = (
                "the same name, once with an initial" if sure else "the same name, but others have other initials"
            )
            yield Edge(stands[()], stands[initials], 0.96 if sure else PROPOSE, reason)

    def _damaged_names(self) -> Iterator[Edge]:
        """One letter apart in the given name, the family name or both."""
        best: dict[Key, str] = {}
        weight: Counter[Key] = Counter()
        for text, name in sorted(self._names.items()):
            key = (name.first, name.last)
            weight[key] += self._seen[text]
            if key not in best or self._seen[text] > self._seen[best[key]]:
                best[key] = text
        firsts, lasts = _bearers((f, la) for f, la in weight), _bearers((la, f) for f, la in weight)
        blocks: dict[Key, list[Key]] = defaultdict(list)
        for first, last in sorted(weight):
            for stem in less_one(last.replace("rn", "m")):
                blocks[first[0], stem].append((first, last))
        seen: set[tuple[Key, Key]] = set()
        for keys in blocks.values():
            for number, one in enumerate(keys):
                for other in keys[number + 1 :]:
                    if (one, other) in seen:
                        continue
                    seen.add((one, other))
                    rare, usual = sorted((one, other), key=lambda k: (weight[k], k))
                    score = _damage(rare, usual, weight, firsts, lasts)
                    if score:
                        a, b = self._names[best[rare]].initials[:1], self._names[best[usual]].initials[:1]
                        if a and b and a != b:
                            continue
                        reason = "one letter apart, and nobody else is spelt so"
                        if score < LINK:
                            reason = "one letter apart, but both spellings may be right"
                        yield Edge(best[rare], best[usual], score, reason)

    def _damaged_addresses(self) -> Iterator[Edge]:
        by_local: dict[str, list[Address]] = defaultdict(list)
        stems: dict[tuple[str, str], list[Address]] = defaultdict(list)
        for address in sorted(self._addresses, key=lambda a: (a.local, a.domain)):
            by_local[address.local].append(address)
            if len(address.local) >= SHORTEST_ADDRESS:
                for stem in less_one(address.local[:-2]):
                    stems[stem, address.local[-2:]].append(address)
        for listed in by_local.values():
            usual = max(listed, key=lambda a: (self._seen[a], a.domain))
            for address in listed:
                if address is usual:
                    continue
                if near_domain(address.domain, usual.domain):
                    yield Edge(address, usual, 0.97, "the same address, its domain damaged")
                elif one_house(address, usual):
                    yield Edge(address, usual, 0.92, "the same numbered login at another host of one domain")
        pairs = {(a, b) for listed in stems.values() for n, a in enumerate(listed) for b in listed[n + 1 :]}
        for one, other in pairs:
            digits = [c for c in one.local if c.isdigit()], [c for c in other.local if c.isdigit()]
            if one.local == other.local or digits[0] != digits[1] or one.domain != other.domain:
                continue
            if OSA.distance(one.local, other.local) == 1:
                rare, usual_n = sorted((self._seen[one], self._seen[other]))
                sure = rare <= max(FEW, RARE * usual_n)
                yield Edge(one, other, 0.92 if sure else 0.8, "the same address but for one letter")

    def _spelled(self) -> Iterator[Edge]:
        """Addresses and logins that spell one person's name, read against the groups there are by now."""
        spelt: dict[str, list[tuple[str, bool]]] = defaultdict(list)
        families: dict[str, list[str]] = defaultdict(list)
        initials: dict[str, set[str]] = defaultdict(set)
        houses = {(address.domain, self._groups.root(address)) for address in self._addresses if address.domain}
        for text, name in sorted(self._names.items()):
            initials[name.last].add(name.first[0])
            if text not in self._twins:
                families[name.last].append(text)
                for pattern, whole in patterns(name):
                    spelt[pattern].append((text, whole))
        for address in sorted(self._addresses, key=lambda a: (a.local, a.domain)):
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
        for raw, one in self._raws.items():
            if (node := self._place(one)) is not None:
                clusters[self._groups.root(node)].append(raw)
        for raws in clusters.values():
            stands = max(raws, key=self._stands)
            start = self._place(self._raws[stands])
            way = self._ways(start) if start is not None else {}
            same_as = self._groups.anchors.get(self._groups.root(start), stands) if start is not None else stands
            for raw in raws:
                if raw == same_as or raw in self._known:
                    continue
                one = self._raws[raw]
                score, reason = min(way[node] for node in _nodes(one) if node in way)
                if any(node not in way for node in _nodes(one)):
                    score, reason = min(
                        (score, reason), (0.93, "the address in it is theirs, whatever it is called")
                    )
                yield Likeness(raw, same_as, score, reason)

    def _place(self, one: Spelling) -> Node | None:
        """The node that stands for a whole name as written; None where name and address are two people's."""
        nodes = _nodes(one)
        if len({self._groups.root(node) for node in nodes}) == 1:
            return nodes[0]
        # What is sent to an address reaches whoever has it, unless the name beside it is plainly another's.
        return one.address if one.name is None else None

    def _stands(self, raw: str) -> tuple[bool, bool, int, str]:
        """Who is known stands for a cluster, else a whole name, else the commonest."""
        return (raw in self._known, self._raws[raw].name is not None, self._counts[raw], raw)

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
        for raw in sorted(self._raws, key=lambda r: (-self._counts[r], r)):
            for node in _nodes(self._raws[raw]):
                raw_of.setdefault(node, raw)
        told: set[frozenset[Node]] = set()
        for edge in sorted(self._open, key=lambda e: (-e.score, str(e.one), str(e.other))):
            ends = frozenset((self._groups.root(edge.one), self._groups.root(edge.other)))
            if len(ends) == 2 and ends not in told and raw_of[edge.one] != raw_of[edge.other]:
                told.add(ends)
                yield Tie(raw_of[edge.one], raw_of[edge.other], edge.score, edge.reason)


def _nodes(one: Spelling | None) -> list[Node]:
    return [node for node in ((one.text, one.address) if one else ()) if node is not None]


def _bearers(pairs: Iterable[Key]) -> Counter[str]:
    """How many different people bear a given (or family) name."""
    return Counter(name for name, _ in set(pairs))


def _damage(rare: Key, usual: Key, weight: Counter[Key], firsts: Counter[str], lasts: Counter[str]) -> float:
    """How sure it is that `rare` is `usual` with a letter damaged in either part; 0 where it is not."""
    first, last = apart(rare[0], usual[0]), apart(rare[1], usual[1])
    length = max(len(rare[0]) + len(rare[1]), len(usual[0]) + len(usual[1]))
    if max(first, last) > 1 or length < (SHORTEST_TWICE if first and last else SHORTEST):
        return 0
    seldom = weight[rare] <= max(FEW, RARE * weight[usual])
    borne = (first and firsts[rare[0]] > 1) or (last and lasts[rare[1]] > 1)
    return 0.92 if seldom and not borne else PROPOSE
