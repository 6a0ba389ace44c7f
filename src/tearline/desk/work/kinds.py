"""What kinds of long work there are. An app registers its own when the desk starts (`AppConfig.ready`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tearline.desk.work.models import Job
from tearline.workspace import Progress

Do = Callable[[Job, Progress], dict[str, Any]]
"""Does the work and returns what came of it, as plain values. Progress may raise to stop it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`way_on`: the address the result leads to; `ended`: called after a success, to put away what it used."""

    name: str
    do: Do
    way_on: Callable[[Job], str]
    ended: Callable[[Job], None] | None = None


KINDS: Final[dict[str, Kind]] = {}


def register(kind: Kind) -> None:
    KINDS[kind.name] = kind
