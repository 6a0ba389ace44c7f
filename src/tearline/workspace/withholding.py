"""What of an answer lies within an inquiry's organisations; the rest is withheld before it becomes a document.

Rules, tried for every record of an answer:
1. A record that names an organisation (holder, gap, finding, scorecard, request, reply) is left out unless that
   organisation is within; one that names none is left out unless the person it names belongs within.
2. A transfer stays where one of its ends is within; an end outside is not named.
3. An explanation that is a person outside, or a system outside, is added to `outside`: the probabilities still add
   up to 1, and the interval of `outside` is made as wide as the parts allow.
4. Event ids stay where they belong to a transfer or a holding that stays.
5. Whoever is left in a sentence is called `somebody beyond the scope`; organisations there, likewise.

Registered people belong to every organisation they have had a post in. A raw name belongs within where a holding
under it does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Final

from tearline.records.explanations import Hypothesis, HypothesisGroup, LeadsAnswer
from tearline.records.naming import Names, Who
from tearline.records.pathways import Pathway, Transfer
from tearline.records.witnesses import Needed, Route, Witnesses
from tearline.views.register import Register

SOMEBODY: Final = "somebody beyond the scope"
ANOTHER: Final = "an organisation beyond the scope"
_SENTENCES: Final = frozenset({"says", "ask", "for", "against", "reason", "request", "items", "why", "notes"})


@dataclass
class Withholding:
    """For one answer. `admitted`: raw names met so far under which a holding within stands."""

    register: Register
    organisations: frozenset[str]
    admitted: set[str] = field(default_factory=set)

    def names(self, names: Names) -> Names:
        """What people are called, where whoever is outside is called nothing."""

        def shown(naming: Any) -> Any:
            return lambda who: naming(who) if self.is_within(who) else SOMEBODY

        return replace(names, field=shown(names.field), words=shown(names.words))

    def of(self, answer: Any) -> Any:
        """The answer without what lies outside."""
        if isinstance(answer, Pathway):
            return self._pathway(answer)
        if isinstance(answer, LeadsAnswer):
            return self._leads(answer)
        if isinstance(answer, Witnesses):
            answer = replace(answer, recorded=())
        if isinstance(answer, Route):
            return replace(
                answer,
                issued_by=None,
                parties=tuple(self._party(party) or SOMEBODY for party in answer.parties),
                events=(),
            )
        if isinstance(answer, Needed):
            within = tuple(o for o in answer.organisations if o in self.organisations)
            return Needed((), tuple(p for p in answer.parties if self._party(p)), within)
        if is_dataclass(answer) and not isinstance(answer, type):
            return replace(answer, **{f.name: self.of(getattr(answer, f.name)) for f in fields(answer)})
        if isinstance(answer, Mapping):
            return {key: self.of(item) for key, item in answer.items()}
        if isinstance(answer, list | tuple):
            return [self.of(item) for item in answer if self._stays(item)]
        return answer

    def document(self, found: Any, key: str = "") -> Any:
        """The document with organisations outside taken out of its sentences."""
        if isinstance(found, dict):
            return {name: self.document(item, name) for name, item in found.items()}
        if isinstance(found, list):
            return [self.document(item, key) for item in found]
        if isinstance(found, str) and key in _SENTENCES:
            return self._elsewhere.sub(ANOTHER, found) if self._elsewhere else found
        return found

    @property
    def _elsewhere(self) -> re.Pattern[str] | None:
        outside = [o for o in self.register.organisations.values() if o.id not in self.organisations]
        words = sorted({word for o in outside for word in (o.id, o.name)}, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)") if words else None

    def is_within(self, who: str) -> bool:
        """Is it one of the organisations; had they a post in one; or, a raw name, is a holding within under it?"""
        if who in self.register.organisations:
            return who in self.organisations
        person = self.register.people.get(who)
        if person is None:
            return who in self.admitted
        return any(period.organisation in self.organisations for period in person.periods)

    def _stays(self, item: Any) -> bool:
        """Rule 1."""
        if isinstance(item, Who):
            return self.is_within(item)
        if not is_dataclass(item) or not hasattr(item, "organisation"):
            return True
        if item.organisation is not None:
            return item.organisation in self.organisations
        person = getattr(item, "person", None)
        return person is not None and self.is_within(person)

    def _party(self, party: str | None) -> str | None:
        """An end of a transfer, where it may be named: groups never, for they reach beyond an organisation."""
        if party is None or party in self.register.groups:
            return None
        if party in self.register.organisations:
            return party if party in self.organisations else None
        return party if self.is_within(party) else None

    def _pathway(self, pathway: Pathway) -> Pathway:
        holders = [holder for holder in pathway.holders if self._stays(holder)]
        self.admitted |= {holder.person for holder in holders if not holder.resolved}
        passed = {event for t in pathway.transfers for event in _events_of(t)}
        transfers = []
        for transfer in pathway.transfers:
            ends = self._party(transfer.from_), self._party(transfer.to)
            if any(ends):
                transfers.append(replace(transfer, from_=ends[0], to=ends[1], attestations=()))
        kept = {event for t in transfers for event in _events_of(t)}
        gaps = [gap for gap in pathway.gaps if self._stays(gap)]
        known = {gap.id for gap in gaps}
        return replace(
            pathway,
            holders=tuple(
                replace(
                    holder,
                    path=tuple(event for event in holder.path if event in kept or event not in passed),
                    gaps=tuple(gap for gap in holder.gaps if gap in known),
                )
                for holder in holders
            ),
            transfers=tuple(transfers),
            gaps=tuple(
                replace(gap, events=tuple(e for e in gap.events if e in kept or e not in passed)) for gap in gaps
            ),
            attested=(),
            contradictions=(),
            clocks=(),
        )

    def _leads(self, answer: LeadsAnswer) -> LeadsAnswer:
        self.admitted |= {
            member
            for group in answer.groups
            if group.id.partition(":")[0] == "organisation" and group.id.partition(":")[2] in self.organisations
            for member in group.members
        }
        kept = [h for h in answer.hypotheses if h.kind != "outside" and self._explains(h)]
        beyond = [h for h in answer.hypotheses if h.kind != "outside" and not self._explains(h)]
        outside = next((h for h in answer.hypotheses if h.kind == "outside"), None)
        if outside is not None:
            parts = [outside, *beyond]
            probability = round(1.0 - sum(h.probability for h in kept), 9)
            low = max(h.interval[0] for h in parts)
            high = min(1.0, sum(h.interval[1] for h in parts))
            outside = replace(
                outside, probability=probability, interval=(min(low, probability), max(high, probability)), for_=()
            )
        hypotheses = sorted([*kept, *([outside] if outside else [])], key=lambda h: (-h.probability, h.kind, h.id))
        return replace(
            answer,
            hypotheses=tuple(hypotheses),
            groups=self._groups(answer, {h.id: h.probability for h in kept}),
            searched=len(kept),
            next_evidence=tuple(item for item in answer.next_evidence if item.organisation in self.organisations),
            says="",
        )

    def _explains(self, hypothesis: Hypothesis) -> bool:
        if hypothesis.kind == "person":
            return self.is_within(hypothesis.id)
        organisation, _, system = hypothesis.id.partition("/")
        return bool(system) and organisation in self.organisations

    def _groups(self, answer: LeadsAnswer, shown: Mapping[str, float]) -> tuple[HypothesisGroup, ...]:
        found = []
        for group in answer.groups:
            kind, _, of = group.id.partition(":")
            members = tuple(member for member in group.members if member in shown)
            if members and not (kind == "organisation" and of not in self.organisations):
                total = round(sum(shown[member] for member in members), 9)
                found.append(replace(group, members=members, probability=total))
        return tuple(found)


def _events_of(transfer: Transfer) -> tuple[str, ...]:
    return (transfer.event, *(attestation.event for attestation in transfer.attestations))
