"""Who asks, why and under which case; and a look-up that is on record and may be answered."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tearline.investigation.scene import Scene
from tearline.records.documents import AnswerBasis, document
from tearline.records.naming import Names
from tearline.workspace.scope import Scope

Document = dict[str, Any]
Progress = Callable[[str, int, int | None], None]


def silent(_label: str, _done: int, _total: int | None) -> None:
    """Progress that nobody watches."""


def operating_system_user() -> str:
    """Who runs the program, as the operating system says."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Who asks, why, and under which case; `unmask` is the reason for showing names.

    `as_of` is a time, or a size of the events stream, to answer from the ledger as it then was. `scope`: how much
    of the record may be looked at; None for those who have the workspace's files and keys anyhow.
    """

    purpose: str
    case: str | None = None
    unmask: str | None = None
    as_of: str | None = None
    actor: str = field(default_factory=operating_system_user)
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """A look-up that has been recorded and may now be answered."""

    scene: Scene
    names: Names
    basis: AnswerBasis

    def called(self, given: str, people: Iterable[str]) -> str:
        """Whom of `people` the asker means: called so in answers, or by id. As given where it is none of them."""
        return next((one for one in people if given in (one, self.names.field(one))), given)

    def document(self, answer: Any, **more: Any) -> Document:
        found: Document = document(answer, self.names)
        return {**found, **document(more, self.names), "basis": document(self.basis)}
