"""The errors a user may see: each says what happened, where, and what to do next.

Every one carries the exit code the command line ends with. Anything else that is raised is a fault of the
program itself.
"""

from __future__ import annotations


class TearlineError(Exception):
    """An expected failure with a message for a person.

    `where` names the file, stream or argument; `line` is 1-based; `field` the column or key at fault;
    `remedy` is what the reader can do about it.
    """

    exit_code = 5

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        line: int | None = None,
        field: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.line = line
        self.field = field
        self.remedy = remedy

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                self.where,
                f"line {self.line}" if self.line is not None else None,
                f"field {self.field!r}" if self.field else None,
            )
            if part
        )
        text = f"{place}: {self.what}" if place else self.what
        return f"{text}. {self.remedy}" if self.remedy else text


class BadInput(TearlineError):
    """The input or the way the command was used is at fault; nothing of it was kept."""

    exit_code = 2


class IntegrityFailure(TearlineError):
    """Stored evidence does not match its seal."""

    exit_code = 3


class NotPermitted(TearlineError):
    """The actor may not do or see this."""

    exit_code = 4


class CouldNot(TearlineError):
    """The machine or another process stood in the way: busy, disk full, interrupted."""

    exit_code = 5
