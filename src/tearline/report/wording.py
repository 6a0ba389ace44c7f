"""The report's composed sentences, in English; what stands still is in the templates.

Every sentence says what the record shows and how sure that is. Nothing here speaks of anybody's fault: a lead is a
reason to ask. People come as `mention()`s and are named by whoever renders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from tearline.records.explanations import LeadsAnswer, RequestProposal
from tearline.records.findings import HandlingAnswer
from tearline.records.frequencies import frequency
from tearline.records.kinds import Basis, EvidenceKind, Form, Grade, Level, OrganisationKind
from tearline.records.matches import EvidenceSpan
from tearline.records.pathways import Holder
from tearline.report.amounts import count, first_few, listed, moment, number, sentence

# What a grade means and what it does not: shown wherever a grade is.
GRADES: Final[Mapping[Grade, tuple[str, str]]] = {
    Grade.STRONG: (
        "Strong",
        "Texts this alike are seldom independent. A common source that is not registered would look the same.",
    ),
    Grade.MODERATE: (
        "Moderate",
        "More alike than unrelated texts usually are. Coincidence or a common source is a real possibility.",
    ),
    Grade.WEAK: ("Weak", "Some likeness, as unrelated texts on one subject often have. Do not build on it alone."),
    Grade.INCONCLUSIVE: ("Inconclusive", "Nothing here tells this product from any other on the subject."),
}
DECLARED: Final = (
    "Declared",
    "Taken from an analyst's own recognition; the machine's comparison does not carry it.",
)
FORMS: Final[Mapping[Form, str]] = {
    Form.DOCUMENT: "What got out looks like the document itself",
    Form.INFORMATION: "What got out looks like the information, not the document",
    Form.UNDETERMINED: "Whether the document or only its information got out cannot be said",
}
LEVELS: Final[Mapping[Level, tuple[str, str]]] = {
    Level.DELIVERED: ("delivered", "it reached them, or was sent to them; no reading is recorded"),
    Level.OPENED: ("opened", "they saw or heard it"),
    Level.EXTRACTED: ("extracted", "they took something out: printed, copied, forwarded, carried"),
}
BASES: Final[Mapping[Basis, tuple[str, str]]] = {
    Basis.ADDRESSED: ("addressed", "it was sent to them; arrival is not recorded"),
    Basis.ATTESTED: ("attested", "somebody says so"),
    Basis.ARRIVAL: ("arrival recorded", "a system or a receipt recorded that it arrived"),
    Basis.ACT: ("own act", "their own act is recorded"),
}
EVIDENCE: Final[Mapping[EvidenceKind, str]] = {
    EvidenceKind.QUOTE: "quotation",
    EvidenceKind.WORDING: "wording",
    EvidenceKind.PARAPHRASE: "paraphrase",
    EvidenceKind.NAME: "name",
    EvidenceKind.NUMBER: "number",
    EvidenceKind.DATE: "date",
}
ORGANISATION_KINDS: Final[Mapping[OrganisationKind, str]] = {
    OrganisationKind.ORIGINATOR: "originator",
    OrganisationKind.RECIPIENT: "recipient",
    OrganisationKind.CENTRAL: "central office",
    OrganisationKind.POLICE: "police",
    OrganisationKind.OVERSIGHT: "oversight",
    OrganisationKind.EXTERNAL: "external",
}
SEVERITIES: Final = ("high", "medium", "low")
NO_ORGANISATION: Final = "Organisation not known"
LISTS: Final = "Lists and shared accounts"
OUTSIDE: Final = "None of the recorded holders"
LEFT_OUT: Final = "{:,} transfers are not drawn"  # from organisations and lists, in a picture of everybody

_RARE = 4.0  # nats: a thing that about one text in fifty-five has
_FEW = 10  # transfers and holders below which a record is called thin


def evidence_words(evidence: Sequence[EvidenceSpan], quoted: Sequence[str]) -> str:
    """A pair in plain words: `a run of 14 words stands in both; the same number, rare in the register`."""
    said: list[str] = []
    for kind in EvidenceKind:
        found = [(span, words) for span, words in zip(evidence, quoted, strict=True) if span.kind is kind]
        if not found:
            continue
        longest = max(len(words.split()) for _, words in found)
        different = len({words.casefold() for _, words in found})
        rare = sum(span.weight >= _RARE for span, _ in found)
        match kind:
            case EvidenceKind.QUOTE:
                said.append(
                    f"a run of {longest} words stands in both"
                    if len(found) == 1
                    else f"{count(len(found), 'run')} of words, the longest of {longest}, stand in both"
                )
            case EvidenceKind.WORDING:
                said.append(
                    f"the same wording over {count(longest, 'word')}, not quite in the same order"
                    if longest > 1
                    else f"{count(different, 'word')} alike in both"
                )
            case EvidenceKind.PARAPHRASE:
                said.append("says the same in other words")
            case _:
                noun = EVIDENCE[kind]
                clause = f"the same {noun}" if different == 1 else f"the same {count(different, noun)}"
                if rare:
                    whole = "both " if different == 2 else "all "
                    every = "" if different == 1 else whole if rare >= len(found) else "some "
                    clause += f", {every}rare in the register"
                said.append(clause)
    return "; ".join(said)


def draws_on(title: str, grade: str, *, pairs: int, portions: int, quoted: bool, public: int) -> str:
    """How the item's text relates to one product."""
    if not pairs:
        return f"It is taken to draw on {title} ({grade.lower()})"
    return (
        f"It draws on {title}: {grade.lower()} evidence, {count(pairs, 'passage')} that "
        f"{'pairs' if pairs == 1 else 'pair'} with {count(portions, 'portion')}, "
        f"{'some of it word for word' if quoted else 'nothing of it word for word'}"
        + (f"; {count(public, 'stretch', 'stretches')} of it had been public before" if public else "")
    )


NO_MATCH: Final = (
    "No registered product is like enough to this text to go on from. That is no proof that nothing got out: "
    "what is not registered cannot be recognised, and a thorough retelling can leave no trace in the words."
)


def could_have_held(holders: Sequence[Holder], before: datetime | None, organisations: int) -> str:
    """How many could have held it by then, and how sure that is."""
    when = f"before {moment(before)}" if before else "to the end of the record (no date of publication is known)"
    people = len({holder.person for holder in holders})
    if not people:
        return (
            f"The record shows nobody who could have held it {when}. It is silent, which is not the same as empty"
        )
    certain = len({holder.person for holder in holders if holder.first_certain is not None})
    levels = Counter(_best(holders).values())
    parts = listed(f"{number(levels[level])} {words}" for level, words in LEVEL_CLAUSES.items() if levels[level])
    certainty = (
        "for all of them under every reading of the clocks"
        if certain == people
        else f"for {number(certain)} of them under every reading of the clocks"
        if certain
        else "for none of them with certainty"
    )
    return (
        f"{count(people, 'person', 'people')} in {count(organisations, 'organisation')} "
        f"could have held it {when}, "
        f"{certainty}. By what is recorded, {parts}"
    )


LEVEL_CLAUSES: Final[Mapping[Level, str]] = {
    Level.EXTRACTED: "took something out",
    Level.OPENED: "saw it",
    Level.DELIVERED: "had it delivered or addressed to them and no more",
}


def _best(holders: Sequence[Holder]) -> dict[str, Level]:
    best: dict[str, Level] = {}
    for holder in holders:
        best[holder.person] = max(holder.level, best.get(holder.person, holder.level))
    return best


def resting_on(holders: Sequence[Holder]) -> str:
    """What weakens the count of holders: address lists, statements, unresolved names; empty where nothing does."""
    addressed = sum(holder.basis is Basis.ADDRESSED for holder in holders)
    attested = sum(holder.basis is Basis.ATTESTED for holder in holders)
    unresolved = sum(not holder.resolved for holder in holders)
    parts = (
        (addressed, "rests", "rest", "on an address line alone"),
        (attested, "rests", "rest", "on somebody's statement"),
        (unresolved, "stands", "stand", "under a name nobody has resolved"),
    )
    said = [f"{number(n)} {one if n == 1 else many} {what}" for n, one, many, what in parts if n]
    return f"Of the holdings, {listed(said)}" if said else ""


def handling_shows(answer: HandlingAnswer, name: Callable[[str], str]) -> str:
    """What the examination found, by amount; organisations by name."""
    if not answer.findings:
        run = f"; {count(len(answer.rules_not_run), 'rule')} could not be run" if answer.rules_not_run else ""
        return f"The examination of handling found nothing against the rules{run}"
    where = Counter(finding.organisation for finding in answer.findings if finding.organisation)
    high = sum(finding.severity == "high" for finding in answer.findings)
    names = first_few([name(organisation) for organisation, _ in where.most_common()], 3, "organisation")
    return (
        f"{count(len(answer.findings), 'point')} in the handling {'is' if len(answer.findings) == 1 else 'are'} "
        f"against the rules"
        + (f", {number(high)} of them serious" if high else ", none of them serious")
        + (f"; most in {names}" if len(where) > 1 else f", at {names}" if where else "")
        + (f"; {count(len(answer.rules_not_run), 'rule')} could not be run" if answer.rules_not_run else "")
    )


NOTHING_TO_WEIGH: Final = (
    "There is nothing to weigh: no holder is recorded. That leaves everybody outside the record, and what the "
    "record does not know of"
)


NOT_SUFFICIENT: Final = "The record is not sufficient to point at any one person"


def explained(leads: LeadsAnswer) -> str:
    """How the explanations stand, outside first."""
    if all(hypothesis.kind == "outside" for hypothesis in leads.hypotheses):
        return NOTHING_TO_WEIGH
    outside = sum(h.probability for h in leads.hypotheses if h.kind == "outside")
    said = leads.says if leads.sufficient else NOT_SUFFICIENT
    return f"That it came from none of the recorded holders: {frequency(outside)}. {said}"


def ask_first(requests: Sequence[RequestProposal], name: Callable[[str], str], *, matched: bool) -> str:
    """Whom to ask first, for what and by when."""
    if not requests:
        return (
            "No request would close a gap that is known"
            if matched
            else "Nobody yet. If you know the text, declare your recognition; if a product is missing, register it"
        )
    first = requests[0]
    what = (first.items[0] if first.items else first.reason).rstrip(" .")
    others = f" (and {count(len(first.items) - 1, 'further matter')})" if len(first.items) > 1 else ""
    until = f". Its records are kept until {first.expires[:10]}" if first.expires else ""
    keep = ". Ask to have them preserved before anything else" if first.preserve_first else ""
    more = f"{count(len(requests) - 1, 'further request')} below" if len(requests) > 1 else ""
    return f"{name(first.organisation)}: {what}{others}{until}{keep}. {sentence(more)}".rstrip(" .")


def thin_record(holders: int, transfers: int, unsupported: int, gaps: int) -> str | None:
    """A warning where there is little to go on, to be read before anything else; None where there is enough."""
    if holders + transfers >= _FEW and (not transfers or unsupported * 2 <= transfers):
        return None
    if not holders and not transfers:
        return "There are no handling records to go on: what follows says more of the record than of the world."
    said = f"This rests on few records: {count(transfers, 'transfer')} and {count(holders, 'holder')}"
    if transfers and unsupported * 2 > transfers:
        share = "all" if unsupported == transfers else f"{unsupported} of {transfers}"
        said = (
            f"Of the transfers on record, {share} have a sender for whom no unbroken chain from the originator is "
            "recorded"
        )
    known = f"{count(gaps, 'gap')} {'is' if gaps == 1 else 'are'} known"
    return f"{said}; {known}. One further log may change the picture."


CANNOT_BE_KNOWN: Final = (
    "What was said aloud, shown on a screen without a log, photographed or carried out leaves nothing here.",
    "A system's record shows an account, not the person at the keyboard.",
    "An address list shows to whom it was sent, not who read it; a missing receipt shows nothing at all.",
    "Whoever had it lawfully and in silence before the earliest record is not among the holders.",
    "Likeness of texts says that they are connected, never through whom.",
    "Probabilities hold under the assumptions listed with them. They order questions; they prove nothing.",
)
