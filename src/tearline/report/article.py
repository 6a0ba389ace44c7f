"""The article beside the portions: which passages pair with which portions, and both texts cut for marking.

A pair is a passage of the article and a portion it may draw on; pairs are numbered in order of the article. Each
text is cut at every end of a span, so that a segment is under the same marks throughout, whatever overlaps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from tearline.records.kinds import EvidenceKind
from tearline.records.matches import EvidenceSpan, MatchAnswer, PortionCandidate, PublicSpan, Span
from tearline.records.products import Disclosure, Portion, Product
from tearline.records.times import Interval

# Where marks of several kinds lie on the same words, the one that says most is drawn.
_STRENGTH = tuple(EvidenceKind)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch under the same marks: `kind` the strongest, `pairs` the numbers of all, `opens` those that begin
    here, `public` the date of the earlier text it stood in (None: not known to be public)."""

    text: str
    kind: str | None = None
    pairs: tuple[int, ...] = ()
    opens: tuple[int, ...] = ()
    public: PublicSpan | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Evidence that a passage draws on a portion. `quoted` are the article's words of each piece of evidence."""

    number: int
    product: str
    portion: str
    probability: float
    evidence: tuple[EvidenceSpan, ...]
    quoted: tuple[str, ...]
    already_public: tuple[PublicSpan, ...]


@dataclass(frozen=True, slots=True)
class PortionShown:
    product: Product
    portion: Portion
    segments: tuple[Segment, ...]
    pairs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    segments: tuple[Segment, ...]
    portions: tuple[PortionShown, ...]
    pairs: tuple[Pair, ...]
    earlier: tuple[tuple[str, Interval | None], ...]  # earlier public texts, with their dates


def side_by_side(
    disclosure: Disclosure, answer: MatchAnswer, shown: Collection[str], products: Mapping[str, Product]
) -> SideBySide:
    """The disclosure's text beside the portions of the products in `shown`, in order of first use."""
    pairs = _pairs(disclosure, answer, shown, products)
    public = {
        (span.span, span.disclosure): span
        for passage in answer.passages
        for candidate in passage.candidates
        for span in candidate.already_public
    }
    left = [(e.disclosure_span, e.kind, pair.number) for pair in pairs for e in pair.evidence]
    order = dict.fromkeys((pair.product, pair.portion) for pair in pairs)
    portions = []
    for product_id, portion_id in order:
        product = products[product_id]
        portion = _portion(product, portion_id)
        assert portion is not None
        own = [pair for pair in pairs if (pair.product, pair.portion) == (product_id, portion_id)]
        marks = [(e.product_span, e.kind, pair.number) for pair in own for e in pair.evidence]
        portions.append(
            PortionShown(product, portion, _cut(portion.text, marks, ()), tuple(pair.number for pair in own))
        )
    earlier = dict.fromkeys((span.disclosure, span.published_at) for span in public.values())
    return SideBySide(_cut(disclosure.text, left, public.values()), tuple(portions), tuple(pairs), tuple(earlier))


def _portion(product: Product, identifier: str) -> Portion | None:
    return next((portion for portion in product.portions if portion.id == identifier), None)


def _pairs(
    disclosure: Disclosure, answer: MatchAnswer, shown: Collection[str], products: Mapping[str, Product]
) -> list[Pair]:
    """For each passage the best candidate with evidence in each shown product, best first, numbered."""
    pairs: list[Pair] = []
    for passage in answer.passages:
        best: dict[str, PortionCandidate] = {}
        for candidate in passage.candidates:
            held = best.get(candidate.product)
            if (
                candidate.product in shown
                and candidate.product in products
                and candidate.evidence
                and _portion(products[candidate.product], candidate.portion)
                and (held is None or candidate.probability > held.probability)
            ):
                best[candidate.product] = candidate
        for candidate in sorted(best.values(), key=lambda c: (-c.probability, c.product)):
            evidence = sorted(candidate.evidence, key=lambda e: (e.disclosure_span, _STRENGTH.index(e.kind)))
            pairs.append(
                Pair(
                    number=len(pairs) + 1,
                    product=candidate.product,
                    portion=candidate.portion,
                    probability=candidate.probability,
                    evidence=tuple(evidence),
                    quoted=tuple(disclosure.text[slice(*e.disclosure_span)] for e in evidence),
                    already_public=candidate.already_public,
                )
            )
    return pairs


def _cut(
    text: str, marks: Iterable[tuple[Span, EvidenceKind, int]], public: Iterable[PublicSpan]
) -> tuple[Segment, ...]:
    """`text` in segments. Spans outside the text are clipped to it."""

    def clip(span: Span) -> Span:
        return max(0, span[0]), min(len(text), span[1])

    marked = [(span, kind, number) for raw, kind, number in marks if (span := clip(raw))[0] < span[1]]
    known = [(span, item) for item in public if (span := clip(item.span))[0] < span[1]]
    spans = [span for span, _, _ in marked] + [span for span, _ in known]
    edges = sorted({0, len(text), *(edge for span in spans for edge in span)})
    first: dict[int, int] = {}
    for span, _, number in marked:
        first[number] = min(first.get(number, span[0]), span[0])
    segments = []
    for start, end in pairwise(edges):
        here = [(kind, number) for span, kind, number in marked if span[0] <= start and end <= span[1]]
        numbers = tuple(sorted({number for _, number in here}))
        segments.append(
            Segment(
                text=text[start:end],
                kind=min((kind for kind, _ in here), key=_STRENGTH.index).value if here else None,
                pairs=numbers,
                opens=tuple(number for number in numbers if first[number] == start),
                public=next((item for span, item in known if span[0] <= start and end <= span[1]), None),
            )
        )
    return tuple(segments)
