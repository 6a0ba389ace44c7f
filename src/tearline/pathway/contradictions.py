"""Reports that cannot all be right, kept as they are and listed with both sides. Pure; see docs/pathway.md.

1. OTHER_TIME: two organisations report the same passing on, receipt, return or destruction (kind, product, actor
   and recipient as resolved) at times that exclude one another: within a day, which a wrong zone or date explains,
   or, of the same numbered copy, within a month. Further apart, or without a number, they are two acts.
2. AFTER_RETURN: somebody returned a numbered copy, certainly before they used it, and nothing that may lie between
   brought it back to them. AFTER_DESTRUCTION: anybody used it certainly after it was destroyed.
3. RECEIVED_AND_REFUSED: different sources say within a day that somebody received and that they refused it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tearline.pathway.copies import Copies
from tearline.records.attestations import Attestation, Contradiction, ContradictionKind
from tearline.records.events import PROOFS
from tearline.records.kinds import EventKind
from tearline.records.naming import Who, mention
from tearline.records.parties import Party, PartyKind
from tearline.records.said import Said, say
from tearline.views.copies import CLOCK, groups
from tearline.views.register import Register

K = EventKind
DAY = 86_400 * 1_000_000
MONTH = 31 * DAY

_ONCE = (K.DISSEMINATED, K.DELIVERED, K.RECEIVED, K.FORWARDED, K.RETURNED, K.DESTROYED)
_USES = tuple(kind for kind in EventKind if PROOFS[kind].actor is not None and kind is not K.RECEIVED)
_BRINGS = tuple(kind for kind in EventKind if PROOFS[kind].transfer and kind is not K.RECEIVED)
_PEOPLE = (PartyKind.PERSON, PartyKind.NAME)
_Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]


def find_contradictions(register: Register, copies: Copies) -> tuple[Contradiction, ...]:
    """The contradictions among the events of `copies`, by kind and time."""
    return tuple(_Contradictions(register, copies).found())


class _Contradictions:
    def __init__(self, register: Register, copies: Copies) -> None:
        self._register, self._copies = register, copies
        self._columns, self._table = copies.columns, copies.table
        self._standing = copies.acts.standing

    def found(self) -> Iterator[Contradiction]:
        kinds = ContradictionKind
        for kind, pairs in (
            (kinds.OTHER_TIME, self._other_times()),
            (kinds.AFTER_RETURN, self._after(K.RETURNED)),
            (kinds.AFTER_DESTRUCTION, self._after(K.DESTROYED)),
            (kinds.RECEIVED_AND_REFUSED, self._refusals()),
        ):
            order = np.lexsort((pairs[1], pairs[0], self._columns.lo[pairs[0]]))
            for one, other in zip(pairs[0][order].tolist(), pairs[1][order].tolist(), strict=True):
                yield self._contradiction(kind, one, other)

    def _is(self, *kinds: EventKind) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = pc.is_in(self._table["kind"], value_set=pa.array(kinds)).to_numpy()
        return found & self._standing

    def _other_times(self) -> _Pairs:
        columns = self._columns
        several = np.zeros(columns.lo.size, np.bool_)
        several[list(self._copies.acts.members)] = True
        named = (columns.actor >= 0) | (columns.recipient >= 0)
        rows = np.flatnonzero(self._is(*_ONCE) & ~several & named & (columns.organisation >= 0))
        key = groups([c[rows] for c in (columns.kind, columns.product, columns.actor, columns.recipient)])
        order = np.lexsort((rows, columns.hi[rows], columns.lo[rows], key))
        key, rows = key[order], rows[order]
        one, other = rows[:-1], rows[1:]
        away = columns.lo[other] - columns.hi[one]
        copy, second = columns.copy[one], columns.copy[other]
        numbered = (copy == second) & (copy >= 0)
        fits = numbered | (((copy < 0) | (second < 0)) & (away <= DAY))
        told = columns.organisation[one] != columns.organisation[other]
        chosen = (key[:-1] == key[1:]) & told & fits & (away > CLOCK) & (away <= MONTH)
        return one[chosen], other[chosen]

    def _after(self, kind: EventKind) -> _Pairs:
        """Endings of a numbered copy, and the next use of it that certainly comes after."""
        columns, anybody = self._columns, kind is K.DESTROYED
        numbered = columns.copy >= 0
        ended = np.flatnonzero(self._is(kind) & numbered & ((columns.actor >= 0) | anybody))
        used = np.flatnonzero(self._is(*_USES) & numbered)
        came = np.flatnonzero(self._is(*_BRINGS) & numbered & (columns.recipient >= 0))
        got = np.flatnonzero(self._is(K.RECEIVED) & numbered & (columns.actor >= 0))
        arrived = np.concatenate([came, got])
        party = np.concatenate(
            [columns.actor[ended], columns.actor[used], columns.recipient[came], columns.actor[got]]
        )
        rows = np.concatenate([ended, used, arrived])
        whose = np.zeros(rows.size, np.int64) if anybody else party
        key = groups([columns.product[rows], columns.copy[rows], whose])
        own, using, bringing = np.split(key, [ended.size, ended.size + used.size])
        order = np.lexsort((used, columns.lo[used], using))
        used, using = used[order], using[order]
        place = _places(using, columns.lo[used], own, columns.hi[ended] + CLOCK, "right")
        following = np.minimum(place, max(used.size - 1, 0))
        if used.size == 0 or ended.size == 0:
            return ended[:0], used[:0]
        found = (place < used.size) & (using[following] == own)
        use = used[following]
        if not anybody:
            # How many arrivals began by the use, less those that ended before the return: such as may lie between.
            begun = _count(bringing, columns.lo[arrived], own, columns.hi[use], "right")
            over = _count(bringing, columns.hi[arrived], own, columns.lo[ended], "left")
            found &= begun - over <= 0
        return ended[found], use[found]

    def _refusals(self) -> _Pairs:
        columns = self._columns
        party = np.where(columns.actor >= 0, columns.actor, columns.recipient)
        refused = np.flatnonzero(self._is(K.REFUSED) & (party >= 0))
        received = np.flatnonzero(self._is(K.RECEIVED) & (party >= 0))
        if refused.size == 0 or received.size == 0:
            return refused[:0], received[:0]
        rows = np.concatenate([received, refused])
        got, own = np.split(groups([columns.product[rows], party[rows]]), [received.size])
        order = np.lexsort((received, columns.hi[received], got))
        received, got = received[order], got[order]
        place = _places(got, columns.hi[received], own, columns.lo[refused] - DAY, "left")
        at = np.minimum(place, received.size - 1)
        match = received[at]
        found = (place < received.size) & (got[at] == own) & (columns.lo[match] <= columns.hi[refused] + DAY)
        found &= columns.source[match] != columns.source[refused]
        copy, other = columns.copy[match], columns.copy[refused]
        found &= (copy == other) | (copy < 0) | (other < 0)
        return match[found], refused[found]

    def _contradiction(self, kind: ContradictionKind, one: int, other: int) -> Contradiction:
        rows = {row: self._copies.acts.members.get(row, (row,)) for row in (one, other)}
        sides = tuple(tuple(map(self._copies.attestation, rows[row])) for row in (one, other))
        said = [self._table.slice(row, 1).to_pylist()[0] for row in (one, other)]
        raw = said[1]["actor"] or said[1]["recipient"] or said[0]["actor"] or said[0]["recipient"]
        party = self._register.resolve(raw) if raw else None
        product = str(said[0]["product"])
        copy = said[0]["copy"] or said[1]["copy"]
        text = "\x1f".join((kind.value, *sorted(str(row["id"]) for row in said)))
        return Contradiction(
            id=f"C-{sha256(text.encode()).hexdigest()[:12]}",
            kind=kind,
            product=product,
            copy=copy,
            person=None if party is None else Who(party.id) if party.kind in _PEOPLE else party.id,
            sides=sides,
            says=_says(kind, product, copy, party, said, [side[0] for side in sides]),
        )


def _places(
    keys: NDArray[np.int64],
    times: NDArray[np.int64],
    wanted: NDArray[np.int64],
    moments: NDArray[np.int64],
    side: str,
) -> NDArray[np.int64]:
    """Where (wanted, moment) stands among (key, time), which are sorted so; `side` as for searchsorted."""
    known = np.unique(times)
    width = known.size + 1
    rank = np.searchsorted(known, moments, side="left" if side == "left" else "right")
    # A moment's rank counts the times before it (or up to it), so equal ones fall on the side that is asked for.
    held = keys * width + np.searchsorted(known, times)
    found: NDArray[np.int64] = np.searchsorted(held, wanted * width + rank, side="left")
    return found


def _count(
    keys: NDArray[np.int64],
    times: NDArray[np.int64],
    wanted: NDArray[np.int64],
    moments: NDArray[np.int64],
    side: str,
) -> NDArray[np.int64]:
    """How many under the wanted key come before the moment (`side` left) or by it (right)."""
    order = np.lexsort((times, keys))
    keys, times = keys[order], times[order]
    return _places(keys, times, wanted, moments, side) - np.searchsorted(keys, wanted, side="left")


def _says(  # noqa: PLR0917 -- private, and each argument is of another kind
    kind: ContradictionKind,
    product: str,
    copy: str | None,
    party: Party | None,
    rows: Sequence[dict[str, object]],
    sides: Sequence[Attestation],
) -> Said:
    what = say("copy {copy} of {product}", copy=copy, product=product) if copy else product
    who = say("Somebody") if party is None else mention(party.id) if party.kind in _PEOPLE else party.id
    first, second = (_reported(side) for side in sides)
    match kind:
        case ContradictionKind.OTHER_TIME:
            act = str(rows[0]["kind"])
            return say(
                "{what} is recorded as {act} once {first} and once {second}; these may be one act or two.",
                what=what,
                act=say(act),
                first=first,
                second=second,
            )
        case ContradictionKind.AFTER_RETURN:
            return say(
                "{who} is recorded as having returned {what} {first}, and as having had it {second}.",
                who=who,
                what=what,
                first=first,
                second=second,
            )
        case ContradictionKind.AFTER_DESTRUCTION:
            return say(
                "{what} is recorded as destroyed {first}, and as {act} {second}.",
                what=what,
                first=first,
                act=say(str(rows[1]["kind"])),
                second=second,
            )
        case ContradictionKind.RECEIVED_AND_REFUSED:
            return say(
                "{who} is recorded as having received {what} {first}, and as having refused it {second}.",
                who=who,
                what=what,
                first=first,
                second=second,
            )


def _reported(side: Attestation) -> Said:
    start, end = side.at_earliest, side.at_latest
    time = f"{start:%Y-%m-%d %H:%M}" if start == end else f"{start:%Y-%m-%d}"
    if start.date() != end.date():
        time = say("{first} to {last}", first=f"{start:%Y-%m-%d}", last=f"{end:%Y-%m-%d}")
    whose = " ".join(filter(None, (side.organisation, side.system))) or say("a source that is not named")
    return say("({time}, {whose})", time=time, whose=whose)
