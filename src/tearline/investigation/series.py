"""Many public items as one: each matched, then held against the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tearline.investigation.scene import Scene
from tearline.matching.series import series
from tearline.records.errors import BadInput
from tearline.records.series import SeriesAnswer

Progress = Callable[[str, int, int | None], None]


def series_of(scene: Scene, disclosures: Sequence[str], progress: Progress) -> SeriesAnswer:
    """What recurs in these items, what came first, and the fewest products that explain them.

    Raises BadInput where fewer than two different items are named, or one is not registered.
    """
    named = list(dict.fromkeys(disclosures))
    if len(named) < 2:
        raise BadInput(
            "a series is of two items at least",
            field="DISCLOSURE",
            remedy="Name two or more, or use match for one",
        )
    items = [scene.disclosure(one) for one in named]
    answers = []
    for number, item in enumerate(items):
        progress("matching", number, len(items))
        answers.append(scene.matcher.match(item))
    progress("matching", len(items), len(items))
    return series(scene.matcher, items, answers)
