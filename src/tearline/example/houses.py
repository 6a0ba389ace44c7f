"""Organisations as the example knows them: what they are, and how they handle what they receive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tearline.records.kinds import OrganisationKind
from tearline.records.people import Organisation

_RATES = ("receipt", "open", "print", "forward", "astray", "late")


@dataclass(frozen=True, slots=True)
class House:
    """An organisation and how it handles what it receives. Rates are shares of deliveries, 0 to 1.

    `channel`: `portal` (an access log exists), `paper` (a reading log, by the day) or `none` (no log at all).
    `receipt`, `open`, `print`, `forward` (inside), `astray` (to other organisations), `late` (copies returned late
    or never). `people`: how many work there at the start.
    """

    organisation: Organisation
    domain: str
    channel: str
    receipt: float
    open: float
    print: float
    forward: float
    astray: float
    late: float
    units: tuple[str, ...]
    people: int

    @property
    def id(self) -> str:
        return self.organisation.id


def house(row: Mapping[str, Any]) -> House:
    """A house from its table in `material/world.toml`."""
    return House(
        organisation=Organisation(
            row["id"], row["name"], OrganisationKind(row["kind"]), row.get("parent"), row.get("retention", {})
        ),
        domain=row["domain"],
        channel=row["channel"],
        units=tuple(row["units"]),
        people=row["people"],
        **{name: float(row[name]) for name in _RATES},
    )
