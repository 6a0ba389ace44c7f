"""Which look-ups a reviewer may want to ask about: plain rules, each says why. Pure.

1. A look-up at night (22 to 6 h, UTC) or at a weekend.
2. Many look-ups by one account on one day: more than `MANY`, and more than three times its own usual day.
3. A purpose of a few letters, or none.
4. Names shown outside any case.
5. The same person or product looked up under several cases by one account on one day.
None of them is a reproach: people work at night, and cases touch each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any, Final

from django.utils.translation import gettext as _

MANY: Final = 60
NIGHT: Final = (22, 6)
SHORT: Final = 8
"""Letters of a purpose below which it says nothing."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """`index`: of the look-up in the ledger's stream; `why`: the rule in words."""

    index: int
    at: str
    actor: str
    command: str
    why: str


def unusual(lookups: Sequence[dict[str, Any]]) -> list[Unusual]:
    """What the rules find, in the order of the look-ups."""
    days = Counter((one["actor"], one["at"][:10]) for one in lookups)
    usual: dict[str, list[int]] = defaultdict(list)
    for (actor, _day), count in days.items():
        usual[actor].append(count)
    under: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for one in lookups:
        for thing in _things(one):
            under[one["actor"], one["at"][:10], thing].add(one["case"] or "")
    told: set[tuple[str, str]] = set()
    return [
        Unusual(one["index"], one["at"], one["actor"], one["command"], why)
        for one in lookups
        for why in _whys(one, days, usual, under, told)
    ]


def _whys(
    one: dict[str, Any],
    days: Counter[tuple[str, str]],
    usual: dict[str, list[int]],
    under: dict[tuple[str, str, str], set[str]],
    told: set[tuple[str, str]],
) -> list[str]:
    at, actor, day = datetime.fromisoformat(one["at"]), one["actor"], one["at"][:10]
    found = []
    if at.hour >= NIGHT[0] or at.hour < NIGHT[1]:
        found.append(_("at night"))
    elif at.weekday() >= 5:
        found.append(_("at a weekend"))
    count = days[actor, day]
    if count > MANY and count > 3 * median(usual[actor]) and (actor, day) not in told:
        told.add((actor, day))
        found.append(
            _("%(count)s look-ups on that day, usually %(usual)s")
            % {"count": count, "usual": int(median(usual[actor]))}
        )
    if len((one["purpose"] or "").strip()) < SHORT:
        found.append(_("a purpose that says little: “%(purpose)s”") % {"purpose": one["purpose"] or ""})
    if one["unmask"] and not one["case"]:
        found.append(_("names shown outside any case"))
    several = [thing for thing in _things(one) if len(under[actor, day, thing]) > 1]
    if several:
        found.append(_("%(thing)s under several cases on that day") % {"thing": several[0]})
    return found


def _things(one: dict[str, Any]) -> list[str]:
    given = one["parameters"]
    return [str(given[name]) for name in ("person", "product", "holder") if given.get(name)]
