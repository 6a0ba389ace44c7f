"""Grounds that lie in damage: a letter of a name or an address that a scan or a hand got wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

from tearline.intake.likeness import Key, apart, less_one, near_domain, one_house
from tearline.intake.name_evidence import FEW, Evidence
from tearline.intake.name_grounds import RARE
from tearline.intake.name_groups import Edge
from tearline.intake.name_ties import LINK, PROPOSE
from tearline.intake.spellings import Address

SHORTEST = 10
"""Letters of a name (given and family together) in which one that differs may be damage."""
SHORTEST_TWICE = 13
SHORTEST_ADDRESS = 7


def damaged_names(seen: Evidence) -> Iterator[Edge]:
    """One letter apart in the given name, the family name or both."""
    best: dict[Key, str] = {}
    weight: Counter[Key] = Counter()
    for text, name in sorted(seen.names.items()):
        key = (name.first, name.last)
        weight[key] += seen.often[text]
        if key not in best or seen.often[text] > seen.often[best[key]]:
            best[key] = text
    firsts, lasts = _bearers((f, la) for f, la in weight), _bearers((la, f) for f, la in weight)
    blocks: dict[Key, list[Key]] = defaultdict(list)
    for first, last in sorted(weight):
        for stem in less_one(last.replace("rn", "m")):
            blocks[first[0], stem].append((first, last))
    compared: set[tuple[Key, Key]] = set()
    for keys in blocks.values():
        for number, one in enumerate(keys):
            for other in keys[number + 1 :]:
                if (one, other) in compared:
                    continue
                compared.add((one, other))
                rare, usual = sorted((one, other), key=lambda k: (weight[k], k))
                score = _damage(rare, usual, weight, firsts, lasts)
                if score:
                    a, b = seen.names[best[rare]].initials[:1], seen.names[best[usual]].initials[:1]
                    if a and b and a != b:
                        continue
                    reason = "one letter apart, and nobody else is spelt so"
                    if score < LINK:
                        reason = "one letter apart, but both spellings may be right"
                    yield Edge(best[rare], best[usual], score, reason)


def damaged_addresses(seen: Evidence) -> Iterator[Edge]:
    by_local: dict[str, list[Address]] = defaultdict(list)
    stems: dict[tuple[str, str], list[Address]] = defaultdict(list)
    for address in sorted(seen.addresses, key=lambda a: (a.local, a.domain)):
        by_local[address.local].append(address)
        if len(address.local) >= SHORTEST_ADDRESS:
            for stem in less_one(address.local[:-2]):
                stems[stem, address.local[-2:]].append(address)
    for listed in by_local.values():
        usual = max(listed, key=lambda a: (seen.often[a], a.domain))
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
            rare, usual_n = sorted((seen.often[one], seen.often[other]))
            sure = rare <= max(FEW, RARE * usual_n)
            yield Edge(one, other, 0.92 if sure else 0.8, "the same address but for one letter")


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
