"""Where everything in a pathway's picture stands: organisations as lanes, time from left to right.

Pure geometry, in the picture's own units (pixels at full width); `picture` turns it into SVG. The originator's lane
is on top, the others follow by first arrival. A lane with few holders has a row for each; one with many is folded
into counts by level over time, unless the picture is asked to show everybody.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tearline.records.kinds import Basis, GapKind, Level
from tearline.records.naming import Names, Who
from tearline.records.pathways import Gap, Holder, Pathway, Transfer
from tearline.records.times import Interval
from tearline.report.outside import plain
from tearline.report.timescale import TimeScale
from tearline.report.wording import LISTS, NO_ORGANISATION
from tearline.views.register import Register

WIDTH: Final = 1160.0
GUTTER: Final = 204.0  # left of the time axis: names
MARGIN: Final = 118.0  # right of it: counts
LONGEST_LANE: Final = 12  # rows before a lane is folded
MOST_LANES: Final = 14
_HEAD, _LINE, _ROW, _DENSE_ROW, _PAD = 24.0, 15.0, 20.0, 14.0, 8.0
_NAME_WIDTH = 26  # characters of a lane's name on one line
_MANY_EDGES = 200  # above it an unfolded picture shows only what passed from person to person
_ELSEWHERE = "\x00elsewhere"


@dataclass(frozen=True, slots=True)
class Publication:
    """A vertical line: when something became public, as an interval, and what to call it."""

    label: str
    at: Interval


@dataclass(frozen=True, slots=True)
class Rule:
    """A vertical line from `x`, a band up to `x_to` where the time is uncertain; `shelf` is its label's row."""

    x: float
    x_to: float
    label: str
    published: bool
    shelf: int


@dataclass(frozen=True, slots=True)
class Notch:
    x: float
    y: float
    says: str


@dataclass(frozen=True, slots=True)
class Hatch:
    x: float
    x_to: float
    y: float
    height: float
    says: str


@dataclass(frozen=True, slots=True)
class Row:
    """A holder (`level` set) or a party to a transfer that is none. `certain_x` None: no reading is certain."""

    who: str
    label: str
    y: float
    resolved: bool
    level: Level | None = None
    basis: Basis | None = None
    x: float = 0.0
    certain_x: float | None = None
    end_x: float = 0.0
    says: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """A folded lane: for each level the holders known so far, as (x, count) steps, lowest level first."""

    top: float
    height: float
    most: int
    by_level: tuple[tuple[Level, tuple[tuple[float, int], ...]], ...]
    certain: tuple[tuple[float, int], ...]
    end_x: float


@dataclass(frozen=True, slots=True)
class Lane:
    name_lines: tuple[str, ...]
    full_name: str
    note: str
    y: float
    height: float
    counts: Mapping[Level, int]
    gaps: int
    rows: tuple[Row, ...] = ()
    steps: Steps | None = None
    originator: bool = False

    @property
    def anchor(self) -> float:
        """The height at which transfers to and from the organisation itself, or a folded lane, end."""
        return self.y + 13.0


@dataclass(frozen=True, slots=True)
class Curve:
    """One transfer, or several alike between folded lanes (`amount`). `leads` are the ids of its events."""

    x: float
    y: float
    x_to: float
    y_to: float
    basis: Basis
    supported: bool
    amount: int
    events: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Layout:
    width: float
    height: float
    top: float
    plot: tuple[float, float]
    lanes: tuple[Lane, ...]
    curves: tuple[Curve, ...]
    rules: tuple[Rule, ...]
    ticks: tuple[tuple[float, str], ...]
    notches: tuple[Notch, ...]
    hatches: tuple[Hatch, ...]
    folded: bool
    left_out: int


@dataclass(slots=True)
class _Draft:
    """A lane being filled: who is in it, in order."""

    organisations: list[str] = field(default_factory=list)
    holders: list[Holder] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where a party stands: its lane, and its row where the lane is not folded."""

    lane: int
    row: Row | None


def lay_out(
    pathway: Pathway,
    register: Register,
    names: Names,
    publications: Sequence[Publication] = (),
    *,
    unfolded: bool = False,
) -> Layout:
    """The geometry of one pathway; `unfolded` gives every holder a row."""
    return _Builder(pathway, register, names, tuple(publications), unfolded).build()


class _Builder:
    def __init__(
        self,
        pathway: Pathway,
        register: Register,
        names: Names,
        publications: tuple[Publication, ...],
        unfolded: bool,
    ) -> None:
        self.pathway, self.register, self.names = pathway, register, names
        self.publications, self.unfolded = publications, unfolded
        product = register.products.get(pathway.product)
        self.originator = product.originator if product else None
        self.issued = {
            member: register.products[member].issued_at for member in pathway.family if member in register.products
        }
        self.holders: dict[str, Holder] = {}
        for holder in pathway.holders:
            self.holders.setdefault(holder.person, holder)
        times = [
            *self.issued.values(),
            *(holder.first_possible for holder in pathway.holders),
            *(transfer.at_earliest for transfer in pathway.transfers),
            *(edge for item in publications for edge in (item.at.earliest, item.at.latest)),
            *([pathway.before] if pathway.before else []),
        ]
        self.scale = TimeScale.over(times, GUTTER, WIDTH - MARGIN)
        self.end = min(self.scale.x(pathway.before), WIDTH - MARGIN) if pathway.before else WIDTH - MARGIN

    def build(self) -> Layout:
        rules = self._rules()
        top = 26.0 + 17.0 * (1 + max((rule.shelf for rule in rules), default=0))
        lanes, placed = self._lanes(top)
        curves, left_out = self._curves(lanes, placed)
        notches, hatches = self._silences(lanes, placed)
        bottom = lanes[-1].y + lanes[-1].height if lanes else top + 30.0
        return Layout(
            width=WIDTH,
            height=bottom + 26.0,
            top=top,
            plot=(GUTTER, WIDTH - MARGIN),
            lanes=lanes,
            curves=curves,
            rules=rules,
            ticks=self.scale.ticks(),
            notches=notches,
            hatches=hatches,
            folded=any(lane.steps for lane in lanes),
            left_out=left_out,
        )

    # The vertical lines: release of the product and of the derived ones somebody held, and publications.

    def _rules(self) -> tuple[Rule, ...]:
        held = {holder.product for holder in self.pathway.holders}
        lines: list[tuple[float, float, str, bool]] = []
        for member, issued in self.issued.items():
            if member == self.pathway.product:
                lines.append((self.scale.x(issued), self.scale.x(issued), "released", False))
            elif member in held:
                number = self.register.products[member].number or member
                lines.append((self.scale.x(issued), self.scale.x(issued), f"{plain(number)[:28]} released", False))
        for item in self.publications:
            label = plain(item.label)
            short = label if len(label) <= 46 else label[:45] + "…"
            lines.append((self.scale.x(item.at.earliest), self.scale.x(item.at.latest), short, True))
        shelves: list[float] = []
        rules = []
        for x, x_to, label, published in sorted(lines):
            width = 7.2 * len(label) + 16
            start = min(x, WIDTH - width)
            shelf = next((n for n, taken in enumerate(shelves) if taken <= start), len(shelves))
            shelves[shelf : shelf + 1] = [start + width]
            rules.append(Rule(x, x_to, label, published, shelf))
        return tuple(rules)

    # Lanes: one an organisation; units fold into their parents, then the rest together, where there are too many.

    def _lane_keys(self) -> dict[str | None, str | None]:
        """Organisation -> the organisation whose lane it stands in."""
        present: dict[str | None, None] = dict.fromkeys([self.originator] if self.originator else [])
        present |= dict.fromkeys(holder.organisation for holder in self.pathway.holders)
        for transfer in self.pathway.transfers:
            for party in (transfer.from_, transfer.to):
                if party in self.register.organisations:
                    present[party] = None
        keys = {organisation: organisation for organisation in present}
        while len(set(keys.values())) > MOST_LANES:
            shown = set(keys.values()) - {self.originator, None}
            parents = {
                organisation: known.parent
                for organisation in shown
                if (known := self.register.organisations.get(organisation or "")) and known.parent
            }
            if not parents:
                break
            keys = {organisation: parents.get(shown_as, shown_as) for organisation, shown_as in keys.items()}
        weight = Counter(keys.get(holder.organisation) for holder in self.pathway.holders)
        ranked = sorted(set(keys.values()), key=lambda key: (key != self.originator, -weight[key], key or "~"))
        if len(ranked) > MOST_LANES:
            rest = set(ranked[MOST_LANES - 1 :])
            keys = {org: _ELSEWHERE if shown_as in rest else shown_as for org, shown_as in keys.items()}
        return keys

    def _drafts(self) -> dict[str | None, _Draft]:
        keys = self._lane_keys()
        drafts: dict[str | None, _Draft] = defaultdict(_Draft)
        if self.originator:
            drafts[keys[self.originator]].organisations.append(self.originator)
        arrivals: list[tuple[datetime, int, str | None, object]] = []
        for holder in self.holders.values():
            arrivals.append((holder.first_possible, 0, keys.get(holder.organisation), holder))
        seen: set[str] = set()
        for transfer in self.pathway.transfers:
            for party in (transfer.from_, transfer.to):
                if party is None or party in self.holders or party in seen:
                    continue
                seen.add(party)
                if party in self.register.organisations:
                    arrivals.append((transfer.at_earliest, 1, keys[party], party))
                elif party in self.register.groups:
                    if party == transfer.from_:
                        arrivals.append((transfer.at_earliest, 2, LISTS, party))
                else:
                    person = self.register.people.get(party)
                    own = person.organisation_at(transfer.at_earliest) if person else None
                    arrivals.append((transfer.at_earliest, 2, keys.get(own, own), party))
        for _, _, key, item in sorted(arrivals, key=lambda found: (found[0], found[1], str(found[2]))):
            draft = drafts[key]
            if isinstance(item, Holder):
                draft.holders.append(item)
                organisation = item.organisation
            else:
                party = str(item)
                organisation = party if party in self.register.organisations else None
                if organisation is None:
                    draft.others.append(party)
            if organisation is not None and organisation not in draft.organisations:
                draft.organisations.append(organisation)
        return drafts

    def _lanes(self, top: float) -> tuple[tuple[Lane, ...], dict[str, _Placed]]:
        gaps = Counter(gap.organisation for gap in self.pathway.gaps)
        lanes: list[Lane] = []
        placed: dict[str, _Placed] = {}
        y = top + 6.0
        for n, (key, draft) in enumerate(self._drafts().items()):
            full, note = self._name(key, draft)
            lines = _wrap(full, _NAME_WIDTH)
            head = _HEAD + _LINE * (len(lines) - 1 + bool(note))
            size = len(draft.holders) + len(draft.others)
            folded = size > LONGEST_LANE and not self.unfolded
            steps, rows = None, ()
            if folded:
                height = 46.0 + min(64.0, 2.4 * len(draft.holders) ** 0.5)
                steps = self._steps(draft.holders, y + _HEAD, height)
                body = max(height + _HEAD, head)
            else:
                pitch = _ROW if size <= 60 else _DENSE_ROW
                rows = tuple(self._rows(draft, y + head, pitch))
                body = max(head + pitch * size, _HEAD + _LINE)
            lanes.append(
                Lane(
                    name_lines=lines,
                    full_name=full,
                    note=note,
                    y=y,
                    height=body + _PAD,
                    counts=Counter(holder.level for holder in draft.holders),
                    gaps=sum(gaps[organisation] for organisation in draft.organisations or [None]),
                    rows=rows,
                    steps=steps,
                    originator=self.originator is not None and self.originator in draft.organisations,
                )
            )
            placed |= {organisation: _Placed(n, None) for organisation in draft.organisations}
            placed |= {str(holder.person): _Placed(n, None) for holder in draft.holders}
            placed |= {other: _Placed(n, None) for other in draft.others}
            placed |= {row.who: _Placed(n, row) for row in rows}
            y += body + _PAD
        return tuple(lanes), placed

    def _name(self, key: str | None, draft: _Draft) -> tuple[str, str]:
        """The lane's name, and what is folded into it."""
        if key is None:
            return NO_ORGANISATION, ""
        if key == LISTS:
            return LISTS, ""
        if key == _ELSEWHERE:
            return f"{len(draft.organisations)} further organisations", ""
        known = self.register.organisations.get(key)
        units = len([organisation for organisation in draft.organisations if organisation != key])
        note = f"with {units} {'unit' if units == 1 else 'units'}" if units else ""
        if key == self.originator:
            note = f"originator, {note}" if note else "originator"
        return plain(known.name if known else key), note

    def _rows(self, draft: _Draft, top: float, pitch: float) -> Iterable[Row]:
        for n, holder in enumerate(draft.holders):
            yield self._holder_row(holder, top + pitch * (n + 0.5))
        for n, party in enumerate(draft.others, len(draft.holders)):
            resolved = party in self.register.people or party in self.register.groups
            yield Row(party, self._called(party, resolved), top + pitch * (n + 0.5), resolved)

    def _called(self, who: str, resolved: bool) -> str:
        if who in self.register.groups:
            return plain(self.register.groups[who].name)
        label = plain(self.names.field(Who(who)))
        return label if resolved else f"“{label}”"

    def _holder_row(self, holder: Holder, y: float) -> Row:
        label = self._called(holder.person, holder.resolved)
        certain = f"certain from {_stamp(holder.first_certain)}" if holder.first_certain else "never certain"
        return Row(
            who=holder.person,
            label=label,
            y=y,
            resolved=holder.resolved,
            level=holder.level,
            basis=holder.basis,
            x=self.scale.x(holder.first_possible),
            certain_x=self.scale.x(holder.first_certain) if holder.first_certain else None,
            end_x=self.end,
            says=f"{label}: {holder.level.word}, {holder.basis.word}; possible from "
            f"{_stamp(holder.first_possible)}, {certain} (UTC)",
        )

    def _steps(self, holders: Sequence[Holder], top: float, height: float) -> Steps:
        by_level = []
        for level in reversed(Level):
            xs = sorted(self.scale.x(holder.first_possible) for holder in holders if holder.level is level)
            by_level.append((level, _cumulative(xs)))
        certain = sorted(self.scale.x(h.first_certain) for h in holders if h.first_certain is not None)
        return Steps(top, height, len(holders), tuple(by_level), _cumulative(certain), self.end)

    # Transfers.

    def _curves(self, lanes: tuple[Lane, ...], placed: Mapping[str, _Placed]) -> tuple[tuple[Curve, ...], int]:
        edges = list(self._edges(placed))
        left_out = 0
        if self.unfolded and len(edges) > _MANY_EDGES:
            kept = [edge for edge in edges if placed[edge[0]].row is not None]
            left_out, edges = len(edges) - len(kept), kept
        together: dict[tuple[object, ...], list[tuple[str, str, Transfer]]] = defaultdict(list)
        for source, target, transfer in edges:
            ends = (self._end_key(placed[source]), self._end_key(placed[target]))
            if ends[0] != ends[1]:
                together[ends].append((source, target, transfer))
        curves = []
        for found in together.values():
            source, target, transfer = found[0]
            x, start, finish = self.scale.x(transfer.at_earliest), placed[source], placed[target]
            y = start.row.y if start.row else lanes[start.lane].anchor
            y_to = finish.row.y if finish.row else lanes[finish.lane].anchor
            lead = min(34.0, 8.0 + abs(y_to - y) * 0.22)
            curves.append(
                Curve(
                    x=max(GUTTER, x - lead),
                    y=y,
                    x_to=x,
                    y_to=y_to,
                    basis=max(t.basis for *_, t in found),
                    supported=any(t.supported for *_, t in found),
                    amount=len(found),
                    events=tuple(dict.fromkeys(t.event for *_, t in found)),
                    says=self._transfer_says(found),
                )
            )
        return tuple(curves), left_out

    @staticmethod
    def _end_key(place: _Placed) -> tuple[int, str | None]:
        return place.lane, place.row.who if place.row else None

    def _edges(self, placed: Mapping[str, _Placed]) -> Iterable[tuple[str, str, Transfer]]:
        """Who passed it to whom. A group's members stand for it: those whose holding begins with the event."""
        by_event: dict[str, list[str]] = defaultdict(list)
        for holder in self.holders.values():
            if holder.path:
                by_event[holder.path[-1]].append(holder.person)
        for transfer in self.pathway.transfers:
            source = transfer.from_ if transfer.from_ in placed else None
            if source is None:
                continue
            targets = [transfer.to] if transfer.to in placed else by_event[transfer.event]
            for target in targets:
                if target is not None and target in placed and target != source:
                    yield source, target, transfer

    def _transfer_says(self, found: Sequence[tuple[str, str, Transfer]]) -> str:
        source, target, transfer = found[0]
        if len(found) > 1:
            return f"{len(found)} transfers, the first {_stamp(transfer.at_earliest)} UTC"
        said = (
            f"{self._party(source)} to {self._party(target)}: {transfer.kind}, {_stamp(transfer.at_earliest)} UTC"
        )
        if not transfer.supported:
            said += "; no unbroken chain to the sender is recorded"
        return said

    def _party(self, party: str) -> str:
        if party in self.register.organisations:
            return plain(self.register.organisations[party].name)
        return self._called(party, party in self.register.people or party in self.register.groups)

    # Silences.

    def _silences(
        self, lanes: tuple[Lane, ...], placed: Mapping[str, _Placed]
    ) -> tuple[tuple[Notch, ...], tuple[Hatch, ...]]:
        at = {transfer.event: transfer.at_earliest for transfer in self.pathway.transfers}
        held_by: dict[str, list[str]] = defaultdict(list)
        for holder in self.holders.values():
            for identifier in holder.gaps:
                held_by[identifier].append(holder.person)
        notches: dict[tuple[float, float], list[str]] = defaultdict(list)
        hatches: list[Hatch] = []
        for gap in self.pathway.gaps:
            kind = gap.kind.value
            place = placed.get(gap.organisation or "")
            if place and gap.silent_from and gap.silent_to:
                lane = lanes[place.lane]
                x, x_to = self.scale.x(gap.silent_from), min(self.scale.x(gap.silent_to), WIDTH - MARGIN)
                if x < x_to:
                    hatches.append(Hatch(x, x_to, lane.y + 1, lane.height - 2, kind))
                continue
            if place and gap.kind is GapKind.NO_LOG:
                lane = lanes[place.lane]
                hatches.append(Hatch(GUTTER, self.end, lane.y + lane.height - 7, 6.0, kind))
                continue
            for party in held_by.get(gap.id) or ([gap.person] if gap.person in placed else []):
                row = placed[party].row
                if row is not None:
                    notches[(row.x or self._event_x(gap, at), row.y)].append(kind)
        return (
            tuple(Notch(x, y, "; ".join(dict.fromkeys(kinds))) for (x, y), kinds in notches.items()),
            tuple(dict.fromkeys(hatches)),
        )

    def _event_x(self, gap: Gap, at: Mapping[str, datetime]) -> float:
        return self.scale.x(min((at[event] for event in gap.events if event in at), default=self.scale.start))


def _cumulative(xs: Sequence[float]) -> tuple[tuple[float, int], ...]:
    """Steps (x, how many by then), one for each pixel at most."""
    steps: dict[int, tuple[float, int]] = {}
    for n, x in enumerate(xs, 1):
        steps[int(x)] = (x, n)
    return tuple(steps.values())


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _wrap(text: str, width: int) -> tuple[str, ...]:
    """At most two lines; what does not fit is cut with an ellipsis."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    kept = [line if len(line) <= width else line[: width - 1] + "…" for line in lines[:2]]
    if len(lines) > 2:
        kept[1] = kept[1][: width - 1] + "…"
    return tuple(kept) or ("",)
