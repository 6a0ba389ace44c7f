"""The plain sentences for and against each explanation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tearline.leads.exposure import Exposure
from tearline.leads.model import HELD, NOT_HELD, Floats
from tearline.leads.words import first_of
from tearline.records.kinds import GapKind, Level
from tearline.records.said import Said, say, say_many
from tearline.views.register import Register

_NAMED = 3  # products named in a sentence


class Grounds:
    """Sentences by the number of the hypothesis: people first, then systems, as in the exposure."""

    def __init__(self, exposure: Exposure, register: Register, probabilities: Floats) -> None:
        self._exposure = exposure
        self._titles = [_title(register, column.product) for column in exposure.columns]
        codes = exposure.codes[: len(exposure.people)]
        self._held = _Chosen(codes >= HELD)
        self._missing = _Chosen(codes == NOT_HELD)
        self._silent = _Chosen((codes > NOT_HELD) & (codes < HELD))
        self._certain = exposure.held_certainly.sum(axis=1).tolist()
        own = probabilities[: len(exposure.people)]
        self._others = (len(own) - np.searchsorted(np.sort(own), 0.95 * own) - 1).tolist()
        gaps = exposure.gaps
        self.outside = tuple(
            sentence
            for count, sentence in (
                (len(exposure.unresolved), say("Some holders are known only by names that nobody has resolved.")),
                (sum(g.kind is GapKind.NO_LOG for g in gaps), say("Systems it passed through kept no log.")),
                (sum(g.kind is GapKind.LOG_HOLE for g in gaps), say("A log it should stand in has a hole.")),
                (exposure.set_aside, say("Some who held it are not weighed one by one (review bodies, outlets).")),
                (1, say("People may have held it without leaving a trace.")),
            )
            if count
        )

    def in_favour(self, n: int) -> tuple[str, ...]:
        exposure = self._exposure
        if n >= len(exposure.people):
            gaps = len(exposure.systems[n - len(exposure.people)].gaps)
            return (
                say_many(
                    "Nobody can be told apart in it; {count} gap in the record concern it.",
                    "Nobody can be told apart in it; {count} gaps in the record concern it.",
                    gaps,
                ),
            )
        held, certain = self._held.counts[n], self._certain[n]
        if not held:
            return (say("Recorded only with editions that leave out what was disclosed."),)
        products = self._name(self._held, n)
        if certain == held:
            found = say("Recorded with {products} before publication, certainly so.", products=products)
        elif certain:
            found = say(
                "Recorded with {products} before publication, certainly so for {certain}.",
                products=products,
                certain=certain,
            )
        else:
            found = say("Recorded with {products} before publication, possibly.", products=products)
        if exposure.best[n] is not Level.EXTRACTED:
            return (found,)
        return (
            found,
            say("Took something out of at least one of them: printed, copied, downloaded or passed on."),
        )

    def against(self, n: int) -> tuple[str, ...]:
        exposure = self._exposure
        if n >= len(exposure.people):
            return ()
        found: list[str] = []
        if self._missing.counts[n]:
            found.append(say("No record of {products} before publication.", products=self._name(self._missing, n)))
        if self._silent.counts[n]:
            found.append(
                say(
                    "For {products} the record of the organisation is silent: neither for nor against.",
                    products=self._name(self._silent, n),
                )
            )
        if exposure.people[n] in exposure.addressed_only:
            found.append(say("Only addressed: that it arrived is not recorded."))
        if exposure.people[n] in exposure.unresolved:
            found.append(say("Known only by a name that nobody has resolved."))
        if (others := self._others[n]) > 0:
            found.append(
                say_many("One person fits as well or better.", "{count:,} people fit as well or better.", others)
            )
        return tuple(found)

    def _name(self, chosen: _Chosen, n: int) -> Said:
        count = chosen.counts[n]
        if count == len(self._titles) > 1:
            return say("all {count} products", count=count) if count > 2 else say("both products")
        return first_of([self._titles[j] for j in chosen.first[n][:count]], count)


class _Chosen:
    """How many columns are chosen in each row, and the first few of them."""

    def __init__(self, chosen: npt.NDArray[np.bool_]) -> None:
        self.counts: list[int] = chosen.sum(axis=1).tolist()
        self.first: list[list[int]] = np.argsort(~chosen, axis=1, kind="stable")[:, :_NAMED].tolist()


def _title(register: Register, product: str) -> str:
    known = register.products.get(product)
    return (known.number if known else None) or product
