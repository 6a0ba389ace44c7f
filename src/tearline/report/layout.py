"""Where everything in a pathway's picture stands: lanes from top to bottom, time from left to right.

Pure geometry; `picture` turns it into SVG. A lane with few people has a row for each; one with many is folded into
counts by level over time, unless the picture is asked to show everybody.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from tearline.records.kinds import GapKind, Level
from tearline.records.naming import Names, Who
from tearline.records.pathways import Holder, Pathway, Transfer
from tearline.report.amounts import stamp
from tearline.report.lanes import LONGEST_LANE, MOST_ROWS, SHORTEST_FOLD, Crew, crews, first_holdings, wrapped
from tearline.report.outside import plain
from tearline.report.shapes import (
    GUTTER,
    MARGIN,
    WIDTH,
    Curve,
    Hatch,
    Lane,
    Layout,
    Notch,
    Publication,
    Row,
    Rule,
    Steps,
)
from tearline.report.timescale import TimeScale
from tearline.views.register import Register

_RIGHT: Final = WIDTH - MARGIN
_HEAD, _LINE, _ROW, _DENSE_ROW, _PAD = 24.0, 15.0, 20.0, 14.0, 8.0
_NAME_WIDTH = 25  # characters of a lane's name on one line
_LABEL_WIDTH = 7.2  # pixels a character of a label takes, about
_DENSE = 60  # rows in a lane from which they are drawn closer
_MANY_EDGES = 200  # above it an unfolded picture shows only what passed from person to person


class _Edge(NamedTuple):
    source: str
    target: str
    transfer: Transfer


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a party stands: its lane, and its row where the lane is not folded."""

    lane: int
    row: Row | None

    @property
    def key(self) -> tuple[int, str | None]:
        return self.lane, self.row.who if self.row else None


def lay_out(
    pathway: Pathway,
    register: Register,
    names: Names,
    publications: Sequence[Publication] = (),
    *,
    unfolded: bool = False,
) -> Layout:
    """The geometry of one pathway; `unfolded` gives every holder a row."""
    return _Drawing(pathway, register, names, publications, unfolded=unfolded).layout()


class _Drawing:
    def __init__(
        self,
        pathway: Pathway,
        register: Register,
        names: Names,
        publications: Sequence[Publication],
        *,
        unfolded: bool,
    ) -> None:
        self.pathway, self.register, self.names = pathway, register, names
        self.publications, self.unfolded = publications, unfolded
        self.holders = first_holdings(pathway)
        known = (register.products.get(member) for member in pathway.family)
        self.family = [product for product in known if product is not None]
        times = [
            *(product.issued_at for product in self.family if product.id == pathway.product),
            *(holder.first_possible for holder in pathway.holders),
            *(transfer.at_earliest for transfer in pathway.transfers),
            *(edge for item in publications for edge in (item.at.earliest, item.at.latest)),
            *([pathway.before] if pathway.before else []),
        ]
        self.scale = TimeScale.over(times, GUTTER, _RIGHT)
        self.end = min(self.scale.x(pathway.before), _RIGHT) if pathway.before else _RIGHT

    def layout(self) -> Layout:
        rules = self._rules()
        top = 26.0 + 17.0 * (1 + max((rule.shelf for rule in rules), default=0))
        lanes, places = self._lanes(top)
        curves, left_out = self._curves(lanes, places)
        bottom = lanes[-1].y + lanes[-1].height if lanes else top + 30.0
        return Layout(
            width=WIDTH,
            height=bottom + 26.0,
            top=top,
            lanes=lanes,
            curves=curves,
            rules=rules,
            ticks=self.scale.ticks(),
            notches=self._notches(places),
            hatches=tuple(self._hatches(lanes, places)),
            left_out=left_out,
        )

    def _rules(self) -> tuple[Rule, ...]:
        """Vertical lines: release of the product and of the derived ones somebody held, and publications."""
        held = {holder.product for holder in self.pathway.holders}
        lines: list[tuple[float, float, str, bool]] = []
        for product in self.family:
            x = self.scale.x(product.issued_at)
            if product.id == self.pathway.product:
                lines.append((x, x, "released", False))
            elif product.id in held:
                lines.append((x, x, f"{plain(product.number or product.id)[:28]} released", False))
        for item in self.publications:
            label = plain(item.label)
            short = label if len(label) <= 72 else label[:71] + "…"
            lines.append((self.scale.x(item.at.earliest), self.scale.x(item.at.latest), short, True))
        shelves: list[float] = []
        rules = []
        for x, x_to, label, published in sorted(lines):
            width = _LABEL_WIDTH * len(label) + 16
            start = x if x + width < WIDTH else x - width
            shelf = next((n for n, taken in enumerate(shelves) if taken <= start), len(shelves))
            shelves[shelf : shelf + 1] = [start + width]
            rules.append(Rule(x, x_to, label, published, shelf))
        return tuple(rules)

    # Lanes and rows.

    def _lanes(self, top: float) -> tuple[tuple[Lane, ...], dict[str, _Place]]:
        gaps = Counter(gap.organisation for gap in self.pathway.gaps)
        lanes: list[Lane] = []
        places: dict[str, _Place] = {}
        y = top + 6.0
        found = crews(self.pathway, self.register)
        rows_in_all = sum(crew.size for crew in found if crew.size <= LONGEST_LANE)
        longest = LONGEST_LANE if rows_in_all <= MOST_ROWS else SHORTEST_FOLD
        for n, crew in enumerate(found):
            lines = wrapped(crew.name, _NAME_WIDTH)
            head = _HEAD + _LINE * (len(lines) - 1 + bool(crew.note))
            folded = crew.size > longest and not self.unfolded
            rows = () if folded else self._rows(crew, y + head)
            steps = self._steps(crew.holders, y + _HEAD) if folded else None
            body = steps.height + _HEAD if steps else head + self._pitch(crew) * crew.size
            height = max(body, head, _HEAD + _LINE) + _PAD
            own: list[str | None] = [*crew.organisations] or [None]
            lanes.append(
                Lane(
                    name_lines=lines,
                    full_name=crew.name,
                    note=crew.note,
                    y=y,
                    height=height,
                    counts=Counter(holder.level for holder in crew.holders),
                    gaps=sum(gaps[organisation] for organisation in own),
                    rows=rows,
                    steps=steps,
                )
            )
            parties = [*crew.organisations, *(str(holder.person) for holder in crew.holders), *crew.others]
            places |= {party: _Place(n, None) for party in parties}
            places |= {row.who: _Place(n, row) for row in rows}
            y += height
        return tuple(lanes), places

    @staticmethod
    def _pitch(crew: Crew) -> float:
        return _ROW if crew.size <= _DENSE else _DENSE_ROW

    def _rows(self, crew: Crew, top: float) -> tuple[Row, ...]:
        pitch = self._pitch(crew)
        ys = [top + pitch * (n + 0.5) for n in range(crew.size)]
        holders = [self._holder_row(holder, y) for holder, y in zip(crew.holders, ys, strict=False)]
        others = [
            Row(party, self._called(party), y, self._resolved(party))
            for party, y in zip(crew.others, ys[len(holders) :], strict=True)
        ]
        return (*holders, *others)

    def _holder_row(self, holder: Holder, y: float) -> Row:
        label = self._called(holder.person, holder.resolved)
        certain = f"certain from {stamp(holder.first_certain)}" if holder.first_certain else "never certain"
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
            f"{stamp(holder.first_possible)}, {certain} (UTC)",
        )

    def _steps(self, holders: Sequence[Holder], top: float) -> Steps:
        possible = {
            level: sorted(self.scale.x(holder.first_possible) for holder in holders if holder.level is level)
            for level in reversed(Level)
        }
        certain = sorted(min(self.scale.x(h.first_certain), self.end) for h in holders if h.first_certain)
        return Steps(
            top=top,
            height=46.0 + min(64.0, 2.4 * len(holders) ** 0.5),
            most=len(holders),
            by_level=tuple((level, _cumulative(xs)) for level, xs in possible.items()),
            certain=_cumulative(certain),
            end_x=self.end,
        )

    # Names.

    def _resolved(self, party: str) -> bool:
        return party in self.register.people or party in self.register.groups

    def _called(self, party: str, resolved: bool | None = None) -> str:
        """Organisations and groups by name, people as `names` calls them, unresolved names in quotation marks."""
        known = self.register.organisations.get(party) or self.register.groups.get(party)
        if known is not None:
            return plain(known.name)
        label = plain(self.names.field(Who(party)))
        return label if (self._resolved(party) if resolved is None else resolved) else f"“{label}”"

    # Transfers.

    def _curves(self, lanes: Sequence[Lane], places: Mapping[str, _Place]) -> tuple[tuple[Curve, ...], int]:
        """Transfers, those between the same two ends as one; and how many an unfolded picture leaves out."""
        edges = list(self._edges(places))
        kept = edges
        if self.unfolded and len(edges) > _MANY_EDGES:
            kept = [edge for edge in edges if places[edge.source].row is not None]
        together: dict[tuple[tuple[int, str | None], tuple[int, str | None]], list[_Edge]] = defaultdict(list)
        for edge in kept:
            ends = places[edge.source].key, places[edge.target].key
            if ends[0] != ends[1]:
                together[ends].append(edge)
        reached: set[tuple[int, str | None]] = set()
        curves = []
        for (_, end), found in together.items():
            # Into a folded lane only the first arrival is drawn dark: how it came there at all.
            curves.append(self._curve(found, lanes, places, first=end[1] is not None or end not in reached))
            reached.add(end)
        return _labelled(curves), len(edges) - len(kept)

    def _edges(self, places: Mapping[str, _Place]) -> Iterator[_Edge]:
        """Who passed it to whom. A group is drawn as those of its members whose holding begins with the event."""
        by_event: dict[str, list[str]] = defaultdict(list)
        for holder in self.holders.values():
            if holder.path:
                by_event[holder.path[-1]].append(holder.person)
        for transfer in self.pathway.transfers:
            source, target = transfer.from_, transfer.to
            if source is None or source not in places:
                continue
            targets = [target] if target is not None and target in places else by_event[transfer.event]
            yield from (_Edge(source, found, transfer) for found in targets if found != source)

    def _curve(
        self, found: Sequence[_Edge], lanes: Sequence[Lane], places: Mapping[str, _Place], *, first: bool
    ) -> Curve:
        source, target, transfer = found[0]
        start, finish = places[source], places[target]
        y = start.row.y if start.row else lanes[start.lane].anchor
        y_to = finish.row.y if finish.row else lanes[finish.lane].anchor
        x = self.scale.x(transfer.at_earliest)
        says = f"{len(found)} transfers, the first {stamp(transfer.at_earliest)} UTC"
        if len(found) == 1:
            says = (
                f"{self._called(source)} to {self._called(target)}: {transfer.kind}, "
                f"{stamp(transfer.at_earliest)} UTC"
                + ("" if transfer.supported else "; no unbroken chain to the sender is recorded")
            )
        return Curve(
            x=x,
            y=y,
            y_to=y_to,
            bulge=min(30.0, 5.0 + abs(y_to - y) * 0.12),
            basis=max(edge.transfer.basis for edge in found),
            supported=any(edge.transfer.supported for edge in found),
            first=first,
            to_person=finish.row is not None,
            amount=len(found),
            events=tuple(dict.fromkeys(edge.transfer.event for edge in found)),
            says=says,
        )

    # Silences.

    def _hatches(self, lanes: Sequence[Lane], places: Mapping[str, _Place]) -> Iterator[Hatch]:
        """A hole in a log over its stretch of the lane; a system without a log along the lane's foot."""
        seen: set[tuple[int, GapKind]] = set()
        for gap in self.pathway.gaps:
            place = places.get(gap.organisation or "")
            if place is None:
                continue
            lane = lanes[place.lane]
            if gap.silent_from and gap.silent_to:
                x, x_to = self.scale.x(gap.silent_from), self.scale.x(gap.silent_to)
                if x < x_to:
                    yield Hatch(x, x_to, lane.y + 1, lane.height - 2, gap.kind.value)
            elif gap.kind is GapKind.NO_LOG and (place.lane, gap.kind) not in seen:
                seen.add((place.lane, gap.kind))
                yield Hatch(GUTTER, self.end, lane.y + lane.height - 7, 6.0, gap.kind.value)

    def _notches(self, places: Mapping[str, _Place]) -> tuple[Notch, ...]:
        """A notch where a holding begins, for the gaps that concern it; else at the gap's own events."""
        at = {transfer.event: transfer.at_earliest for transfer in self.pathway.transfers}
        concerned: dict[str, list[str]] = defaultdict(list)
        for holder in self.holders.values():
            for identifier in holder.gaps:
                concerned[identifier].append(holder.person)
        notches: dict[tuple[float, float], list[str]] = defaultdict(list)
        for gap in self.pathway.gaps:
            if gap.silent_from and gap.silent_to:
                continue
            for party in concerned.get(gap.id) or ([gap.person] if gap.person is not None else []):
                row = places[party].row if party in places else None
                if row is not None:
                    times = [at[event] for event in gap.events if event in at]
                    x = row.x if row.level else self.scale.x(min(times, default=self.scale.start))
                    notches[x, row.y].append(gap.kind.value)
        return tuple(Notch(x, y, "; ".join(dict.fromkeys(kinds))) for (x, y), kinds in notches.items())


def _labelled(curves: Sequence[Curve]) -> tuple[Curve, ...]:
    """Amounts of transfers beside where they arrive, one after another where several arrive together."""
    free: dict[float, float] = defaultdict(float)
    placed = []
    for curve in sorted(curves, key=lambda c: (c.y_to, c.x, c.y)):
        if curve.amount > 1 and not curve.to_person:
            label_x = max(curve.x + 5, free[curve.y_to])
            free[curve.y_to] = label_x + 6.6 * (len(str(curve.amount)) + 1) + 5
            curve = replace(curve, label_x=label_x)  # noqa: PLW2901
        placed.append(curve)
    return tuple(placed)


def _cumulative(xs: Sequence[float]) -> tuple[tuple[float, int], ...]:
    """Steps (x, how many by then), one for each pixel at most."""
    steps: dict[int, tuple[float, int]] = {}
    for n, x in enumerate(xs, 1):
        steps[int(x)] = (x, n)
    return tuple(steps.values())
