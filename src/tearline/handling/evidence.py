"""The events under examination as columns, with who did and who got what, ready for the rules' queries.

Names are resolved once each, groups are opened into their members with the time of membership, and every use is
laid beside the organisation its person belonged to. The rules then ask in SQL. All times are microseconds since
1970 in UTC; an open end of a period is `FOREVER`, an open start `-FOREVER`.

Tables (see `columns.TABLES` and `_USES` for the columns):
    events    one row an event, with its resolved parties
    uses      one row an event and person it is evidence for: `role` actor or recipient; `sure` False where the
              person is only possibly among a group's members; `org0`, `org1` at either end of the event's time
    belongs   which person a key stands for and when: `person:…`, `group:…`, `organisation:…` (and its ancestors')
    products, distribution, periods, breaks    from the register
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb
import pyarrow as pa

from tearline.handling.columns import TABLES, prepared_events, register_rows
from tearline.records.errors import BadInput
from tearline.records.kinds import GapKind
from tearline.records.marking_terms import Marking
from tearline.records.markings import MarkingScheme
from tearline.records.pathways import Gap
from tearline.records.said import say
from tearline.views.register import Register

_SILENT = {
    GapKind.NO_LOG,
    GapKind.LOG_HOLE,
    GapKind.OVERWRITTEN,
    GapKind.REFUSED,
    GapKind.ANSWERED_NO_RECORD,
    GapKind.ANSWERED_IN_PART,
}

# Two rows of the same event and person, from two memberships, are one use: sure if either is.
_USES = """
CREATE TABLE uses AS
WITH named AS (
    SELECT e.*, 'actor' AS role, e.actor_id AS person, e.actor_kind = 'person' AS resolved, true AS sure,
           p.actor AS level
    FROM events e JOIN proofs p USING (kind)
    WHERE p.actor IS NOT NULL AND e.actor_kind IN ('person', 'name')
  UNION ALL
    SELECT e.*, 'recipient', e.recipient_id, e.recipient_kind = 'person', true, p.recipient
    FROM events e JOIN proofs p USING (kind)
    WHERE p.recipient IS NOT NULL AND e.recipient_kind IN ('person', 'name')
  UNION ALL
    SELECT e.*, 'recipient', b.person, any_value(b.resolved), bool_or(b.since <= e.t0 AND e.t1 < b.until),
           any_value(p.recipient)
    FROM events e JOIN proofs p USING (kind)
    JOIN belongs b ON b.key = 'group:' || e.recipient_id AND b.since <= e.t1 AND e.t0 < b.until
    WHERE p.recipient IS NOT NULL AND e.recipient_kind = 'group'
    GROUP BY ALL
)
SELECT n.*, coalesce(first.organisation, n.organisation) AS org0,
       coalesce(last.organisation, n.organisation) AS org1
FROM named n
ASOF LEFT JOIN periods first ON n.person = first.person AND n.t0 >= first.since
ASOF LEFT JOIN periods last ON n.person = last.person AND n.t1 >= last.since
"""


@dataclass(frozen=True)
class Evidence:
    """What the rules look at. `ask` runs a query over the tables above; every value is bound. `reasons`: sentences
    that a table refers to by their place."""

    register: Register
    scheme: MarkingScheme
    connection: duckdb.DuckDBPyConnection
    gaps: tuple[Gap, ...]
    horizon: int
    receipting: frozenset[str]
    reasons: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        register: Register,
        events: pa.Table,
        scheme: MarkingScheme,
        *,
        product: str | None = None,
        gaps: Sequence[Gap] = (),
    ) -> Evidence:
        """`events` as STORED_EVENTS; with `product` only its events are examined, but how far the record reaches
        and who keeps receipts is read from all of them."""
        connection = duckdb.connect(":memory:", config={"threads": 2})
        prepared = prepared_events(events)
        for name, rows in register_rows(register, prepared).items():
            schema = TABLES[name]
            # Arrow reads columns, the register gives rows.
            columns = list(zip(*rows, strict=True)) or [()] * len(schema)
            table = pa.table([pa.array(column, t.type) for column, t in zip(columns, schema, strict=True)], schema)
            _materialise(connection, name, table)
        connection.register("incoming", prepared)
        everything = """
            SELECT i.*, a.kind AS actor_kind, a.id AS actor_id, r.kind AS recipient_kind, r.id AS recipient_id
            FROM incoming i LEFT JOIN parties a ON i.actor = a.raw LEFT JOIN parties r ON i.recipient = r.raw"""
        horizon = connection.sql("SELECT coalesce(max(t0), 0) FROM incoming").fetchall()[0][0]
        connection.execute(
            f"CREATE TABLE events AS {everything} WHERE $product IS NULL OR i.product = $product",
            {"product": product},
        )
        connection.execute(_USES)
        receipting = connection.execute(f"""
            SELECT DISTINCT coalesce(p.organisation, e.organisation,
                                     CASE WHEN actor_kind = 'organisation' THEN actor_id END)
            FROM ({everything} WHERE i.kind = 'received') e
            ASOF LEFT JOIN periods p ON e.actor_id = p.person AND e.t0 >= p.since""").fetchall()  # noqa: S608
        connection.unregister("incoming")
        return cls(
            register,
            scheme,
            connection,
            tuple(gaps),
            int(horizon),
            frozenset(row[0] for row in receipting if row[0]),
        )

    def ask(self, query: str, **values: Any) -> Iterator[dict[str, Any]]:
        """The rows of a query; `values` stand in it as `$name`."""
        cursor = self.connection.execute(query, values or None)
        names = [column[0] for column in cursor.description or ()]
        for row in cursor.fetchall():
            yield dict(zip(names, row, strict=True))

    def count(self, condition: str, table: str = "events") -> int:
        """How many rows of a table meet a condition (both written in the program, never taken from input)."""
        found = self.connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchall()  # noqa: S608
        return int(found[0][0])

    def title(self, product: str) -> str:
        """How a sentence names a product: its number where it has one, its id otherwise."""
        known = self.register.products.get(product)
        return (known.number if known else None) or product

    def organisation(self, organisation: str | None) -> str:
        known = self.register.organisations.get(organisation or "")
        return known.name if known else organisation or say("an organisation the record does not name")

    @cached_property
    def markings(self) -> dict[str, Marking]:
        """Marking text -> marking, of the products with events; texts the scheme does not know are left out."""
        found = {}
        for row in self.ask("SELECT DISTINCT marking FROM products SEMI JOIN events USING (product)"):
            try:
                found[row["marking"]] = self.scheme.parse(row["marking"])
            except BadInput:
                continue
        return found

    @cached_property
    def _silences(self) -> Mapping[tuple[str, str | None], str]:
        return {
            (g.organisation, g.product): say(g.kind.value)
            for g in self.gaps
            if g.kind in _SILENT and g.organisation
        }

    def silence(self, organisation: str | None, product: str) -> str | None:
        """What kind of silence in an organisation's record may be why something is not on record."""
        if organisation is None:
            return None
        return self._silences.get((organisation, product)) or self._silences.get((organisation, None))


def _materialise(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register(f"{name}_in", table)
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM {name}_in")  # noqa: S608
    connection.unregister(f"{name}_in")
