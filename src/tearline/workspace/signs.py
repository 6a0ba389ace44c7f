"""The grammar of marks as SVG for pages: levels, bases, gaps and intervals look the same as in every picture."""

from __future__ import annotations

from tearline.records.kinds import Basis, Level
from tearline.report import signs


def level_sign(word: str, *, resolved: bool = True) -> str:
    """○ ◐ ● for `delivered`, `opened`, `extracted`; broken for a name that nobody has resolved."""
    return str(signs.level_sign(Level[word.upper()], resolved))


def basis_sign(word: str) -> str:
    """A dotted, dashed, solid or double line for `addressed`, `arrival`, `act`, `attested`."""
    return str(signs.basis_sign(Basis[word.upper()]))


def notch_sign() -> str:
    """The amber notch of a gap."""
    return str(signs.notch_sign())


def interval_bar(low: float, middle: float, high: float) -> str:
    """A probability between 0 and 1: its interval as a bar, its value as a stroke."""
    return str(signs.interval_bar(low, middle, high))
