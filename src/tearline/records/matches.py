"""The answer to "which portions of which products does this text draw on?"

Spans are `(start, end)` in Unicode code points, end excluded: a passage's and `disclosure_span` in the
disclosure's text, `product_span` in the portion's own text, `PublicSpan.span` in the disclosure's text.
"""

from __future__ import annotations

from dataclasses import dataclass

from tearline.records.kinds import AttributionKind, EvidenceKind, Form, Grade, QuotationStatus
from tearline.records.times import Interval

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class EvidenceSpan:
    """One thing that stands in both texts. `weight`: how much it says, in nats of rarity."""

    kind: EvidenceKind
    disclosure_span: Span
    product_span: Span
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Attribution:
    """Words by which the disclosure says what a passage rests on."""

    kind: AttributionKind
    span: Span


@dataclass(frozen=True, slots=True)
class Claim:
    """What a passage asserts, apart from who says so; `rests_on` as the text itself says, None where it does
    not."""

    span: Span
    rests_on: AttributionKind | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a quotation departs from what was issued; an empty span where one side has nothing there."""

    disclosure_span: Span
    product_span: Span


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words that the disclosure quotes, against every edition: `product` and `portion` are where they stand word
    for word, or the nearest; `product_span` is in the portion's text. `editions`: every product that has them
    so."""

    span: Span
    text: str
    status: QuotationStatus
    product: str | None = None
    portion: str | None = None
    product_span: Span | None = None
    editions: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """Products that say nearly the same. `told_by`: what the text shares with `product` and with none of the
    others (spans of the disclosure), in nats `lead`; `undetermined` where that does not tell them apart."""

    product: str
    others: tuple[str, ...]
    undetermined: bool
    lead: float
    told_by: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicSpan:
    """Words of the disclosure that stood already in an earlier public text, `disclosure` by its id."""

    disclosure: str
    published_at: Interval | None
    span: Span


@dataclass(frozen=True, slots=True)
class PortionCandidate:
    """A portion a passage may draw on, with the calibrated probability that it does."""

    product: str
    portion: str
    probability: float
    evidence: tuple[EvidenceSpan, ...] = ()
    already_public: tuple[PublicSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of the disclosure; `probability` that it draws on any registered portion at all. `speaker`: who
    says it, in a transcript that tells."""

    span: Span
    text: str
    probability: float
    candidates: tuple[PortionCandidate, ...] = ()
    claims: tuple[Claim, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class ProductMatch:
    """How probable it is that the disclosure draws on `product`; the portions it draws on, best first.

    `log_odds` are those of `probability`; `why` says in plain words what counted for and against.
    `public_share`: how much of the evidence had been public before; `public_ratio`: the likelihood ratio by
    which that lowered the odds.
    """

    product: str
    probability: float
    grade: Grade
    form: Form
    portions: tuple[str, ...] = ()
    log_odds: float = 0.0
    why: tuple[str, ...] = ()
    public_share: float = 0.0
    public_ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class MatchAnswer:
    """`passages` in order of the text; `products` best first; `notes` say what a reader has to know."""

    disclosure: str
    passages: tuple[Passage, ...]
    products: tuple[ProductMatch, ...]
    notes: tuple[str, ...] = ()
    quotations: tuple[Quotation, ...] = ()
    editions: tuple[Edition, ...] = ()

    @property
    def is_inconclusive(self) -> bool:
        """Whether no product is matched well enough to go on from."""
        return all(product.grade is Grade.INCONCLUSIVE for product in self.products)
