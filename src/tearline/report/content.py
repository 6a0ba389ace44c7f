"""What the report shows, section by section, worked out before any of it is written as HTML."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby

from tearline.records.documents import AnswerBasis
from tearline.records.errors import BadInput
from tearline.records.explanations import Hypothesis
from tearline.records.findings import Finding
from tearline.records.frequencies import frequency
from tearline.records.investigations import Investigation, Sourced
from tearline.records.kinds import Basis, EvidenceKind, Grade, Level
from tearline.records.markings import MarkingScheme
from tearline.records.matches import MatchAnswer, ProductMatch
from tearline.records.naming import Names, Who
from tearline.records.pathways import Gap, Holder, Pathway
from tearline.records.products import Disclosure
from tearline.records.times import Interval, parse_instant
from tearline.report import wording
from tearline.report.amounts import count, figure, sentence, span
from tearline.report.article import SideBySide, side_by_side
from tearline.report.layout import lay_out
from tearline.report.outside import plain
from tearline.report.picture import describe, draw, picture
from tearline.report.sections import (
    Asked,
    Banner,
    DisclosureShown,
    Drawn,
    Explanation,
    HandlingShown,
    HolderRow,
    LeadsShown,
    OrganisationRow,
    Page,
    ProductShown,
    RequestShown,
    Short,
)
from tearline.report.shapes import Publication
from tearline.views.register import Register

_SHOWN_HOLDERS = 40  # above it the table of holders is folded away, and the organisations' table leads
_SHOWN_LEADS = 12
_SHOWN_FINDINGS = 30  # above it findings are folded away by organisation, and the serious ones lead
_SHOWN_NEXT = 5
_SHOWN_EACH = 200  # above it the figures of single holders stand in the JSON answer alone
_SHOWN_OTHERS = 6


class Composer:
    """Works the page out from an investigation."""

    def __init__(
        self,
        investigation: Investigation,
        register: Register,
        names: Names,
        *,
        basis: AnswerBasis,
        asked: Asked,
        scheme: MarkingScheme,
    ) -> None:
        self.found, self.register, self.names = investigation, register, names
        self.basis, self.asked, self.scheme = basis, asked, scheme

    def page(self) -> Page:
        disclosures = tuple(self._disclosure(n, item) for n, item in enumerate(self.found.disclosures, 1))
        products = tuple(self._product(n, pathway) for n, pathway in enumerate(self.found.pathways, 1))
        titles = [item.disclosure.title or item.disclosure.id for item in disclosures]
        return Page(
            title=titles[0] if len(titles) == 1 else count(len(titles), "public item").capitalize(),
            banner=self._banner(disclosures),
            asked=self.asked,
            warning=self._warning(),
            short=tuple(
                (label, tuple(said)) for label, said in groupby(self._short(disclosures), key=lambda s: s.label)
            ),
            disclosures=disclosures,
            products=products,
            handling=self._handling(),
            leads=self._leads(),
            requests=tuple(
                RequestShown(
                    request,
                    self._organisation(request.organisation),
                    gone=request.expires is not None and parse_instant(request.expires) < self.asked.at,
                )
                for request in self.found.requests
            ),
            cannot=wording.CANNOT_BE_KNOWN,
            basis=self.basis,
        )

    # Names.

    def _organisation(self, identifier: str | None) -> str:
        if identifier is None:
            return wording.NO_ORGANISATION
        known = self.register.organisations.get(identifier)
        return known.name if known else identifier

    def _product_name(self, identifier: str) -> str:
        known = self.register.products.get(identifier)
        if known is None:
            return identifier
        return f"“{known.title}” ({known.number or known.id})"

    def _person(self, who: Who | None) -> str:
        return self.names.field(who) if who is not None else ""

    # The marking.

    def _banner(self, disclosures: Sequence[DisclosureShown]) -> Banner:
        """The highest marking of every product named and every portion shown."""
        products = [
            self.register.products[identifier]
            for identifier in dict.fromkeys(self._products_named(disclosures))
            if identifier in self.register.products
        ]
        texts = dict.fromkeys(product.marking for product in products)
        texts |= dict.fromkeys(shown.portion.marking for item in disclosures for shown in item.side.portions)
        markings, unknown = [], []
        for text in texts:
            try:
                markings.append(self.scheme.parse(text))
            except BadInput:
                unknown.append(text)
        return Banner(self.scheme.highest(markings).print(), tuple(unknown))

    def _products_named(self, disclosures: Sequence[DisclosureShown]) -> Iterable[str]:
        for item in disclosures:
            yield from (drawn.product.id for drawn in item.drawn)
            yield from (match.product for match, _, _ in item.others)
            yield from (declaration.product for declaration in item.declarations)
        for pathway in self.found.pathways:
            yield from pathway.family
            yield from (related.product for related in pathway.related)
        yield from (finding.product for finding in self.found.handling.findings)

    # In short.

    def _holders(self) -> list[Holder]:
        return [holder for pathway in self.found.pathways for holder in pathway.holders]

    def _warning(self) -> str | None:
        if not self.found.pathways:
            return None
        transfers = [transfer for pathway in self.found.pathways for transfer in pathway.transfers]
        return wording.thin_record(
            len(self._holders()),
            len(transfers),
            sum(not transfer.supported for transfer in transfers),
            sum(len(pathway.gaps) for pathway in self.found.pathways),
        )

    def _short(self, disclosures: Sequence[DisclosureShown]) -> Iterable[Short]:
        several = len(disclosures) > 1
        for item in disclosures:
            said = ". ".join(drawn.says for drawn in item.drawn) or wording.NO_MATCH
            of = item.disclosure.title or item.disclosure.id
            yield Short("What it draws on", of if several else "", sentence(said))
        for pathway in self.found.pathways:
            said = sentence(wording.could_have_held(pathway.holders, pathway.before, _where(pathway)))
            if len(self.found.pathways) > 1:
                yield Short("Who could have held it", self._product_name(pathway.product), said)
            else:
                resting = sentence(wording.resting_on(pathway.holders))
                yield Short("Who could have held it", "", f"{said} {resting}".strip())
        if self.found.pathways:
            said = wording.handling_shows(self.found.handling, self._organisation)
            yield Short("How it was handled", "", sentence(said))
        yield Short("What explains it", "", sentence(wording.explained(self.found.leads)))
        said = wording.ask_first(self.found.requests, self._organisation, matched=bool(self.found.sourced))
        yield Short("Whom to ask first", "", sentence(said))

    # Each public item.

    def _disclosure(self, n: int, item: Disclosure) -> DisclosureShown:
        answer = next((m for m in self.found.matches if m.disclosure == item.id), MatchAnswer(item.id, (), ()))
        sourced = [
            s for s in self.found.sourced if s.disclosure == item.id and s.product in self.register.products
        ]
        matches = {match.product: match for match in answer.products}
        shown = [s.product for s in sourced] or [
            m.product for m in answer.products if m.grade is not Grade.INCONCLUSIVE
        ][:1]
        side = side_by_side(item, answer, shown, self.register.products)
        drawn = tuple(self._drawn(s, matches.get(s.product), side) for s in sourced)
        taken = {s.product for s in sourced}
        return DisclosureShown(
            key=f"d{n}",
            disclosure=item,
            published=span(item.published_at) if item.published_at else None,
            drawn=drawn,
            side=side,
            pair_words={pair.number: wording.evidence_words(pair.evidence, pair.quoted) for pair in side.pairs},
            others=tuple(
                (m, self.register.products.get(m.product), frequency(m.probability))
                for m in answer.products
                if m.product not in taken
            )[:_SHOWN_OTHERS],
            declarations=tuple(d for d in self.found.declarations if d.disclosure == item.id),
            notes=answer.notes,
        )

    def _drawn(self, sourced: Sourced, match: ProductMatch | None, side: SideBySide) -> Drawn:
        declared = match is None or match.grade is Grade.INCONCLUSIVE
        grade, caveat = wording.DECLARED if match is None or declared else wording.GRADES[match.grade]
        pairs = [pair for pair in side.pairs if pair.product == sourced.product]
        kinds = {evidence.kind for pair in pairs for evidence in pair.evidence}
        return Drawn(
            sourced=sourced,
            product=self.register.products[sourced.product],
            grade=grade,
            caveat=caveat,
            match=match,
            likely=frequency(match.probability if match else sourced.probability),
            says=wording.draws_on(
                self._product_name(sourced.product),
                grade,
                pairs=len(pairs),
                portions=len({pair.portion for pair in pairs}),
                quoted=EvidenceKind.QUOTE in kinds,
                public=len({public.span for pair in pairs for public in pair.already_public}),
            ),
        )

    # Each product.

    def _publications(self, pathway: Pathway) -> tuple[Publication, ...]:
        items = {item.id: item for item in self.found.disclosures}
        found = []
        for sourced in self.found.sourced:
            item = items.get(sourced.disclosure)
            if sourced.product != pathway.product or item is None:
                continue
            at = item.published_at or (
                Interval(sourced.published_at, sourced.published_at) if sourced.published_at else None
            )
            if at is not None:
                found.append(Publication(f"published: {item.title or item.id}", at))
        if not found and pathway.before:
            found.append(Publication("published", Interval(pathway.before, pathway.before)))
        return tuple(found)

    def _product(self, n: int, pathway: Pathway) -> ProductShown:
        key = f"p{n}"
        publications = self._publications(pathway)
        layout = lay_out(pathway, self.register, self.names, publications)
        folded = any(lane.steps for lane in layout.lanes)
        exposure = Counter((holder.level, holder.basis) for holder in pathway.holders)
        said = [
            wording.could_have_held(pathway.holders, pathway.before, _where(pathway)),
            wording.resting_on(pathway.holders),
        ]
        return ProductShown(
            key=key,
            product=self.register.products.get(pathway.product),
            name=self._product_name(pathway.product),
            pathway=pathway,
            says=tuple(sentence(text) for text in said if text),
            picture=draw(layout, key, *describe(pathway, self.register)),
            unfolded=picture(
                pathway, self.register, self.names, publications=publications, unfolded=True, key=f"{key}u"
            )
            if folded
            else None,
            exposure=tuple(
                (level, tuple(exposure[level, basis] for basis in reversed(Basis))) for level in reversed(Level)
            ),
            organisations=self._organisation_rows(pathway),
            holders=tuple(self._holder_row(pathway, holder) for holder in pathway.holders),
            fold_holders=len(pathway.holders) > _SHOWN_HOLDERS,
            gaps=tuple(
                (gap, self._organisation(gap.organisation) if gap.organisation else "", self._person(gap.person))
                for gap in sorted(pathway.gaps, key=_by_expiry)
            ),
        )

    def _holder_row(self, pathway: Pathway, holder: Holder) -> HolderRow:
        label = plain(self.names.field(holder.person))
        other = holder.product if holder.product not in (None, pathway.product) else None
        known = self.register.products.get(other) if other else None
        return HolderRow(
            label=label if holder.resolved else f"“{label}”",
            resolved=holder.resolved,
            organisation=self._organisation(holder.organisation),
            holder=holder,
            through=(known.number or known.id) if known else other or "",
        )

    def _organisation_rows(self, pathway: Pathway) -> tuple[OrganisationRow, ...]:
        held: dict[str | None, list[Holder]] = defaultdict(list)
        for holder in pathway.holders:
            held[holder.organisation].append(holder)
        gaps = Counter(gap.organisation for gap in pathway.gaps)
        rows = [
            OrganisationRow(
                name=self._organisation(organisation),
                levels=tuple(sum(h.level is level for h in holders) for level in reversed(Level)),
                total=len(holders),
                addressed=sum(h.basis is Basis.ADDRESSED for h in holders),
                first_possible=min(h.first_possible for h in holders),
                first_certain=min((h.first_certain for h in holders if h.first_certain), default=None),
                gaps=gaps[organisation],
            )
            for organisation, holders in held.items()
        ]
        return tuple(sorted(rows, key=lambda row: (row.first_possible, row.name)))

    # Handling.

    def _handling(self) -> HandlingShown:
        answer = self.found.handling
        order = {severity: n for n, severity in enumerate(wording.SEVERITIES)}
        findings = sorted(answer.findings, key=lambda f: (order.get(f.severity, len(order)), f.rule, f.id))
        grouped: dict[str, list[Finding]] = defaultdict(list)
        for finding in findings:
            grouped[self._organisation(finding.organisation)].append(finding)
        folded = len(findings) > _SHOWN_FINDINGS
        serious = [finding for finding in findings if finding.severity == wording.SEVERITIES[0] and folded]
        return HandlingShown(
            by_organisation=tuple(
                (name, tuple(found))
                for name, found in sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))
            ),
            serious=tuple((finding, self._organisation(finding.organisation)) for finding in serious),
            folded=folded,
            scorecards=tuple((self._organisation(card.organisation), card) for card in answer.scorecards),
            rules_not_run=answer.rules_not_run,
        )

    # Explanations.

    def _leads(self) -> LeadsShown:
        answer = self.found.leads
        outside = [h for h in answer.hypotheses if h.kind == "outside"]
        systems = sorted((h for h in answer.hypotheses if h.kind == "system"), key=_by_probability)
        people = sorted((h for h in answer.hypotheses if h.kind == "person"), key=_by_probability)
        main = [self._explanation(h, wording.OUTSIDE) for h in outside]
        main += [self._explanation(h, f"Somebody through {h.id}") for h in systems]
        each: list[Explanation] = []
        if answer.sufficient:
            main += [self._explanation(h, self.names.field(h.id)) for h in people[:_SHOWN_LEADS]]
            rest = people[_SHOWN_LEADS:]
            if rest:
                main.append(self._together(f"The other {len(rest):,} recorded holders, together", rest, None))
        elif people:
            whole = None if systems or len(outside) != 1 else outside[0].interval
            main.append(
                self._together(f"Any one of the {len(people):,} recorded holders, together", people, whole)
            )
            if len(people) <= _SHOWN_EACH:
                each = sorted(
                    (self._explanation(h, self.names.field(h.id)) for h in people), key=lambda e: e.label
                )
        return LeadsShown(
            answer=answer,
            main=tuple(main),
            each=tuple(each),
            groups=tuple(
                (
                    self._group(group.id),
                    len(group.members),
                    frequency(group.probability),
                    figure(group.probability),
                )
                for group in sorted(answer.groups, key=lambda g: (-g.probability, g.id))
            ),
            next_evidence=tuple(
                (
                    item.request,
                    self._organisation(item.organisation) if item.organisation else "",
                    item.expected_bits,
                )
                for item in answer.next_evidence[:_SHOWN_NEXT]
            ),
        )

    def _group(self, identifier: str) -> str:
        """A sum's name: of an organisation's people, of those at one level of exposure, or as it is called."""
        kind, _, of = identifier.partition(":")
        if kind == "organisation":
            return self._organisation(of)
        if kind == "level" and of.upper() in Level.__members__:
            return f"all who {wording.LEVEL_CLAUSES[Level[of.upper()]]}"
        return identifier

    @staticmethod
    def _explanation(hypothesis: Hypothesis, label: str) -> Explanation:
        low, high = hypothesis.interval
        return Explanation(
            label=label,
            frequency=frequency(hypothesis.probability),
            figures=f"{figure(hypothesis.probability)} ({figure(low)} to {figure(high)})",
            bar=(low, hypothesis.probability, high),
            verbal=hypothesis.verbal,
            for_=hypothesis.for_,
            against=hypothesis.against,
        )

    @staticmethod
    def _together(
        label: str, hypotheses: Sequence[Hypothesis], outside: tuple[float, float] | None
    ) -> Explanation:
        """A row for a sum; its interval is that of the rest turned round, where the rest is outside alone."""
        total = min(1.0, sum(h.probability for h in hypotheses))
        bar = (1 - outside[1], total, 1 - outside[0]) if outside else None
        figures = f"{figure(total)} ({figure(bar[0])} to {figure(bar[2])})" if bar else figure(total)
        return Explanation(label, frequency(total), figures, bar, "", (), ())


def _where(pathway: Pathway) -> int:
    """In how many organisations there are holders."""
    return len({holder.organisation for holder in pathway.holders if holder.organisation})


def _by_probability(hypothesis: Hypothesis) -> tuple[float, str]:
    return -hypothesis.probability, hypothesis.id


def _by_expiry(gap: Gap) -> tuple[bool, str, str]:
    return gap.expires is None, gap.expires.isoformat() if gap.expires else "", gap.id
