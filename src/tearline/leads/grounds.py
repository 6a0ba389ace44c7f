"""The plain sentences for and against each explanation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tearline.leads.exposure import Exposure
from tearline.leads.model import HELD, NOT_HELD, Floats
from tearline.leads.words import listed, people
from tearline.records.kinds import GapKind, Level
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
                (len(exposure.unresolved), "Some holders are known only by names that nobody has resolved."),
                (sum(g.kind is GapKind.NO_LOG for g in gaps), "Systems it passed through kept no log."),
                (sum(g.kind is GapKind.LOG_HOLE for g in gaps), "A log it should stand in has a hole."),
                (exposure.set_aside, "Some who held it are not weighed one by one (review bodies, outlets)."),
                (1, "People may have held it without leaving a trace."),
            )
            if count
        )

    def in_favour(self, n: int) -> tuple[str, ...]:
        exposure = self._exposure
        if n >= len(exposure.people):
            gaps = len(exposure.systems[n - len(exposure.people)].gaps)
            return (f"Nobody can be told apart in it; {gaps} gap{'s' * (gaps != 1)} in the record concern it.",)
        held, certain = self._held.counts[n], self._certain[n]
        if not held:
            return ("Recorded only with editions that leave out what was disclosed.",)
        how = "certainly so" if certain == held else f"certainly so for {certain}" if certain else "possibly"
        found = f"Recorded with {self._name(self._held, n)} before publication, {how}."
        if exposure.best[n] is not Level.EXTRACTED:
            return (found,)
        return (found, "Took something out of at least one of them: printed, copied, downloaded or passed on.")

    def against(self, n: int) -> tuple[str, ...]:
        exposure = self._exposure
        if n >= len(exposure.people):
            return ()
        found = []
        if self._missing.counts[n]:
            found.append(f"No record of {self._name(self._missing, n)} before publication.")
        if self._silent.counts[n]:
            silent = self._name(self._silent, n)
            found.append(f"For {silent} the record of the organisation is silent: neither for nor against.")
        if exposure.people[n] in exposure.addressed_only:
            found.append("Only addressed: that it arrived is not recorded.")
        if exposure.people[n] in exposure.unresolved:
            found.append("Known only by a name that nobody has resolved.")
        if (others := self._others[n]) > 0:
            found.append(f"{people(others).capitalize()} fit{'s' * (others == 1)} as well or better.")
        return tuple(found)

    def _name(self, chosen: _Chosen, n: int) -> str:
        count = chosen.counts[n]
        if count == len(self._titles) > 1:
            return f"all {count} products" if count > 2 else "both products"
        return listed([self._titles[j] for j in chosen.first[n][:count]], count)


class _Chosen:
    """How many columns are chosen in each row, and the first few of them."""

    def __init__(self, chosen: npt.NDArray[np.bool_]) -> None:
        self.counts: list[int] = chosen.sum(axis=1).tolist()
        self.first: list[list[int]] = np.argsort(~chosen, axis=1, kind="stable")[:, :_NAMED].tolist()


def _title(register: Register, product: str) -> str:
    known = register.products.get(product)
    return (known.number if known else None) or product
