"""What the report's templates are given: a page of sections, in the order of the report.

Values for display: people are already called what the answer may call them, organisations stand by name. Text from
outside is still as it came; the templates escape it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from tearline.records.documents import AnswerBasis
from tearline.records.explanations import LeadsAnswer, RequestProposal
from tearline.records.findings import Finding, RuleNotRun, Scorecard
from tearline.records.investigations import Declaration, Sourced
from tearline.records.kinds import Level
from tearline.records.matches import ProductMatch
from tearline.records.pathways import Gap, Holder, Pathway
from tearline.records.products import Disclosure, Product
from tearline.report.article import SideBySide


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked, why, under which case and when: as recorded with the look-up."""

    purpose: str
    case: str | None
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Banner:
    """`text`: the highest marking of what is shown; `unknown`: markings that the scheme does not know."""

    text: str
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A product that a disclosure is taken to draw on."""

    sourced: Sourced
    product: Product
    grade: str
    caveat: str
    match: ProductMatch | None
    says: str
    likely: str


@dataclass(frozen=True, slots=True)
class DisclosureShown:
    key: str
    disclosure: Disclosure
    published: str | None
    drawn: tuple[Drawn, ...]
    side: SideBySide
    pair_words: dict[int, str]
    others: tuple[tuple[ProductMatch, Product | None, str], ...]
    declarations: tuple[Declaration, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HolderRow:
    label: str
    resolved: bool
    organisation: str
    holder: Holder
    through: str  # the derived product they held, where it is another than the one traced


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    name: str
    levels: tuple[int, ...]
    total: int
    addressed: int
    first_possible: datetime
    first_certain: datetime | None
    gaps: int


@dataclass(frozen=True, slots=True)
class ProductShown:
    key: str
    product: Product | None
    name: str
    pathway: Pathway
    says: tuple[str, ...]
    picture: Markup
    unfolded: Markup | None
    exposure: tuple[tuple[Level, tuple[int, ...]], ...]
    organisations: tuple[OrganisationRow, ...]
    holders: tuple[HolderRow, ...]
    fold_holders: bool
    gaps: tuple[tuple[Gap, str, str], ...]


@dataclass(frozen=True, slots=True)
class HandlingShown:
    """`serious`: the findings of high severity, with their organisation, where the rest is folded away."""

    by_organisation: tuple[tuple[str, tuple[Finding, ...]], ...]
    serious: tuple[tuple[Finding, str], ...]
    folded: bool
    scorecards: tuple[tuple[str, Scorecard], ...]
    rules_not_run: tuple[RuleNotRun, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    label: str
    frequency: str
    figures: str
    bar: tuple[float, float, float] | None
    verbal: str
    for_: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeadsShown:
    """`main` begins with outside; `each` are the holders in alphabetical order, where none stands out."""

    answer: LeadsAnswer
    main: tuple[Explanation, ...]
    each: tuple[Explanation, ...]
    groups: tuple[tuple[str, int, str, str], ...]
    next_evidence: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, slots=True)
class RequestShown:
    """`gone`: by its organisation's stated retention it may be gone already."""

    request: RequestProposal
    organisation: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Short:
    """A sentence or two of the summary; `of` names the item or product where there are several."""

    label: str
    of: str
    says: str


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    banner: Banner
    asked: Asked
    warning: str | None
    short: tuple[tuple[str, tuple[Short, ...]], ...]
    disclosures: tuple[DisclosureShown, ...]
    products: tuple[ProductShown, ...]
    handling: HandlingShown
    leads: LeadsShown
    requests: tuple[RequestShown, ...]
    cannot: tuple[str, ...]
    basis: AnswerBasis
