"""Making the next piece of work ready in a thread while the last one is being done."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

T = TypeVar("T")


def ahead(source: Iterator[T]) -> Iterator[T]:
    """What `source` gives and raises, in its order; it is asked for one item ahead, never for more."""
    end = object()
    with ThreadPoolExecutor(1, "ahead") as thread:
        coming = thread.submit(next, source, end)
        while (item := coming.result()) is not end:
            coming = thread.submit(next, source, end)
            yield cast(T, item)
