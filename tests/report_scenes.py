"""Hand-made investigations: few holders, very many, no match, long French labels, hostile text."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tearline.records.documents import AnswerBasis
from tearline.records.explanations import (
    Hypothesis,
    HypothesisGroup,
    LeadsAnswer,
    NextEvidence,
    RequestProposal,
)
from tearline.records.findings import Finding, HandlingAnswer, RuleNotRun, Scorecard
from tearline.records.investigations import Declaration, Investigation, Sourced
from tearline.records.kinds import (
    AccessBasis,
    Basis,
    EvidenceKind,
    Form,
    GapKind,
    Grade,
    Level,
    OrganisationKind,
)
from tearline.records.matches import (
    EvidenceSpan,
    MatchAnswer,
    Passage,
    PortionCandidate,
    ProductMatch,
    PublicSpan,
)
from tearline.records.naming import Names, Who, mention
from tearline.records.pathways import Gap, Holder, Pathway, Related, Restatement, Transfer
from tearline.records.people import Group, Membership, Organisation, Period, Person
from tearline.records.products import Disclosure, Portion, Product
from tearline.records.times import Interval
from tearline.report import Asked
from tearline.views.pseudonyms import pseudonyms
from tearline.views.register import Register

START = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
PUBLISHED = datetime(2026, 3, 14, tzinfo=UTC)
NAMES: Names = pseudonyms(b"a key for tests, thirty-two byte")
ASKED = Asked("review of an article on grain", "C-12", "m.deschamps", datetime(2026, 3, 16, 8, 40, tzinfo=UTC))
BASIS = AnswerBasis(
    streams=tuple(
        {"stream": name, "size": size, "root": root * 8}
        for name, size, root in (
            ("events", 41250, "3f9a81c2"),
            ("people", 812, "aa00c41d"),
            ("products", 150, "09be77f3"),
        )
    ),
    version="0.1.0",
    parameters={"supported": False, "published_at": None},
)

ORIGIN, CENTRE, COAST, BANK = "VAS", "CAB", "COAST", "BANK"
ORGANISATIONS = (
    Organisation(ORIGIN, "Valmere Assessment Service", OrganisationKind.ORIGINATOR),
    Organisation(CENTRE, "Cabinet Office of Valmere", OrganisationKind.CENTRAL, retention={"portal": 90}),
    Organisation(COAST, "Coast and Harbour Authority", OrganisationKind.RECIPIENT, retention={"print": 45}),
    Organisation(BANK, "Central Bank of Valmere", OrganisationKind.RECIPIENT),
)
ARTICLE = (
    "Officials were told in early February that grain stocks in the port of Sund would last for 37 days, half of "
    "what the ministry has said in public.\n\n"
    "A confidential assessment seen by this paper says that “two of the four silos have been unusable since the "
    "fire of 9 January”, and names the Orlan Company as the only buyer with ships to spare.\n\n"
    "The ministry has said before that the harbour will reopen in April. It would not comment."
)
FIRST = (
    "Stocks at Sund are put at 37 days of normal use, against 74 in the ministry's statement. Two of the four "
    "silos have been unusable since the fire of 9 January."
)
SECOND = (
    "Only the Orlan Company has tonnage free before May. The reopening of the harbour in April, announced "
    "already, is unlikely to change this."
)


def find(text: str, words: str) -> tuple[int, int]:
    at = text.index(words)
    return at, at + len(words)


def product(**changes: object) -> Product:
    base = Product(
        id="VX-2026-014",
        title="Grain at Sund: stocks and shipping to May",
        originator=ORIGIN,
        issued_at=START,
        marking="SECRET//CANADIAN EYES ONLY",
        portions=(Portion("1", "SECRET//CANADIAN EYES ONLY", FIRST), Portion("2", "CONFIDENTIAL", SECOND)),
        number="VAS 014/26",
        language="en",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


OTHER = product(
    id="VX-2026-020", title="Shipping insurance after the fire", number="VAS 020/26", marking="PROTECTED B"
)
DISCLOSURE = Disclosure(
    id="D-1",
    text=ARTICLE,
    title="Grain for 37 days: what the ministry was told",
    outlet="The Sund Courier",
    published_at=Interval(PUBLISHED, PUBLISHED + timedelta(days=1, microseconds=-1)),
    language="en",
    url="https://courier.example/grain",
)


def match() -> MatchAnswer:
    def evidence(kind: EvidenceKind, left: str, right: str, portion: str, weight: float = 6.0) -> EvidenceSpan:
        return EvidenceSpan(kind, find(ARTICLE, left), find(portion, right), weight)

    quote = "wo of the four silos have been unusable since the fire of 9 January"
    first = PortionCandidate(
        "VX-2026-014",
        "1",
        0.93,
        (
            evidence(EvidenceKind.NUMBER, "37 days", "37 days", FIRST),
            evidence(EvidenceKind.NAME, "Sund", "Sund", FIRST, 3.0),
            evidence(
                EvidenceKind.PARAPHRASE,
                "half of what the ministry has said in public",
                "against 74 in the ministry's statement",
                FIRST,
            ),
        ),
    )
    second = PortionCandidate(
        "VX-2026-014",
        "1",
        0.99,
        (
            evidence(EvidenceKind.QUOTE, quote, quote, FIRST),
            evidence(EvidenceKind.DATE, "9 January", "9 January", FIRST),
        ),
    )
    third = PortionCandidate(
        "VX-2026-014",
        "2",
        0.8,
        (
            evidence(
                EvidenceKind.WORDING,
                "the harbour will reopen in April",
                "The reopening of the harbour in April",
                SECOND,
            ),
        ),
        (
            PublicSpan(
                "PUB-7",
                Interval(START - timedelta(days=20), START - timedelta(days=20)),
                find(ARTICLE, "the harbour will reopen in April"),
            ),
        ),
    )
    starts = (0, ARTICLE.index("A confidential"), ARTICLE.index("The ministry has said before"))
    ends = (*(start - 2 for start in starts[1:]), len(ARTICLE))
    passages = tuple(
        Passage((start, end), ARTICLE[start:end], candidate.probability, (candidate,))
        for start, end, candidate in zip(starts, ends, (first, second, third), strict=True)
    )
    return MatchAnswer(
        "D-1",
        passages,
        (
            ProductMatch(
                "VX-2026-014",
                0.97,
                Grade.STRONG,
                Form.DOCUMENT,
                ("1", "2"),
                3.5,
                ("a run of 13 words stands in both", "two numbers that are rare in the register"),
            ),
            ProductMatch("VX-2026-020", 0.04, Grade.INCONCLUSIVE, Form.UNDETERMINED),
        ),
        ("the last passage was public before",),
    )


def person(identifier: str, name: str, organisation: str) -> Person:
    period = Period(organisation, None, "SECRET", (), AccessBasis.CLEARANCE, START - timedelta(days=400), None)
    return Person(identifier, name, (period,))


def register(people: tuple[Person, ...], organisations: tuple[Organisation, ...] = ORGANISATIONS) -> Register:
    known = (product(), OTHER)
    group = Group("G-1", "Harbour readers", (Membership("p1", START - timedelta(days=90), None),))
    return Register(
        organisations={item.id: item for item in organisations},
        people={item.id: item for item in people},
        groups={"G-1": group},
        products={item.id: item for item in known},
        disclosures={"D-1": DISCLOSURE},
        public={},
        links={},
        declarations=(),
        retracted=frozenset(),
    )


PEOPLE = (
    person("p1", "Ada Lorme", CENTRE),
    person("p2", "Piet Vossen", COAST),
    person("p3", "Irene Salk", CENTRE),
)


def small_pathway() -> Pathway:
    def at(days: float) -> datetime:
        return START + timedelta(days=days)

    holders = (
        Holder(Who("p1"), CENTRE, Level.OPENED, Basis.ACT, at(0.2), at(0.2), ("e1", "e2"), (), True, True),
        Holder(
            Who("p3"), CENTRE, Level.DELIVERED, Basis.ADDRESSED, at(3), None, ("e1", "e3"), ("g1",), True, True
        ),
        Holder(Who("p2"), COAST, Level.EXTRACTED, Basis.ARRIVAL, at(6), at(14), ("e1", "e2", "e4"), ("g2",)),
        Holder(Who("Cpt. Halden"), COAST, Level.OPENED, Basis.ATTESTED, at(20), at(30), ("e5",), (), False),
    )
    transfers = (
        Transfer("e1", ORIGIN, CENTRE, at(0.1), at(0.1), True, "disseminated", Basis.ADDRESSED, "VX-2026-014"),
        Transfer("e2", CENTRE, Who("p1"), at(0.2), at(0.2), True, "delivered", Basis.ARRIVAL, "VX-2026-014"),
        Transfer("e3", Who("p1"), Who("p3"), at(3), at(4), True, "forwarded", Basis.ADDRESSED, "VX-2026-014"),
        Transfer("e4", Who("p1"), Who("p2"), at(6), at(14), True, "forwarded", Basis.ARRIVAL, "VX-2026-014"),
        Transfer(
            "e5", Who("p2"), Who("Cpt. Halden"), at(20), at(30), False, "shown", Basis.ATTESTED, "VX-2026-014"
        ),
    )
    gaps = (
        Gap(
            "g1",
            GapKind.DELIVERED_WITHOUT_RECEIPT,
            CENTRE,
            Who("p3"),
            ("e3",),
            f"it was addressed to {mention('p3')} and no receipt is recorded",
            "the mail server's delivery log for February",
            system="mail",
            expires=PUBLISHED + timedelta(days=19),
        ),
        Gap(
            "g2",
            GapKind.LOG_HOLE,
            COAST,
            None,
            (),
            "the print log has nothing for two weeks in which it always has something",
            "the print server's own counters",
            system="print",
            silent_from=at(9),
            silent_to=at(23),
        ),
        Gap(
            "g3",
            GapKind.UNRESOLVED_NAME,
            COAST,
            Who("Cpt. Halden"),
            ("e5",),
            "nobody knows who this is",
            "the gate log",
        ),
    )
    restated = Restatement(
        "1",
        "2",
        "reworded",
        0.71,
        (),
        "Portion 1 of VX-2026-020 restates portion 2 of VX-2026-014 in other words.",
    )
    related = (
        Related(
            "VX-2026-020", (("1", "2"),), 0.71, (restated,), "tearline relate VX-2026-020 VX-2026-014 --reason …"
        ),
    )
    return Pathway("VX-2026-014", PUBLISHED, ("VX-2026-014",), holders, transfers, gaps, related)


def handling() -> HandlingAnswer:
    return HandlingAnswer(
        findings=(
            Finding(
                "F-1",
                "forwarded without leave",
                COAST,
                Who("p1"),
                "VX-2026-014",
                ("e4",),
                "high",
                f"{mention('p1')} passed it to another organisation; no leave of the originator is on record",
            ),
            Finding(
                "F-2",
                "no receipt in time",
                CENTRE,
                Who("p3"),
                "VX-2026-014",
                ("e3",),
                "low",
                "no receipt within five days",
            ),
        ),
        scorecards=(
            Scorecard(CENTRE, 420, 3, 0.012, (0.004, 0.03), 0.91),
            Scorecard(COAST, 12, 2, 0.09, (0.03, 0.22), 0.4),
            Scorecard(BANK, 0, 0, 0.02, (0.0, 0.1), None),
        ),
        rules_not_run=(RuleNotRun("not returned by its date", "no product says when it is to be returned"),),
    )


def leads(pathway: Pathway, outside: float = 0.46) -> LeadsAnswer:
    people = list(dict.fromkeys(holder.person for holder in pathway.holders))
    each = (1 - outside) / max(1, len(people))
    hypotheses = tuple(
        Hypothesis(
            "person",
            who,
            each,
            (each * 0.4, min(1.0, each * 1.9)),
            0.1,
            "not distinguished from the others",
            ("it had reached them before publication",),
            ("so it had many others",),
        )
        for who in people
    )
    return LeadsAnswer(
        ("D-1",),
        (
            *hypotheses,
            Hypothesis(
                "outside",
                "outside",
                outside if people else 1.0,
                (0.25, 0.7),
                0.0,
                "a real possibility",
                ("a print log is missing for two weeks",),
                ("the text follows the document closely",),
            ),
        ),
        (
            HypothesisGroup(f"organisation:{CENTRE}", ("p1", "p3"), each * 2),
            HypothesisGroup("level:extracted", ("p2",), each),
        ),
        24,
        False,
        (
            NextEvidence("the portal's access log for 2 February to 14 March", CENTRE, 0.62, ("g1",)),
            NextEvidence("the print server's counters for February", COAST, 0.31, ("g2",)),
        ),
        "One published item fits all of those who had it about equally well",
        ("holders are about equally likely to begin with", "a missing log is no sign of absence"),
    )


REQUESTS = (
    RequestProposal(
        COAST,
        ("the print server's own counters", "the gate log of 22 February"),
        "the print log has a hole",
        ("g2", "g3"),
        None,
    ),
    RequestProposal(
        CENTRE,
        ("the mail server's delivery log for February",),
        "no receipt is recorded",
        ("g1",),
        "2026-04-02T00:00:00Z",
        preserve_first=True,
    ),
)


def small() -> tuple[Investigation, Register]:
    pathway = small_pathway()
    return (
        Investigation(
            disclosures=(DISCLOSURE,),
            matches=(match(),),
            declarations=(
                Declaration("D-1", "VX-2026-014", "1", "I wrote the sentence on the silos", "j.roy", PUBLISHED),
            ),
            sourced=(Sourced("D-1", "VX-2026-014", "1", 0.97, PUBLISHED),),
            pathways=(pathway,),
            handling=handling(),
            leads=leads(pathway),
            requests=REQUESTS,
        ),
        register(PEOPLE),
    )


def large(size: int = 1500, names: tuple[str, ...] = ()) -> tuple[Investigation, Register]:
    """Very many holders, in nine organisations with long French names, unequal in size."""
    rng = random.Random(11)
    labels = names or (
        "Cabinet Office of Valmere",
        "Coast and Harbour Authority",
        "Ministère de l'Approvisionnement et des Ports",
        "Direction générale de la sécurité maritime",
        "Central Bank of Valmere",
        "Gendarmerie des côtes et des frontières",
        "Commission de surveillance du renseignement",
        "Ministry of Rail",
    )
    organisations = (
        ORGANISATIONS[0],
        *(Organisation(f"O{n}", name, OrganisationKind.RECIPIENT) for n, name in enumerate(labels)),
    )
    weights = [2.0**-n for n in range(len(labels))]
    people, holders, transfers = [], [], []
    first: dict[str, str] = {}
    for n in range(size):
        place = rng.choices(organisations[1:], weights)[0].id
        at = START + timedelta(days=min(39.0, rng.expovariate(0.12)))
        level = rng.choices(list(Level), (60, 30, 10))[0]
        basis = rng.choices(list(Basis), (30, 10, 30, 30))[0]
        who = Who(f"q{n}")
        people.append(person(who, f"Person {n}", place))
        sure = None if rng.random() < 0.2 else at + timedelta(days=rng.choice((0, 0, 1, 3)))
        supported = rng.random() < 0.8
        holders.append(Holder(who, place, level, basis, at, sure, (f"x{n}",), (), True, supported))
        origin = first.get(place) if rng.random() < 0.4 else None
        sender = Who(origin) if origin else organisations[rng.choice((0, 0, 0, 1))].id
        transfers.append(Transfer(f"x{n}", sender, who, at, at, supported, "forwarded", basis, "VX-2026-014"))
        first.setdefault(place, who)
    holders.sort(key=lambda holder: (holder.first_possible, holder.person))
    transfers.sort(key=lambda transfer: transfer.at_earliest)
    gaps = (
        Gap(
            "g1",
            GapKind.LOG_HOLE,
            "O1",
            None,
            (),
            "the portal's log has a hole",
            "its backup",
            silent_from=START + timedelta(days=8),
            silent_to=START + timedelta(days=19),
            expires=PUBLISHED + timedelta(days=6),
        ),
        Gap("g2", GapKind.NO_LOG, "O3", None, (), "the reading room keeps no log", "who had its key"),
        *(
            Gap(
                f"h{n}",
                GapKind.DELIVERED_WITHOUT_RECEIPT,
                "O0",
                Who(f"q{n}"),
                (f"x{n}",),
                f"no receipt of {mention(f'q{n}')}",
                "the receipt",
            )
            for n in range(40)
        ),
    )
    pathway = Pathway("VX-2026-014", PUBLISHED, ("VX-2026-014",), tuple(holders), tuple(transfers), gaps)
    investigation, _ = small()
    return replace(investigation, pathways=(pathway,), leads=leads(pathway)), register(
        tuple(people), organisations
    )


def many() -> tuple[Investigation, Register]:
    """Enough for folded lanes and tables, few enough for slow checks."""
    return large(120)


def unmatched() -> tuple[Investigation, Register]:
    """No product, no date, nothing to weigh."""
    nothing = MatchAnswer(
        "D-1",
        (),
        (ProductMatch("VX-2026-020", 0.02, Grade.INCONCLUSIVE, Form.UNDETERMINED),),
        ("the text is short",),
    )
    outside = Hypothesis("outside", "outside", 1.0, (1.0, 1.0), 0.0, "")
    return (
        Investigation(
            (replace(DISCLOSURE, published_at=None, title=None),),
            (nothing,),
            (),
            (),
            (),
            HandlingAnswer((), (), ()),
            LeadsAnswer(("D-1",), (outside,), (), 0, False, (), "Nothing was matched"),
            (),
        ),
        register(PEOPLE),
    )


def silent() -> tuple[Investigation, Register]:
    """A product without a single handling record."""
    investigation, known = small()
    pathway = Pathway("VX-2026-014", None, ("VX-2026-014",), (), (), ())
    return (
        replace(
            investigation,
            pathways=(pathway,),
            sourced=(Sourced("D-1", "VX-2026-014", None, 0.9, None),),
            disclosures=(replace(DISCLOSURE, published_at=None),),
            handling=HandlingAnswer((), (), ()),
            leads=leads(pathway),
            requests=(),
        ),
        known,
    )


HOSTILE = "<script>alert(1)</script> \u202eevil\u202c \x07 <img src=x onerror=alert(2)> ]]> &amp; \"'"


def hostile() -> tuple[Investigation, Register]:
    """Markup, controls and script wherever text comes from outside."""
    investigation, known = small()
    article = replace(
        DISCLOSURE,
        text=HOSTILE + ARTICLE,
        title=HOSTILE,
        outlet=HOSTILE,
        url="javascript:alert(3)",
        language='en"><script>alert(4)</script>',
    )
    organisations = tuple(replace(item, name=HOSTILE + item.name) for item in ORGANISATIONS)
    pathway = investigation.pathways[0]
    odd = tuple(replace(h, person=Who(HOSTILE)) if not h.resolved else h for h in pathway.holders)
    return (
        replace(investigation, disclosures=(article,), pathways=(replace(pathway, holders=odd),)),
        replace(known, organisations={item.id: item for item in organisations}),
    )
