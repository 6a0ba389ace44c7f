"""Questions at a terminal, with completion by the Tab key (readline, from the standard library)."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress

from tearline.cli.common import errors
from tearline.records.errors import BadInput

try:
    import readline
except ImportError:  # a Python built without it: everything works but completion
    readline = None  # type: ignore[assignment]

MOST = 200
"""Completions offered at once."""

UNDO, DONE, HELP = ":undo", ":done", ":help"
_COMMANDS = (UNDO, DONE, HELP)

Check = Callable[[str], str]
"""What is typed -> what is recorded. Raises BadInput where it cannot be."""


class Said(Exception):
    """A command was typed in place of an answer."""

    def __init__(self, command: str) -> None:
        super().__init__(command)
        self.command = command


def folded(text: str) -> str:
    """Lower case without accents, so that `chateau` finds `Château`."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def completions(typed: str, choices: Mapping[str, str]) -> list[str]:
    """The choices that begin with what was typed, whatever the case and accents."""
    start = folded(typed)
    return sorted(choice for choice in choices if folded(choice).startswith(start))[:MOST]


class Keyboard:
    """Asks one question after the other. The history of one session is not kept for the next: it holds names."""

    def __init__(self) -> None:
        self._choices: Mapping[str, str] = {}
        self._found: list[str] = []
        if readline is not None:
            readline.set_completer(self._complete)
            readline.set_completer_delims("")
            libedit = "libedit" in (readline.__doc__ or "")
            # Otherwise several choices that begin alike but for their case would shorten what was typed.
            readline.parse_and_bind("set completion-ignore-case on")
            readline.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")

    def _complete(self, typed: str, number: int) -> str | None:
        if number == 0:
            self._found = completions(typed, self._choices)
        return self._found[number] if number < len(self._found) else None

    def ask(
        self,
        question: str,
        *,
        choices: Mapping[str, str] | None = None,
        default: str | None = None,
        needed: bool = False,
        check: Check | None = None,
    ) -> str | None:
        """One answer; None where it is left empty and there is no default.

        `choices` are completed and replaced by what they stand for; anything else is taken as typed. Asked again
        while `check` refuses, or while it is `needed` and empty. Raises Said for a command, and for the end of
        input as for `:done`.
        """
        self._choices = choices or {}
        prompt = f"{question} [{default}]: " if default else f"{question}: "
        while True:
            typed = _line(prompt)
            if typed in _COMMANDS:
                raise Said(typed)
            answer = (self._meant(typed) if typed else default) or None
            try:
                if answer is not None:
                    return check(answer) if check is not None else answer
            except BadInput as fault:
                errors.print(str(fault), markup=False, soft_wrap=True)
                continue
            if not needed:
                return None
            errors.print("This is needed. :done ends, :undo takes the last entry back.")

    def _meant(self, typed: str) -> str:
        """What a choice stands for, whatever its case and accents; anything else as typed."""
        if typed in self._choices:
            return self._choices[typed]
        found = {value for choice, value in self._choices.items() if folded(choice) == folded(typed)}
        return found.pop() if len(found) == 1 else typed


def _line(prompt: str) -> str:
    shown = sys.stdout.isatty()
    if not shown:
        # The answer goes to stdout; what is asked must not stand in it.
        errors.print(prompt, end="", markup=False)
    try:
        return input(prompt if shown else "").strip()
    except EOFError:
        errors.print()
        raise Said(DONE) from None
    except UnicodeDecodeError:
        with suppress(OSError):
            errors.print("That was not legible text; type it again.")
        return ""
