"""Watching those who look: the record of look-ups, for reviewers alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from tearline.records.kinds import Stream
from tearline.records.times import format_instant
from tearline.workspace.base import Opened
from tearline.workspace.inquiry import Document

MOST: Final = 200_000
"""Look-ups that one review reads, the latest: more than a year of a busy desk."""


class Reviewing(Opened):
    """The record of look-ups, as reviewers read it."""

    def lookups(self, commitment: str, since: datetime | None = None, until: datetime | None = None) -> Document:
        """Look-ups on record between two times (half-open), newest first.

        Reading them is put on record first, without what was read: `commitment` is a digest of what the reviewer's
        own book says of it (docs/decisions/0011). `{"lookups": [{"index", "at", "actor", "purpose", "case",
        "command", "parameters", "unmask"}], "more": bool}`.
        """
        body = {"actor": "oversight", "purpose": "review", "case": None, "command": "review"}
        low = format_instant(since) if since else ""
        high = format_instant(until) if until else "9999"
        with self._one_at_a_time:
            self._ledger.append(Stream.LOOKUPS, [json.dumps({**body, "commitment": commitment})])
            size = self._state(None).size(Stream.LOOKUPS)
            start = max(0, size - MOST)
            read = list(self._read(start, size))
        found = [one for one in read if low <= one["at"] < high and one["command"] != "review"]
        found.reverse()
        return {"lookups": found, "more": start > 0}

    def commitments(self) -> frozenset[str]:
        """What the ledger holds of reviewers' own reading, to check their book against."""
        with self._one_at_a_time:
            read = list(self._read(0, self._state(None).size(Stream.LOOKUPS)))
        return frozenset(one["commitment"] for one in read if one["commitment"])

    def _read(self, start: int, stop: int) -> Iterator[dict[str, Any]]:
        for batch in self._ledger.scan(Stream.LOOKUPS, start, stop):
            columns = (batch.column(name).to_pylist() for name in ("index", "at", "body"))
            for index, at, text in zip(*columns, strict=True):
                body = json.loads(text)
                yield {
                    "index": index,
                    "at": at,
                    **{
                        name: body.get(name)
                        for name in ("actor", "purpose", "case", "command", "unmask", "commitment")
                    },
                    "parameters": body.get("parameters") or {},
                }
