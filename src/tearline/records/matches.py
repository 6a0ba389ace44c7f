"""The answer to "which portions of which products does this text draw on?"

Spans are `(start, end)` in Unicode code points, end excluded: a passage's and `disclosure_span` in the
disclosure's text, `product_span` in the portion's own text, `PublicSpan.span` in the disclosure's text.
"""

from __future__ import annotations

from dataclasses import dataclass

from tearline.records.kinds import EvidenceKind, Form, Grade
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
    """A sentence of the disclosure; `probability` that it draws on any registered portion at all."""

    span: Span
    text: str
    probability: float
    candidates: tuple[PortionCandidate, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductMatch:
    """How probable it is that the disclosure draws on `product`; the portions it draws on, best first.

    `log_odds` are those of `probability`; `why` says in plain words what counted for and against.
    """

    product: str
    probability: float
    grade: Grade
    form: Form
    portions: tuple[str, ...] = ()
    log_odds: float = 0.0
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchAnswer:
    """`passages` in order of the text; `products` best first; `notes` say what a reader has to know."""

    disclosure: str
    passages: tuple[Passage, ...]
    products: tuple[ProductMatch, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_inconclusive(self) -> bool:
        """Whether no product is matched well enough to go on from."""
        return all(product.grade is Grade.INCONCLUSIVE for product in self.products)
