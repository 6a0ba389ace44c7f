"""One call that writes the whole example into a folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tearline.example.articles import articles, earlier_reporting, truth
from tearline.example.editions import write_reports
from tearline.example.flow import record_flow
from tearline.example.native import write_native
from tearline.example.world import build_world
from tearline.example.writer import write_disclosures, write_events, write_products, write_registers

Progress = Callable[[str, int, int | None], None]
_STEPS = 5


@dataclass(frozen=True, slots=True)
class ExampleSummary:
    """What was written. `events` stand in `events.jsonl`, `native_records` in the files under `native/`."""

    folder: Path
    organisations: int
    people: int
    groups: int
    products: int
    events: int
    native_records: int
    disclosures: int
    public: int


def generate(folder: Path, *, seed: int = 7, progress: Progress | None = None) -> ExampleSummary:
    """Writes the fictional example into `folder`, which is made if absent; the same seed gives the same bytes.

    `tearline load` reads the files directly in it; `native/` holds handling records for `tearline intake`, each
    table with its mapping beside it. `truth.json` is for tests: the program never reads it. `progress` is told a
    label, how many steps are done, and of how many.
    """
    tell = progress or (lambda what, done, total: None)
    label = "Writing the example"
    folder.mkdir(parents=True, exist_ok=True)
    tell(label, 0, _STEPS)
    world = build_world(seed)
    write_registers(folder, world)
    tell(label, 1, _STEPS)
    reports = write_reports(seed, world)
    write_products(folder / "products.jsonl", reports)
    tell(label, 2, _STEPS)
    flow = record_flow(seed, world, reports)
    events = write_events(folder / "events.jsonl", flow)
    tell(label, 3, _STEPS)
    native_records = write_native(folder / "native", seed, world, reports, flow)
    tell(label, 4, _STEPS)
    published, earlier = articles(), earlier_reporting()
    write_disclosures(folder / "disclosures.jsonl", published)
    write_disclosures(folder / "public.jsonl", earlier)
    (folder / "truth.json").write_text(
        json.dumps(truth(world, reports), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    tell(label, 5, _STEPS)
    return ExampleSummary(
        folder, len(world.houses), len(world.people), len(world.groups), len(reports), events, native_records,
        len(published), len(earlier),
    )  # fmt: skip
