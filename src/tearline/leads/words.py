"""The words that go with a weighing: one scale, careful on purpose, and plain sentences for and against."""

from __future__ import annotations

from collections.abc import Sequence

from tearline.records.frequencies import frequency
from tearline.records.said import Said, listed, say, say_many, together

_SCALE = (
    (0.01, say("fits poorly")),
    (0.10, say("fits less well than others")),
    (0.50, say("fits; others fit as well")),
    (0.80, say("fits better than the others")),
    (1.01, say("fits much better than the others; not a conclusion")),
)


def verbal(probability: float, average: float, sufficient: bool) -> Said:
    """The words for a person's or system's probability. Where the record is not sufficient they only compare it
    with the `average` of such hypotheses."""
    if not sufficient:
        if probability >= 1.5 * average:
            return say("fits somewhat better than most")
        if probability * 1.5 <= average:
            return say("fits less well than most")
        return say("not distinguished from others")
    return next(words for bound, words in _SCALE if probability < bound)


def verbal_outside(probability: float) -> Said:
    if probability < 0.1:
        return say("unlikely, not excluded")
    if probability < 0.5:
        return say("cannot be excluded")
    return say("more likely than any explanation within the record")


def first_of(names: Sequence[str], count: int) -> Said:
    """`A`, `A and B`, `A, B and 4 more`: the first of `count` names."""
    if count > len(names):
        return say("{first} and {more} more", first=", ".join(names[:-1]), more=count - len(names) + 1)
    return listed(names)


def people(count: int) -> Said:
    return say_many("one person", "{count:,} people", count)


def statement(
    *, sufficient: bool, items: int, searched: int, holders: int, all_of_it: int, outside: float, best: str | None,
    low: float, high: float,
) -> Said:  # fmt: skip
    """What the answer comes to, in one or two sentences; `best` refers to who or what fits best."""
    beyond = say("That the source is none of the recorded holders: {frequency}.", frequency=frequency(outside))
    if sufficient and best is not None:
        return together(
            say(
                "Of {people} considered, the record of {best} fits best ({low:.0%} to {high:.0%} under the stated "
                "assumptions). This says where to look next, not what happened.",
                people=people(searched), best=best, low=low, high=high,
            ),
            beyond,
        )  # fmt: skip
    if holders == 0:
        return say("The record is not sufficient to say more than: it shows no holder before publication.")
    values = {"people": people(holders), "all": all_of_it}
    if items <= 2:
        start = say(
            "The record is not sufficient to say more than: {people} recorded as holding some of it before "
            "publication, {all:,} all of it.",
            **values,
        )
        apart = (
            say_many(
                "On one disclosed item nobody can be told apart.",
                "On {count} disclosed items nobody can be told apart.",
                items,
            )
            if items
            else say("On no disclosed items nobody can be told apart.")
        )
        return together(start, apart, beyond)
    if holders > 1:
        start = say(
            "The record is not sufficient to say more than: {people} recorded as holding some of it before "
            "publication, {all:,} all of it, and none of them stands clearly apart.",
            **values,
        )
    else:
        start = say(
            "The record is not sufficient to say more than: {people} recorded as holding some of it before "
            "publication, {all:,} all of it, and there is nobody to compare them with.",
            **values,
        )
    return together(start, beyond)
