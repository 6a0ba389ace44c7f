"""`answer`: what an organisation replied when it was asked for records, entered by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tearline.intake import registers
from tearline.intake.place import Place
from tearline.intake.taking import taking
from tearline.records.kinds import Stream


def answer(place: Place, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Record one answer (the fields of answers.csv); returns it as it stands, with its `batch`.

    `batch` is None where the very same was on record. Raises BadInput for whatever does not hold: an entry by hand
    is corrected at once, never put in quarantine.
    """
    with taking(place, [Stream.ANSWERS]) as one:
        body = registers.reply(fields, one.known)
        one.register(Stream.ANSWERS, body)
        counts = one.conclude("answer")
        return {**body, "batch": counts.batch}
