"""The words that go with a weighing: one scale, careful on purpose, and plain sentences for and against."""

from __future__ import annotations

from collections.abc import Sequence

from tearline.records.frequencies import frequency

_SCALE = (
    (0.01, "fits poorly"),
    (0.10, "fits less well than others"),
    (0.50, "fits; others fit as well"),
    (0.80, "fits better than the others"),
    (1.01, "fits much better than the others; not a conclusion"),
)


def verbal(probability: float, average: float, sufficient: bool) -> str:
    """The words for a person's or system's probability. Where the record is not sufficient they only compare it
    with the `average` of such hypotheses."""
    if not sufficient:
        if probability >= 1.5 * average:
            return "fits somewhat better than most"
        return "fits less well than most" if probability * 1.5 <= average else "not distinguished from others"
    return next(words for bound, words in _SCALE if probability < bound)


def verbal_outside(probability: float) -> str:
    if probability < 0.1:
        return "unlikely, not excluded"
    return "cannot be excluded" if probability < 0.5 else "more likely than any explanation within the record"


def listed(names: Sequence[str], count: int) -> str:
    """`A`, `A and B`, `A, B and 4 more`: the first of `count` names."""
    if count > len(names):
        return f"{', '.join(names[:-1])} and {count - len(names) + 1} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if count > 1 else "".join(names)


def people(count: int) -> str:
    return "one person" if count == 1 else f"{count:,} people"


def statement(
    *, sufficient: bool, items: int, searched: int, holders: int, all_of_it: int, outside: float, best: str | None,
    low: float, high: float,
) -> str:  # fmt: skip
    """What the answer comes to, in one or two sentences; `best` refers to who or what fits best."""
    beyond = f"That the source is none of the recorded holders: {frequency(outside)}."
    if sufficient and best is not None:
        return (
            f"Of {people(searched)} considered, the record of {best} fits best ({low:.0%} to {high:.0%} "
            f"under the stated assumptions). This says where to look next, not what happened. {beyond}"
        )
    if holders == 0:
        return "The record is not sufficient to say more than: it shows no holder before publication."
    start = "The record is not sufficient to say more than: "
    if items <= 2:
        start += f"{people(holders)} recorded as holding some of it before publication, {all_of_it:,} all of it. "
        return f"{start}On {items or 'no'} disclosed item{'s' * (items != 1)} nobody can be told apart. {beyond}"
    apart = "and none of them stands clearly apart" if holders > 1 else "and there is nobody to compare them with"
    return (
        f"{start}{people(holders)} recorded as holding some of it before publication, {all_of_it:,} all of it, "
        f"{apart}. {beyond}"
    )
