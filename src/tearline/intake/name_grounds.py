"""Grounds that stand in the names themselves: shown beside one address, or the same name in another form.

Each yields edges with a score and a reason; what may be joined is decided by `same_names`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import OSA

from tearline.intake.likeness import Key, spells, whole_letters
from tearline.intake.name_evidence import FEW, Evidence
from tearline.intake.name_groups import Edge
from tearline.intake.name_ties import PROPOSE
from tearline.intake.spellings import Address

RARE = 0.05
"""A damaged spelling is at most this share of the right one's occurrences, or stands at most FEW times."""
MOST_SHOWINGS = 0.6
DOMINANT = 5


def shown(seen: Evidence) -> Iterator[Edge]:
    per_address: Counter[Address] = Counter()
    for (_, address), count in seen.beside.items():
        per_address[address] += count
    for (text, address), count in seen.beside.items():
        name = seen.names.get(text)
        if name is not None and spells(address, name):
            shared = text in seen.twins
            reason = "the address is spelt from the name shown beside it"
            yield Edge(text, address, 0.8 if shared else 0.99, reason)
        elif count >= FEW and count >= MOST_SHOWINGS * per_address[address]:
            yield Edge(text, address, 0.95, "this address is nearly always shown beside this name")
        else:
            yield Edge(text, address, 0.8, "the address is shown beside this name, but seldom")


def beside_one_name(seen: Evidence) -> Iterator[Edge]:
    """Addresses nearly the same beside the same name, the `@` itself perhaps among what is damaged."""
    by_text: dict[str, list[Address]] = defaultdict(list)
    for text, address in seen.beside:
        if text not in seen.twins:
            by_text[text].append(address)
    for listed in by_text.values():
        usual = sorted(listed, key=lambda a: (-seen.often[a], a.local, a.domain))[:FEW]
        for address in listed:
            for one in usual:
                if one is not address and seen.often[address] <= max(FEW, RARE * seen.often[one]):
                    whole, other = whole_letters(address), whole_letters(one)
                    most = min(3, len(other) // 5)
                    if OSA.distance(whole, other, score_cutoff=most) <= most:
                        yield Edge(address, one, 0.93, "nearly the same address beside the same name")


def same(seen: Evidence) -> Iterator[Edge]:
    by_key: dict[Key, list[str]] = defaultdict(list)
    for text, name in seen.names.items():
        by_key[name.first, name.last].append(text)
    for (first, last), texts in by_key.items():
        yield from _one_name(seen, texts)
        if (last, first) in by_key and first < last:
            for text in texts:
                yield Edge(text, by_key[last, first][0], 0.93, "the same names in the other order")


def _one_name(seen: Evidence, texts: Sequence[str]) -> Iterator[Edge]:
    """Texts with one given and family name: joined unless their initials differ."""
    weight: Counter[tuple[str, ...]] = Counter()
    stands: dict[tuple[str, ...], str] = {}
    for text in sorted(texts, key=lambda t: (-seen.often[t], t)):
        initials = seen.names[text].initials[:1]
        weight[initials] += seen.often[text]
        if initials in stands:
            yield Edge(stands[initials], text, 0.98, "the same given and family name")
        stands.setdefault(initials, text)
    if () not in stands or len(stands) < 2:
        return
    (best, most), *others = [(i, n) for i, n in weight.most_common() if i]
    alone = not others or most >= DOMINANT * sum(n for _, n in others)
    for initials, _ in ((best, most), *others):
        sure = alone and initials == best
        reason = "the same name, once with an initial" if sure else "the same name, but others have other initials"
        yield Edge(stands[()], stands[initials], 0.96 if sure else PROPOSE, reason)
