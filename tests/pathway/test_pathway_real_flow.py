"""Real flow: who a product can have reached along messages, against two independent methods."""

from __future__ import annotations

import gzip
import heapq
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pytest
from pathway_reference import World
from pathway_worlds import register

from tearline.intake.mail_chain import read_chain
from tearline.intake.mail_records import party_key
from tearline.pathway import trace
from tearline.records.events import STORED_EVENTS
from tearline.records.times import to_micros

Message = tuple[int, str, str]  # seconds, from, to


def messages_of(folder: Path, name: str) -> list[Message]:
    if name == "college-messages":
        lines = (folder / name / "CollegeMsg.txt").read_text().split("\n")[1:]
        return [(int(t), f"n{a}", f"n{b}") for a, b, t in (line.split() for line in lines if line)]
    if name == "state-department-mail":
        return list(dict.fromkeys(mail_chains(folder / name / "released_mail.jsonl.gz")))
    with sqlite3.connect(f"file:{folder / name / 'enron.db'}?mode=ro&immutable=1", uri=True) as database:
        found = database.execute(
            "SELECT unix_time, from_eid, to_eid FROM MessageBase JOIN RecipientBase USING (mid) ORDER BY mid, rno"
        )
        return [(int(t), f"n{a}", f"n{b}") for t, a, b in found]


def mail_chains(file: Path) -> Iterator[Message]:
    """Who wrote to whom when, by every message quoted in every chain: people as their names are spelled."""
    with gzip.open(file, "rt", encoding="utf-8") as rows:
        for row in rows:
            for message in read_chain(json.loads(row)["text"], zone="America/New_York").messages:
                sender = party_key(message.sender)
                for addressee in message.recipients if message.sent else ():
                    recipient = party_key(addressee.raw)
                    if sender and recipient and message.sent:
                        yield int(message.sent.earliest.timestamp()), f"n{sender}", f"n{recipient}"


def busiest(messages: list[Message]) -> str:
    """Who wrote most of them; of equals, the first by name."""
    written = Counter(sender for _, sender, _ in messages)
    return min(written, key=lambda person: (-written[person], person))


def earliest_arrivals(messages: list[Message], source: str, start: int) -> dict[str, int]:
    """Dijkstra over arrival times: whom can something reach that `source` has from `start` on, and when."""
    leaving = defaultdict(list)
    for time, sender, recipient in messages:
        leaving[sender].append((time, recipient))
    arrived: dict[str, int] = {}
    waiting = [(start, source)]
    while waiting:
        time, person = heapq.heappop(waiting)
        if person in arrived:
            continue
        arrived[person] = time
        for sent, recipient in leaving[person]:
            if sent >= time and recipient not in arrived:
                heapq.heappush(waiting, (sent, recipient))
    return arrived


def spread(messages: list[Message], source: str, start: int) -> dict[str, int]:
    """Second by second: everybody connected within the second to somebody who has it, has it."""
    arrived = {source: start}
    for time, together in groupby(sorted(messages), key=lambda message: message[0]):
        if time < start:
            continue
        sent = [(sender, recipient) for _, sender, recipient in together]
        while fresh := {r for s, r in sent if s in arrived and r not in arrived}:
            arrived.update(dict.fromkeys(fresh, time))
    return arrived


@pytest.mark.parametrize("name", ["college-messages", "enron", "state-department-mail"])
def test_real_messages_reach_whom_two_other_methods_say(shared_data: Path, name: str) -> None:
    messages = messages_of(shared_data, name)
    people = sorted({person for _, *both in messages for person in both})
    times = sorted(time for time, *_ in messages)
    third = times[len(times) // 3]
    later = [message for message in messages if message[0] >= third]
    for source, start in ((busiest(messages[:5000]), times[0]), (busiest(later[:5000]), third)):
        told = World(
            posts={p: [("other", 0, 99)] for p in people},
            groups={},
            organisations=frozenset({"origin", "other"}),
            originator={"X": "origin"},
            issued={"X": 0},
            authors={"X": (source,)},
            derived_from={},
        )
        known = register(told)
        issued = datetime.fromtimestamp(start, UTC)
        known = replace(known, products={"X": replace(known.products["X"], issued_at=issued)})
        found = trace("X", known, _forwards(messages), supported=True)
        arrived = {h.person: to_micros(h.first_possible) // 1_000_000 for h in found.holders}
        assert arrived == earliest_arrivals(messages, source, start) == spread(messages, source, start)
        assert all(h.first_certain == h.first_possible for h in found.holders)
        assert len(arrived) > 60
        cut = issued + (datetime.fromtimestamp(times[-1], UTC) - issued) / 4
        early = trace("X", known, _forwards(messages), supported=True, before=cut)
        assert {h.person for h in early.holders} == {p for p, t in arrived.items() if t < cut.timestamp()}


def _forwards(messages: list[Message]) -> pa.Table:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    times = [epoch + timedelta(seconds=time) for time, *_ in messages]
    columns = {
        "id": [f"m{n}" for n in range(len(messages))],
        "kind": ["forwarded"] * len(messages),
        "product": ["X"] * len(messages),
        "at_earliest": times,
        "at_latest": times,
        "actor": [sender for _, sender, _ in messages],
        "recipient": [recipient for *_, recipient in messages],
        "position": range(len(messages)),
    }
    return pa.table({f.name: columns.get(f.name, [None] * len(messages)) for f in STORED_EVENTS}, STORED_EVENTS)
