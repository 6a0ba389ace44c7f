"""Worlds for tests: small random ones for the reference, and their form as a register and an events table."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from hypothesis import strategies as st
from pathway_reference import Event, World

from tearline.records import bodies
from tearline.records.events import STORED_EVENTS
from tearline.views.register import Register

BASE = datetime(2026, 3, 1, tzinfo=UTC)
END = 12
KINDS = [
    "disseminated",
    "delivered",
    "received",
    "opened",
    "shown",
    "briefed",
    "printed",
    "copied",
    "downloaded",
    "forwarded",
    "excerpted",
    "removed",
    "returned",
    "destroyed",
    "recalled",
    "refused",
]
PEOPLE = ("ann", "bob", "cid", "dan")
ORGANISATIONS = frozenset({"origin", "other"})
NAMES = ("A. Stranger",)


def at(tick: int) -> datetime:
    return BASE + timedelta(microseconds=tick)


def written(tick: int) -> str:
    return at(tick).isoformat()


def register(world: World, links: dict[str, str | None] | None = None) -> Register:
    people = {
        person: bodies.person([
            {
                "id": person, "name": person.title(), "organisation": organisation, "valid_from": written(since),
                "valid_to": None if until >= END else written(until), "accounts": [f"mail:{person}@x.example"],
            }
            for organisation, since, until in posts
        ])
        for person, posts in world.posts.items()
    }  # fmt: skip
    return Register(
        organisations={
            o: bodies.organisation({"id": o, "name": o, "kind": "recipient"}) for o in sorted(world.organisations)
        },
        people=people,
        groups={
            group: bodies.group([
                {
                    "id": group, "name": group, "member": member, "valid_from": written(since),
                    "valid_to": None if until >= END else written(until),
                }
                for member, since, until in memberships
            ])
            for group, memberships in world.groups.items()
            if memberships
        },
        products={
            name: bodies.product({
                "id": name, "title": name, "originator": originator, "issued_at": written(world.issued[name]),
                "marking": "SECRET", "portions": [{"id": "1", "text": f"text of {name}"}],
                "derived_from": list(world.derived_from.get(name, ())),
                "authors": list(world.authors.get(name, ())),
            })
            for name, originator in world.originator.items()
        },
        disclosures={},
        public={},
        links=links or {},
        declarations=(),
        retracted=frozenset(),
    )  # fmt: skip


def table(events: Sequence[Event], seed: int | None = None) -> pa.Table:
    """The events as columns, in the given order or a shuffled one."""
    rows = [
        {
            "id": e.id, "kind": e.kind, "product": e.product, "at_earliest": at(e.lo), "at_latest": at(e.hi),
            "actor": e.actor, "recipient": e.recipient, "basis": e.basis, "position": n, "batch": "b",
        }
        for n, e in enumerate(events)
    ]  # fmt: skip
    if seed is not None:
        random.Random(seed).shuffle(rows)
    return pa.Table.from_pylist(rows, STORED_EVENTS)


_ticks = st.integers(0, 6)


@st.composite
def _window(draw: st.DrawFn) -> tuple[int, int]:
    if draw(st.booleans()):
        return (0, END)
    since = draw(st.integers(0, 5))
    return since, draw(st.integers(since + 1, END))


@st.composite
def worlds(draw: st.DrawFn, *, products: int = 1, most: int = 6, widths: int = 3) -> World:
    """Up to `most` events, of which `widths` have an interval; groups within groups, posts that change."""
    posts = {}
    for person in PEOPLE:
        change = draw(st.sampled_from([END, END, 3]))
        posts[person] = [(draw(st.sampled_from(["origin", "other", "other"])), 0, change)]
        if change < END:
            posts[person].append((draw(st.sampled_from(sorted(ORGANISATIONS))), change, END))
    groups = {}
    for group, eligible in (
        ("list", PEOPLE[:3] + NAMES),
        ("desk", (*PEOPLE[1:], "list")),
        ("loop", ("loop", "desk")),
    ):
        groups[group] = [
            (member, *draw(_window()))
            for member in draw(st.lists(st.sampled_from(eligible), min_size=1, max_size=2, unique=True))
        ]
    names = [f"X{n}" for n in range(products)]
    derived = {
        name: tuple(draw(st.lists(st.sampled_from(names[:n]), max_size=2, unique=True))) if n else ()
        for n, name in enumerate(names)
    }
    parties = st.sampled_from([*PEOPLE, *NAMES, *sorted(ORGANISATIONS), *groups, None])
    # Who acts in an event of uncertain time is the same all that time: see the limit stated in docs/pathway.md.
    steady = [person for person in PEOPLE if len(posts[person]) == 1]
    lasting = st.sampled_from([*steady, *NAMES, *sorted(ORGANISATIONS), None])
    kinds = st.sampled_from(["disseminated", "delivered", "forwarded", "opened", *KINDS])
    events = []
    for n in range(draw(st.integers(1, most))):
        lo = draw(_ticks)
        width = draw(st.sampled_from([0, 1, 2, 3])) if n < widths else 0
        events.append(
            Event(
                id=draw(st.sampled_from("abc")) + str(n), kind=draw(kinds), product=draw(st.sampled_from(names)),
                lo=lo, hi=lo + width, actor=draw(lasting if width else parties), recipient=draw(parties),
                basis=draw(st.sampled_from([None, None, "addressed", "arrival", "act", "attested"])),
            )
        )  # fmt: skip
    return World(
        posts=posts,
        groups=groups,
        organisations=ORGANISATIONS,
        originator={name: draw(st.sampled_from(["origin", "origin", "other"])) for name in names},
        issued={name: draw(_ticks) for name in names},
        authors={name: tuple(draw(st.lists(st.sampled_from([*PEOPLE, "list"]), max_size=1))) for name in names},
        derived_from=derived,
        events=tuple(events),
    )
