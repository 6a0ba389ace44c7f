"""Pathways by hand, in a line each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from tearline.leads import Candidate, Item
from tearline.records.kinds import AccessBasis, Basis, GapKind, Level, OrganisationKind
from tearline.records.naming import Who
from tearline.records.pathways import Gap, Holder, Pathway
from tearline.records.people import Organisation, Period, Person
from tearline.records.products import Disclosure, Portion, Product
from tearline.views.register import Register

PUBLISHED = datetime(2026, 3, 1, tzinfo=UTC)
BEFORE = datetime(2026, 1, 10, tzinfo=UTC)


def register(
    people: dict[str, str] | None = None,
    *,
    organisations: Sequence[Organisation] = (),
    disclosures: Sequence[Disclosure] = (),
    products: Sequence[str] = (),
) -> Register:
    """`people`: id -> organisation."""
    since = datetime(2020, 1, 1, tzinfo=UTC)
    known = {
        key: Person(key, key, (Period(org, None, "SECRET", (), AccessBasis.CLEARANCE, since, None),))
        for key, org in (people or {}).items()
    }
    named = {org: Organisation(org, org, OrganisationKind.RECIPIENT) for org in {*(people or {}).values()}}
    return Register(
        organisations={**named, **{org.id: org for org in organisations}}, people=known, groups={},
        products={
            key: Product(key, key, "SVC", BEFORE, "SECRET", (Portion("1", "SECRET", "x"),)) for key in products
        },
        disclosures={d.id: d for d in disclosures}, public={}, links={}, declarations=(), retracted=frozenset(),
    )  # fmt: skip


def holder(
    person: str, organisation: str | None = "A", level: Level = Level.OPENED, basis: Basis = Basis.ACT,
    certain: bool = True, portions: tuple[str, ...] | None = None, resolved: bool = True,
) -> Holder:  # fmt: skip
    return Holder(
        Who(person), organisation, level, basis, BEFORE, BEFORE if certain else None, (), resolved=resolved,
        portions=portions,
    )  # fmt: skip


def gap(
    key: str, kind: GapKind, organisation: str | None = "A", person: str | None = None, system: str | None = None,
    expires: datetime | None = None, product: str | None = "P1", ask: str | None = None,
) -> Gap:  # fmt: skip
    return Gap(
        key, kind, organisation, Who(person) if person else None, (), f"Gap {key}.", ask or f"Ask for {key}",
        product=product, system=system, expires=expires,
    )  # fmt: skip


def pathway(product: str, holders: Iterable[Holder | str], gaps: Sequence[Gap] = ()) -> Pathway:
    found = tuple(h if isinstance(h, Holder) else holder(h) for h in holders)
    return Pathway(product, PUBLISHED, (product,), found, (), tuple(gaps))


def item(
    number: int, holders: Iterable[Holder | str], *, gaps: Sequence[Gap] = (), probability: float = 0.95,
    portion: str | None = None, product: str | None = None,
) -> Item:  # fmt: skip
    key = product or f"P{number}"
    return Item(f"D{number}", PUBLISHED, (Candidate(key, portion, probability, pathway(key, holders, gaps)),))
