"""Ways through one family's passages: the earliest, the next ones by other parties, and what all of them need.

A route is the parties through which a product came, in order; whoever issued it for the originator stands for the
originator. Along one route every passage is taken as early as it can be. Passages keep order: what leaves a party
later never arrives earlier. So the next routes are found as the shortest loopless paths of a graph are (Yen 1971,
Management Science 17:712): for each place on the routes known, the earliest way that goes on elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tearline.pathway.cast import NEVER
from tearline.pathway.columns import ROOT, Edges, FamilyArrays, Reach
from tearline.pathway.solving import Solution
from tearline.pathway.sweep import Kin, kin, sweep

START = -1
"""Where every route starts, in place of a slot."""


@dataclass(frozen=True, slots=True)
class Route:
    """`edges` into the graph's passages, in order; `slots` those they lead to; `arrives` in microseconds."""

    edges: tuple[int, ...]
    slots: tuple[int, ...]
    arrives: int


class Routes:
    """The passages of a solution with chains; `before` is exclusive, in microseconds."""

    def __init__(self, solution: Solution, before: int) -> None:
        assert solution.chains is not None
        self.edges, self._before = solution.chains.edges, before
        self._families, self._slots = solution.gathered.families, solution.slots
        self._nodes = int(solution.chains.reach.possible.size)
        self._kin: Kin = kin(self._slots, self._families, self._nodes)
        self._size = int(self._families.first[1]) if self._nodes else 1
        self.tails = np.where(self.edges.tail == ROOT, START, self.edges.tail // self._size)
        self.heads = self.edges.head // self._size
        self._reach = solution.chains.reach

    def earliest(self, slot: int) -> Route | None:
        """The earliest possible way to a party."""
        return self._route(slot, self._reach.possible, self._reach.possible_edge, None)

    def surest(self, slot: int) -> Route | None:
        """The way by which it has certainly arrived, by the earliest time."""
        return self._route(slot, self._reach.certain, self._reach.certain_edge, None)

    def some(self, slot: int, most: int) -> tuple[Route, ...]:
        """Up to `most` routes, no two by the same parties, those that arrive earliest first."""
        first = self.earliest(slot)
        found = [first] if first is not None else []
        waiting: dict[tuple[int, ...], Route] = {}
        while 0 < len(found) < most:
            for route in self._leaving(found[-1], slot, {other.slots for other in found}):
                waiting.setdefault(route.slots, route)
            for known in found:
                waiting.pop(known.slots, None)
            if not waiting:
                break
            found.append(min(waiting.values(), key=lambda route: (route.arrives, len(route.slots), route.slots)))
        return tuple(found)

    def without(self, slot: int, gone: NDArray[np.bool_]) -> bool:
        """Whether a way to the party is left where the passages in `gone` are not."""
        return self._search(slot, ~gone) is not None

    def through(self, slots: Iterable[int]) -> NDArray[np.bool_]:
        """The passages that lead to or from any of these parties."""
        named = np.fromiter(slots, np.int64)
        found: NDArray[np.bool_] = np.isin(self.tails, named) | np.isin(self.heads, named)
        return found

    def needed_by(self, slot: int) -> dict[int, int]:
        """Slot -> the last time at which a party must have it for the product to reach `slot` before the cut-off.

        The same sweep, backwards in time and along every passage from its end to its beginning.
        """
        real = np.flatnonzero(self.edges.tail != ROOT)
        goal = slot * self._size + np.arange(self._size, dtype=np.int64)
        last = np.full(goal.size, -(self._before - 1), np.int64)
        none = np.full(goal.size, -1, np.int64)
        turned = Edges(
            tail=np.concatenate([np.full(goal.size, ROOT, np.int64), self.edges.head[real]]),
            head=np.concatenate([goal, self.edges.tail[real]]),
            event=np.concatenate([none, self.edges.event[real]]),
            row=np.concatenate([none, self.edges.row[real]]),
            lo=np.concatenate([last, -self.edges.hi[real]]),
            hi=np.concatenate([last, -self.edges.lo[real]]),
            sure=np.concatenate([np.ones(goal.size, np.bool_), self.edges.sure[real]]),
        )
        order = np.lexsort((turned.hi, turned.lo))
        turned = _taken(turned, order)
        reach = sweep(turned, self._kin, _upside_down(self._families), self._nodes)
        # Whoever has the product asked about has what is derived from it as well.
        asked = -reach.possible[:: self._size]
        return {int(at): int(asked[at]) for at in np.flatnonzero(asked > -NEVER) if at != slot}

    def _leaving(self, route: Route, slot: int, known: set[tuple[int, ...]]) -> Iterable[Route]:
        """The earliest ways that share a beginning with `route` and then go on as none in `known` does."""
        for kept in range(len(route.slots)):
            prefix = route.slots[:kept]
            taken = {other[kept] for other in known if other[:kept] == prefix and len(other) > kept}
            found = self._search(slot, self._on_along(prefix) & ~self._steps(prefix, taken))
            if found is not None:
                yield found

    def _on_along(self, prefix: Sequence[int]) -> NDArray[np.bool_]:
        """The passages along `prefix`, and from its end wherever it has not been."""
        inside = np.asarray(prefix, np.int64)
        free = ~np.isin(self.heads, inside) & ~np.isin(self.tails, inside[:-1])
        if prefix:
            free &= self.tails != START
        return free | self._along(prefix)

    def _along(self, slots: Sequence[int]) -> NDArray[np.bool_]:
        found = np.zeros(self.tails.size, np.bool_)
        for tail, head in zip((START, *slots), slots, strict=False):
            found |= (self.tails == tail) & (self.heads == head)
        return found

    def _steps(self, prefix: Sequence[int], heads: Iterable[int]) -> NDArray[np.bool_]:
        end = prefix[-1] if prefix else START
        found: NDArray[np.bool_] = (self.tails == end) & np.isin(self.heads, np.fromiter(heads, np.int64))
        return found

    def _search(self, slot: int, kept: NDArray[np.bool_]) -> Route | None:
        chosen = np.flatnonzero(kept)
        reach: Reach = sweep(_taken(self.edges, chosen), self._kin, self._families, self._nodes)
        return self._route(slot, reach.possible, reach.possible_edge, chosen)

    def _route(
        self, slot: int, times: NDArray[np.int64], brought: NDArray[np.int64], chosen: NDArray[np.int64] | None
    ) -> Route | None:
        own = times[slot * self._size : (slot + 1) * self._size]
        at = slot * self._size + int(np.argmin(own))
        if times[at] >= self._before:
            return None
        edges: list[int] = []
        node = at
        while node != ROOT:
            edge = int(brought[node])
            edges.append(edge if chosen is None else int(chosen[edge]))
            node = int(self.edges.tail[edges[-1]])
        edges.reverse()
        return Route(tuple(edges), tuple(int(self.heads[edge]) for edge in edges), int(times[at]))


def _taken(edges: Edges, chosen: NDArray[np.int64]) -> Edges:
    return Edges(
        tail=edges.tail[chosen],
        head=edges.head[chosen],
        event=edges.event[chosen],
        row=edges.row[chosen],
        lo=edges.lo[chosen],
        hi=edges.hi[chosen],
        sure=edges.sure[chosen],
    )


def _upside_down(families: FamilyArrays) -> FamilyArrays:
    """One family with what each member is derived from in place of what is derived from it."""
    size = int(families.first[1])
    above: list[list[int]] = [[] for _ in range(size)]
    for place in range(size):
        for below in range(int(families.descendants_first[place]), int(families.descendants_first[place + 1])):
            above[int(families.descendants[below])].append(place)
    return FamilyArrays(
        first=families.first,
        descendants_first=np.cumsum([0, *(len(found) for found in above)]).astype(np.int64),
        descendants=np.array([place for found in above for place in found], np.int32),
        originators_first=families.originators_first,
        originators=families.originators,
    )
