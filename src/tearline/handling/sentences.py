"""Plain words for times and acts in findings."""

from __future__ import annotations

from tearline.records.naming import mention
from tearline.records.said import Said, say, say_many
from tearline.records.times import from_micros


def did(person: str, level: int, product: str, earliest: int, latest: int) -> Said:
    """`… opened … on 2026-03-14`: the furthest that somebody is recorded to have gone with a product."""
    values = {"person": mention(person), "product": product, "when": when(earliest, latest)}
    match level:
        case 1:
            return say("{person} was sent {product} {when}", **values)
        case 2:
            return say("{person} opened {product} {when}", **values)
        case _:
            return say("{person} took something out of {product} {when}", **values)


def shown(act: str, after: str) -> Said:
    """`The record shows that …; …`."""
    return say("The record shows that {act}; {after}", act=act, after=after)


def when(earliest: int, latest: int) -> Said:
    """`on 2026-03-14` for a day, `on 2026-03-14 at 09:30 UTC` for an instant, `between … and …` otherwise."""
    first, last = from_micros(earliest), from_micros(latest)
    if first == last:
        return say("on {day} at {time} UTC", day=f"{first:%Y-%m-%d}", time=f"{first:%H:%M}")
    if first.date() == last.date():
        return say("on {day}", day=f"{first:%Y-%m-%d}")
    return say("between {first} and {last}", first=f"{first:%Y-%m-%d}", last=f"{last:%Y-%m-%d}")


def times(count: int) -> Said:
    return say_many("once", "{count} times", count)
