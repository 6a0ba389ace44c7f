"""The program at a real terminal: a pseudo-terminal that types as a person does."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x07")


class Terminal:
    """A process with a terminal of its own. `see` waits for text on the screen, `say` types a line."""

    def __init__(self, *words: str | Path) -> None:
        self._side, inner = pty.openpty()
        env = {**os.environ, "TERM": "xterm", "COLUMNS": "200", "LINES": "60", "INPUTRC": os.devnull}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tearline", *map(str, words)], stdin=inner, stdout=inner, stderr=inner,
            env=env, start_new_session=True,
        )  # fmt: skip
        os.close(inner)
        self.screen = ""
        self._seen = 0

    def see(self, text: str, patience: float = 30) -> str:
        """Wait until `text` stands on the screen after what was seen before; what stood before it."""
        end = time.monotonic() + patience
        while text not in self.screen[self._seen :]:
            if not self._read(end - time.monotonic()):
                raise AssertionError(f"{text!r} never came; the screen says: {self.screen[self._seen :]!r}")
        at = self.screen.index(text, self._seen)
        passed, self._seen = self.screen[self._seen : at], at + len(text)
        return passed

    def _read(self, patience: float) -> bool:
        ready, _, _ = select.select([self._side], [], [], max(patience, 0))
        if not ready:
            return False
        try:
            data = os.read(self._side, 65_536)
        except OSError:
            return False
        self.screen += _ESCAPES.sub("", data.decode("utf-8", "replace"))
        return bool(data)

    def type(self, text: str) -> None:
        os.write(self._side, text.encode())

    def say(self, text: str) -> None:
        self.type(text + "\r")

    def answer(self, question: str, text: str) -> None:
        self.see(question)
        self.say(text)

    def end(self) -> int:
        """Wait for the program to end; its exit code."""
        while self._read(20):
            pass
        try:
            return self.process.wait(timeout=20)
        finally:
            os.close(self._side)
            if self.process.poll() is None:
                self.process.kill()
