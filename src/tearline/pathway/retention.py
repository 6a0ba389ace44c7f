"""By when the records that would close a gap may be gone."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from tearline.records.people import Organisation


def system_showing(kind: str, system: str | None) -> str:
    """The system whose records would show an event of this kind: the one it names, or the usual one."""
    return system or str(_defaults()["shows"].get(kind, "other"))


def expiry(organisation: Organisation | None, system: str, since: datetime) -> datetime | None:
    """When records made at `since` expire: as the organisation says, else as is usual for such a system.

    None where that lies beyond the calendar.
    """
    own = organisation.retention.get(system) if organisation is not None else None
    usual = _defaults()["days"]
    days = own if own is not None else int(usual.get(system, usual["other"]))
    try:
        return since + timedelta(days=days)
    except OverflowError:
        return None


@cache
def _defaults() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("tearline.pathway").joinpath("retention.toml").read_text(encoding="utf-8"))
