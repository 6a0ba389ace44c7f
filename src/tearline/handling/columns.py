"""Events and register as columns, under names that no SQL dialect reserves. Times: microseconds since 1970 UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tearline.records.events import PROOFS
from tearline.records.kinds import EventKind, Level
from tearline.records.parties import Party, PartyKind
from tearline.records.times import to_micros
from tearline.views.register import Register

FOREVER = 2**62

TABLES: Mapping[str, pa.Schema] = {
    "parties": pa.schema([("raw", pa.string()), ("kind", pa.string()), ("id", pa.string())]),
    "belongs": pa.schema([
        ("key", pa.string()), ("person", pa.string()), ("resolved", pa.bool_()),
        ("since", pa.int64()), ("until", pa.int64()),
    ]),
    "periods": pa.schema([("person", pa.string()), ("since", pa.int64()), ("organisation", pa.string())]),
    "breaks": pa.schema([("person", pa.string()), ("since", pa.int64()), ("segment", pa.int64())]),
    "kin": pa.schema([("organisation", pa.string()), ("ancestor", pa.string())]),
    "products": pa.schema([
        ("product", pa.string()), ("originator", pa.string()), ("issued", pa.int64()), ("marking", pa.string()),
        ("print", pa.string()), ("copying", pa.string()), ("forward", pa.string()), ("due", pa.int64()),
    ]),
    "authors": pa.schema([("product", pa.string()), ("person", pa.string())]),
    "distribution": pa.schema([("product", pa.string()), ("key", pa.string())]),
    "proofs": pa.schema([("kind", pa.string()), ("actor", pa.int64()), ("recipient", pa.int64())]),
}  # fmt: skip


def prepared_events(events: pa.Table) -> pa.Table:
    """The columns the rules need, under names that no SQL dialect reserves."""

    def micros(name: str) -> pa.Array:
        return events[name].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())

    return pa.table({
        "idx": pa.array(range(events.num_rows), pa.int64()),
        "event": events["id"],
        "kind": events["kind"],
        "product": events["product"],
        "t0": micros("at_earliest"),
        "t1": micros("at_latest"),
        "copy_no": events["copy"],
        "actor": events["actor"],
        "recipient": events["recipient"],
        "organisation": events["organisation"],
        "stem": events["system"],
        "resting": events["basis"],
        "detail": events["detail"],
    })  # fmt: skip


def register_rows(register: Register, events: pa.Table) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table in TABLES: what the register says of whom and what `events` name."""
    raws = set(pc.unique(events["actor"]).to_pylist()) | set(pc.unique(events["recipient"]).to_pylist())
    parties = {raw: register.resolve(raw) for raw in raws if raw is not None}
    products = [register.products[p] for p in pc.unique(events["product"]).to_pylist() if p in register.products]
    lists = [(item.id, register.resolve(entry)) for item in products for entry in item.distribution]
    # An organisation that is only named, by a period, a product or an event, is at least itself.
    named = {p.organisation for person in register.people.values() for p in person.periods}
    named |= {item.originator for item in products} | {
        o for o in pc.unique(events["organisation"]).to_pylist() if o
    }
    ancestors = {key: tuple(_ancestors(register, key)) for key in {*register.organisations, *named}}
    groups = {p.id for p in (*parties.values(), *(party for _, party in lists)) if p.kind is PartyKind.GROUP}
    people = register.people.values()
    return {
        "parties": [(raw, party.kind.value, party.id) for raw, party in parties.items()],
        "belongs": [
            *((f"person:{person.id}", person.id, True, -FOREVER, FOREVER) for person in people),
            *(
                (f"organisation:{above}", person.id, True, to_micros(p.valid_from), _until(p.valid_to))
                for person in people
                for p in person.periods
                for above in ancestors[p.organisation]
            ),
            *(
                (f"group:{group}", party.id, party.kind is PartyKind.PERSON, since, until)
                for group in groups
                for party, since, until in _opened(register, group, -FOREVER, FOREVER, (group,))
            ),
        ],
        "periods": [
            # Before the first post a person counts to its organisation, as Person.organisation_at says.
            (person.id, to_micros(p.valid_from) if n else -FOREVER, p.organisation)
            for person in people
            for n, p in enumerate(person.periods)
        ],
        "breaks": [
            (person.id, moment, n)
            for person in people
            for n, moment in enumerate(
                sorted({to_micros(end) for p in person.periods for end in (p.valid_from, p.valid_to) if end}), 1
            )
        ],
        "kin": [(key, above) for key, chain in ancestors.items() for above in chain],
        "products": [
            (
                item.id, item.originator, to_micros(item.issued_at), item.marking, item.handling.print,
                item.handling.copy, item.handling.forward,
                to_micros(datetime.combine(item.handling.return_by, datetime.min.time(), UTC) + timedelta(days=1))
                if item.handling.return_by else None,
            )
            for item in products
        ],
        "authors": [(item.id, author) for item in products for author in item.authors],
        "distribution": [(product, f"{party.kind.value}:{party.id}") for product, party in lists],
        "proofs": [(kind.value, _level(PROOFS[kind].actor), _level(PROOFS[kind].recipient)) for kind in EventKind],
    }  # fmt: skip


def _ancestors(register: Register, organisation: str) -> Iterator[str]:
    """The organisation and those above it; a circle in the register ends where it closes."""
    seen: set[str] = set()
    step: str | None = organisation
    while step is not None and step not in seen:
        seen.add(step)
        yield step
        step = register.organisations[step].parent if step in register.organisations else None


def _opened(
    register: Register, group: str, since: int, until: int, within: tuple[str, ...]
) -> Iterable[tuple[Party, int, int]]:
    """Everybody a group stands for with the time they belong to it; groups within groups are followed."""
    for m in register.groups[group].memberships:
        start, end = max(since, to_micros(m.valid_from)), min(until, _until(m.valid_to))
        party = register.resolve(m.member)
        if start >= end:
            continue
        if party.kind is not PartyKind.GROUP:
            yield party, start, end
        elif party.id not in within:
            yield from _opened(register, party.id, start, end, (*within, party.id))


def _until(moment: datetime | None) -> int:
    return FOREVER if moment is None else to_micros(moment)


def _level(level: Level | None) -> int | None:
    return None if level is None else int(level)
