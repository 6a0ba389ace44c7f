"""Many public items as one: which claims recur and where first, and the fewest products that explain the series.

Two passages of different items say the same where they draw on the same words of a portion, or where they share
what a match would rest on (`public.in_common`). The fewest products are found greedily: each next one is that
which explains most passages beside those before it, as long as it adds one at least; what a product explains of
a passage is the probability that the passage draws on it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tearline.matching.candidates import shortlist
from tearline.matching.comparison import compare
from tearline.matching.public import in_common, public_record
from tearline.matching.reading import read
from tearline.records.series import (
    RecurringClaim,
    SeriesAnswer,
    SeriesProduct,
    Telling,
    TimelineEntry,
    TimelineKind,
)
from tearline.records.times import Interval, from_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tearline.matching.answer import Matcher
    from tearline.records.matches import MatchAnswer, Passage, PortionCandidate
    from tearline.records.products import Disclosure

_LIKELY = 0.5  # of a portion or product from which it is taken to explain a passage or an item
_LEAST_ADDED = 1.0  # passages; a product that explains less beside the others is not needed
_ROWS = 4  # passages of other items looked at for each
_LISTED = 20  # products

Place = tuple[int, int]  # item and passage, by number


def series(matcher: Matcher, disclosures: Sequence[Disclosure], answers: Sequence[MatchAnswer]) -> SeriesAnswer:
    """`answers` are those of `matcher` to `disclosures`, in the same order."""
    groups = _groups([*_by_portion(answers), *_by_words(matcher, disclosures)])
    claims = [claim for group in groups if (claim := _claim(group, disclosures, answers)) is not None]
    claims.sort(key=lambda one: (-len({each.disclosure for each in one.tellings}), _when(one.tellings[0])))
    fewest, products = _fewest(matcher, answers)
    explained = {name for product in products if product.product in fewest for name in product.explains}
    unexplained = tuple(one.id for one in disclosures if one.id not in explained)
    return SeriesAnswer(
        disclosures=tuple(one.id for one in disclosures),
        claims=tuple(claims),
        fewest=fewest,
        products=products,
        unexplained=unexplained,
        timeline=_timeline(disclosures, products),
        notes=_notes(disclosures, fewest, unexplained),
    )


def _by_portion(answers: Sequence[MatchAnswer]) -> Iterable[tuple[Place, Place]]:
    """Passages of different items that draw on the same words of one portion."""
    drawn: dict[str, list[tuple[Place, PortionCandidate]]] = {}
    for item, answer in enumerate(answers):
        for at, passage in enumerate(answer.passages):
            if best := _source(passage):
                drawn.setdefault(best.portion, []).append(((item, at), best))
    for held in drawn.values():
        for at, (place, mine) in enumerate(held):
            for other, theirs in held[at + 1 :]:
                if place[0] != other[0] and _overlap(mine, theirs):
                    yield place, other


def _source(passage: Passage) -> PortionCandidate | None:
    best = passage.candidates[0] if passage.candidates else None
    return best if best is not None and best.probability >= _LIKELY else None


def _overlap(mine: PortionCandidate, theirs: PortionCandidate) -> bool:
    return any(
        one.product_span[0] < other.product_span[1] and other.product_span[0] < one.product_span[1]
        for one in mine.evidence
        for other in theirs.evidence
    )


def _by_words(matcher: Matcher, disclosures: Sequence[Disclosure]) -> Iterable[tuple[Place, Place]]:
    """Passages of different items that share a rare wording or several specific things, whatever the register
    holds."""
    record = public_record(disclosures)
    if record is None or len(disclosures) < 2:
        return
    # What a few items share is no measure of what is rare; the language is.
    record = replace(record, index=replace(record.index, term_rarity=record.index.term_language))
    for item, one in enumerate(disclosures):
        others = np.arange(len(disclosures)) != item
        reading = read(one.text, record.vocabulary)
        near = compare(reading, record.index, shortlist(reading, record.index, others, len(disclosures)), None)
        for passage in range(len(reading.passages)):
            scores = near.words[passage]
            for column in np.argsort(-scores, kind="stable")[:_ROWS].tolist():
                row = int(near.rows[column])
                other = int(record.index.passage_portion[row])
                if scores[column] > 0 and in_common(near, passage, record.index, row):
                    yield (item, passage), (other, row - int(record.index.passage_from[other]))


def _groups(pairs: Iterable[tuple[Place, Place]]) -> list[list[Place]]:
    """Connected passages, each group in order."""
    leader: dict[Place, Place] = {}

    def find(place: Place) -> Place:
        while leader.setdefault(place, place) != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    for one, other in pairs:
        leader[find(one)] = find(other)
    groups: dict[Place, list[Place]] = {}
    for place in list(leader):
        groups.setdefault(find(place), []).append(place)
    return [sorted(group) for group in groups.values()]


def _claim(
    group: list[Place], disclosures: Sequence[Disclosure], answers: Sequence[MatchAnswer]
) -> RecurringClaim | None:
    held = [(disclosures[item], answers[item].passages[at]) for item, at in group]
    tellings = sorted(
        (Telling(one.id, passage.span, passage.text, one.published_at) for one, passage in held), key=_when
    )
    if len({each.disclosure for each in tellings}) < 2:
        return None
    sources = [best for _, passage in held if (best := _source(passage))]
    source = max(sources, key=lambda one: one.probability, default=None)
    return RecurringClaim(
        tuple(tellings),
        _first(tellings),
        source.product if source else None,
        source.portion if source else None,
    )


def _first(tellings: Sequence[Telling]) -> tuple[str, ...]:
    """The items that may have said it first: whose earliest reading is not after another's latest."""
    dated = [(each.disclosure, each.published_at) for each in tellings if each.published_at is not None]
    if not dated:
        return ()
    soonest = min(at.latest for _, at in dated)
    return tuple(dict.fromkeys(name for name, at in dated if at.earliest <= soonest))


def _when(telling: Telling) -> tuple[bool, float, str]:
    at = telling.published_at
    return at is None, at.earliest.timestamp() if at else 0.0, telling.disclosure


def _fewest(matcher: Matcher, answers: Sequence[MatchAnswer]) -> tuple[tuple[str, ...], tuple[SeriesProduct, ...]]:
    """The products that explain the series, in the order in which they are needed, and what each explains."""
    chances: dict[str, dict[Place, float]] = {}
    explains: dict[str, list[str]] = {}
    for item, answer in enumerate(answers):
        for product in answer.products:
            if product.probability >= _LIKELY:
                explains.setdefault(product.product, []).append(answer.disclosure)
        for at, passage in enumerate(answer.passages):
            for one in passage.candidates:
                held = chances.setdefault(one.product, {})
                held[item, at] = max(held.get((item, at), 0.0), one.probability)
    covered: dict[Place, float] = {}
    adds: dict[str, float] = {}
    likely = {name: chances.get(name, {}) for name in explains}
    while rest := {name: _added(held, covered) for name, held in likely.items() if name not in adds}:
        best = max(rest, key=lambda name: (rest[name], len(explains[name]), name))
        if rest[best] < _LEAST_ADDED:
            break
        adds[best] = rest[best]
        for place, chance in likely[best].items():
            covered[place] = max(covered.get(place, 0.0), chance)
    index = matcher.index
    issued = dict(zip(index.product_ids, index.issued.tolist(), strict=True))
    order = [*adds, *sorted((n for n in likely if n not in adds), key=lambda n: (-sum(likely[n].values()), n))]
    products = tuple(
        SeriesProduct(
            name, from_micros(issued[name]), tuple(explains[name]), sum(likely[name].values()), adds.get(name, 0.0)
        )
        for name in order[:_LISTED]
    )
    return tuple(adds), products


def _added(held: dict[Place, float], covered: dict[Place, float]) -> float:
    return sum(max(chance - covered.get(place, 0.0), 0.0) for place, chance in held.items())


def _timeline(disclosures: Sequence[Disclosure], products: Sequence[SeriesProduct]) -> tuple[TimelineEntry, ...]:
    entries = [TimelineEntry(one.published_at, TimelineKind.DISCLOSURE, one.id) for one in disclosures]
    entries += [
        TimelineEntry(Interval(one.issued_at, one.issued_at), TimelineKind.RELEASE, one.product)
        for one in products
    ]
    return tuple(
        sorted(entries, key=lambda one: (one.at is None, one.at.earliest.timestamp() if one.at else 0.0, one.id))
    )


def _notes(
    disclosures: Sequence[Disclosure], fewest: tuple[str, ...], unexplained: tuple[str, ...]
) -> tuple[str, ...]:
    says = []
    if undated := [one.id for one in disclosures if one.published_at is None]:
        says.append(f"No date is known of {', '.join(undated)}: nothing is said of who came first there.")
    if not fewest:
        says.append("No registered product explains any of these items well enough.")
    elif unexplained:
        says.append(f"Not explained by them: {', '.join(unexplained)}.")
    return tuple(says)
