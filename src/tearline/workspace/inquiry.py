"""Who asks, why and under which case; and a look-up that is on record and may be answered."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tearline.investigation.scene import Scene
from tearline.records.documents import AnswerBasis, document
from tearline.records.errors import NotPermitted
from tearline.records.naming import AS_IS, Names
from tearline.records.said import Language
from tearline.workspace.scope import NARROWED, Scope
from tearline.workspace.withholding import Withholding

T = TypeVar("T")
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
    of the record may be looked at; None for those who have the workspace's files and keys anyhow. `language`: in
    which sentences are said.
    """

    purpose: str
    case: str | None = None
    unmask: str | None = None
    as_of: str | None = None
    actor: str = field(default_factory=operating_system_user)
    scope: Scope | None = None
    language: Language = Language.ENGLISH


@dataclass(frozen=True, slots=True)
class Answering:
    """A look-up that has been recorded and may now be answered, by a scene that holds what the scope lets through.

    Organisations outside it are withheld (`withholding`) when the answer becomes a document, and nothing leaves in
    another way (`whole`). `masked`: everybody under a pseudonym, whatever `names` may show.
    """

    scene: Scene
    names: Names
    basis: AnswerBasis
    scope: Scope | None = None
    masked: Names = AS_IS
    withholding: Withholding | None = None

    def called(self, given: str, people: Iterable[str]) -> str:
        """Whom of `people` the asker means: called so in answers, or by id. As given where it is none of them."""
        return next((one for one in people if given in (one, self.names.field(one))), given)

    def whole(self, what: str) -> None:
        """Go on only where no organisation is withheld. Raises NotPermitted: `what` cannot be given in part."""
        if self.scope is not None and self.scope.organisations is not None:
            raise NotPermitted(
                f"{what} cannot be limited to some organisations",
                remedy="Ask for the single answers, which leave out what lies beyond the scope",
            )

    def document(self, answer: Any, **more: Any) -> Document:
        """The answer as the contract's document, without what lies beyond the scope."""
        found: Document = {**self.shown(answer), **self.shown(more), "basis": document(self.basis)}
        if self.scope is not None and self.scope.narrows:
            found["scope"] = self.names.sentence(NARROWED)
        return found

    def admits(self, who: str) -> bool:
        """Does an organisation, or somebody, belong within the scope's organisations?"""
        return self.withholding is None or self.withholding.is_within(who)

    def part(self, answer: T) -> tuple[T, Names]:
        """The part of a record that lies within the scope, and what people are called in it."""
        if self.withholding is None:
            return answer, self.names
        found: T = self.withholding.of(answer)
        return found, self.withholding.names(self.names)

    def shown(self, answer: Any) -> Any:
        """Plain values of a part of an answer."""
        if self.withholding is None:
            return document(answer, self.names)
        kept = self.withholding.of(answer)
        return self.withholding.document(document(kept, self.withholding.names(self.names)))
