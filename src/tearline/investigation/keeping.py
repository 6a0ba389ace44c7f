"""What is worked out once and then kept, by whichever thread asks first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock, RLock
from typing import Any, Final, TypeVar

T = TypeVar("T")

LATELY: Final = 48
"""Answers to single questions that are kept; the one asked for longest ago gives way."""


class Kept:
    """Safe to use from several threads: two that ask for the same thing make it once; others do not wait."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._locks: dict[Hashable, RLock] = {}
        self._made: dict[Hashable, Any] = {}
        self._lately: OrderedDict[Hashable, Any] = OrderedDict()

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` made the first time it was asked for under this name."""
        with self._guard:
            lock = self._locks.setdefault(name, RLock())
        with lock:
            if name not in self._made:
                self._made[name] = make()
            found: T = self._made[name]
            return found

    def lately(self, question: Hashable, make: Callable[[], T]) -> T:
        """The same for one of many questions, of which the latest few are kept."""
        with self._guard:
            if question in self._lately:
                self._lately.move_to_end(question)
                found: T = self._lately[question]
                return found
        made = make()
        with self._guard:
            self._lately[question] = made
            while len(self._lately) > LATELY:
                self._lately.popitem(last=False)
        return made
