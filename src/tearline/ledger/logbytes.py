"""Looking about in a long file of lines through a window, without mapping it.

A map of a file that its writer shortens (to drop a torn line) would end the reading program; `pread` merely
returns less.
"""

from __future__ import annotations

import os

WINDOW = 1 << 17


class LogBytes:
    """An open file's first `size` bytes, as they were when it was opened."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size = os.fstat(descriptor).st_size
        self._start = 0
        self._window = b""

    def slice(self, start: int, stop: int) -> bytes:
        """Bytes `[start, stop)`."""
        if start >= self._start and stop <= self._start + len(self._window):
            return self._window[start - self._start : stop - self._start]
        return os.pread(self._descriptor, stop - start, start)

    def line_start(self, end: int) -> int:
        """Where the line begins that ends (newline included) at `end`; with no newline there, the last
        position after a newline before `end`."""
        stop = max(end - 1, 0)
        while stop > 0:
            start = max(stop - WINDOW, 0)
            if not (self._start <= start and stop <= self._start + len(self._window)):
                self._start, self._window = start, os.pread(self._descriptor, end - start, start)
            found = self._window.rfind(b"\n", 0, stop - self._start)
            if found >= 0:
                return self._start + found + 1
            stop = min(start, self._start)
        return 0

    def line_end(self, start: int) -> int:
        """The position after the first newline at or after `start`; 0 where there is none."""
        while start < self.size:
            piece = os.pread(self._descriptor, min(WINDOW, self.size - start), start)
            found = piece.find(b"\n")
            if found >= 0:
                return start + found + 1
            if not piece:
                break
            start += len(piece)
        return 0

    def committed(self) -> int:
        """The position after the last newline."""
        return self.line_start(self.size + 1)
