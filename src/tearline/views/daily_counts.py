"""How many events are logged a day, by organisation (or by name, where an event names no organisation) and system.

A run's counts are taken when the run is written, by intake batch, so that a retracted batch can be left out. Names
stay names: whose organisation they count for is decided when the counts are read. They grow with days, systems and
whoever is named, and a question about logs reads them in place of the events.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from tearline.engine import Engine
from tearline.views.event_codes import KIND_WORDS, CodeTables

_ACTS = ("received", "opened", "printed", "copied", "downloaded", "removed")
_COUNTED = pa.schema([
    ("batch", pa.int32()),
    ("organisation", pa.int32()),
    ("name", pa.int32()),
    ("system", pa.int32()),
    ("day", pa.int64()),
    ("events", pa.int64()),
    ("receipts", pa.int64()),
    ("acts", pa.int64()),
])  # fmt: skip

# Every statement is made of constants; values are bound.
_COUNT = """
SELECT batch, organisation,
       CASE WHEN organisation >= 0 THEN -1 WHEN actor >= 0 THEN actor ELSE recipient END AS name,
       system,
       CAST(epoch_us(date_trunc('day', at_earliest)) // 86400000000 AS BIGINT) AS day,
       count(*) AS events,
       count(*) FILTER (kind = $received) AS receipts,
       count(*) FILTER (list_contains($acts, kind)) AS acts
FROM runs
WHERE $size IS NULL OR position < $size
GROUP BY ALL
ORDER BY ALL
"""
_SUM = """
SELECT organisation_words.word AS organisation, name_words.word AS name, coalesce(system_words.word, '') AS system,
       day, CAST(sum(events) AS BIGINT) AS events, CAST(sum(receipts) AS BIGINT) AS receipts,
       CAST(sum(acts) AS BIGINT) AS acts
FROM counted
LEFT JOIN organisation_words ON organisation_words.code = counted.organisation
LEFT JOIN name_words ON name_words.code = counted.name
LEFT JOIN system_words ON system_words.code = counted.system
WHERE NOT EXISTS (SELECT 1 FROM gone WHERE gone.batch = counted.batch)
GROUP BY ALL
"""


def count_days(engine: Engine, runs: Sequence[Path], size: int | None = None) -> pa.Table:
    """The counts of files of coded events, as codes; `size`: only positions below it."""
    kinds = KIND_WORDS.to_pylist()
    values = {"received": kinds.index("received"), "acts": [kinds.index(kind) for kind in _ACTS], "size": size}
    return engine.table(_COUNT, {"runs": runs}, values).cast(_COUNTED)


def summed_days(
    engine: Engine, counted: pa.Table | Sequence[Path], tables: CodeTables, gone: pa.Table
) -> pa.Table:
    """Counts in words and without the batches of `gone` (codes), in no order.

    Columns `organisation` and `name` (each null where the other counts, both where nobody is named), `system`
    (empty where none is named), `day` (since 1970), `events`, `receipts`, `acts`.
    """
    words = tables.relations()
    relations = {name: words[name] for name in ("organisation_words", "name_words", "system_words")}
    files = counted if isinstance(counted, pa.Table) or counted else _COUNTED.empty_table()
    return engine.table(_SUM, {"counted": files, "gone": gone, **relations})
