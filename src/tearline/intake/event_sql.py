"""The SQL of the columnar path: which event rows are plain beyond doubt, and the bodies they become.

A row counts as plain only where `events.event` would accept it and write the very same body; every other row is
read one by one by that function. Constants of this file alone are put into the SQL; values are bound or joined.
"""

from __future__ import annotations

from collections.abc import Iterable

from tearline.intake.event_keys import CONTENT, FIELDS
from tearline.intake.events import BASES
from tearline.intake.texts import LONGEST_ID, LONGEST_NAME
from tearline.records.kinds import EventKind

_TEXTS = ("id", "kind", "product", "at", "at_earliest", "at_latest", "copy", "actor", "recipient", "organisation",
          "system", "basis")  # fmt: skip
_IDS = ("id", "product", "copy", "organisation", "system")
_SHAPE = "{" + ",".join(f'"{name}":"VARCHAR"' for name in _TEXTS) + ',"detail":"JSON"}'

# Years 1000 to 2999 and ordinary clock readings; whether the day exists is asked of TRY_CAST.
_DAY = r"[12]\d{3}-[01]\d-[0-3]\d"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_SECOND = rf"{_DAY}T{_CLOCK}:[0-5]\dZ"
_ZONED = rf"{_DAY}[T ]{_CLOCK}:[0-5]\d(\.\d{{1,6}})?(Z|[+-][01]\d:[0-5]\d)"
_MINUTE = rf"{_DAY}T{_CLOCK}Z"

# What makes a line doubtful whatever its fields are: an object or list where a text belongs; a text that begins
# or ends with a blank, is empty, or begins like an object; an escape that may stand for anything (but not the
# letter u behind an escaped backslash); a number that overflows.
_DOUBT = "|".join((
    rf'"(?:{"|".join(_TEXTS)})"\s*:\s*[\[{{]',
    r':\s*"(?:[\s"\[{]|\\[nrtf])',
    r'(?:\s|\\[nrtf])"\s*[,}]',
    r"(?:^|[^\\])(?:\\\\)*\\u",
    r"[:\[,]\s*-?[0-9][0-9.]*[eE]\+?[0-9]{3}",
))  # fmt: skip


def _list(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _f(name: str) -> str:
    return f'f."{name}"'


def _any(condition: str, names: Iterable[str]) -> str:
    """True where `condition` (with `{}` for the field) holds for one of the fields; a null never does."""
    return "(" + " OR ".join(f"coalesce({condition.format(_f(name))}, false)" for name in names) + ")"


# How the time is written: 1 instant in UTC, 2 instant with zone or fraction, 3 day, 4 minute, 5 interval.
_FORM = f"""CASE
    WHEN f."at" IS NULL THEN CASE
        WHEN regexp_full_match(f.at_earliest, '{_SECOND}') AND regexp_full_match(f.at_latest, '{_SECOND}')
            AND f.at_earliest <= f.at_latest AND TRY_CAST(f.at_earliest AS TIMESTAMP) IS NOT NULL
            AND TRY_CAST(f.at_latest AS TIMESTAMP) IS NOT NULL THEN 5 END
    WHEN f.at_earliest IS NOT NULL OR f.at_latest IS NOT NULL THEN NULL
    WHEN regexp_full_match(f."at", '{_SECOND}') THEN if(TRY_CAST(f."at" AS TIMESTAMP) IS NULL, NULL, 1)
    WHEN regexp_full_match(f."at", '{_DAY}') THEN if(TRY_CAST(f."at" AS DATE) IS NULL, NULL, 3)
    WHEN regexp_full_match(f."at", '{_MINUTE}') THEN if(TRY_CAST(left(f."at", 10) AS DATE) IS NULL, NULL, 4)
    WHEN regexp_full_match(f."at", '{_ZONED}') THEN if(TRY_CAST(f."at" AS TIMESTAMPTZ) IS NULL, NULL, 2)
END"""

_UTC = (
    "replace(strftime(make_timestamp(epoch_us(TRY_CAST(f.\"at\" AS TIMESTAMPTZ))), '%Y-%m-%dT%H:%M:%S.%fZ'), "
    "'.000000Z', 'Z')"
)
_EARLIEST = f"""CASE form WHEN 1 THEN f."at" WHEN 2 THEN {_UTC} WHEN 3 THEN f."at" || 'T00:00:00Z'
    WHEN 4 THEN left(f."at", 16) || ':00Z' ELSE f.at_earliest END"""
_LATEST = f"""CASE form WHEN 1 THEN f."at" WHEN 2 THEN {_UTC} WHEN 3 THEN f."at" || 'T23:59:59.999999Z'
    WHEN 4 THEN left(f."at", 16) || ':59.999999Z' ELSE f.at_latest END"""

_DETAIL = "CAST(f.detail AS VARCHAR)"
_OPENERS = f"strlen({_DETAIL}) - strlen(replace(replace({_DETAIL}, '[', ''), '{{', ''))"

# Looking for doubt in a whole line costs as much as reading it. Without a backslash it is enough to look at the
# fields that are not held against a list or a pattern: a text that begins behind the digits in the order of bytes,
# neither with "[" nor "{", and ends in no blank, and the details.
_FREE = ("id", "copy", "actor", "recipient", "organisation", "system")
_SURE = "({0} >= ':' AND ({0} < '[' OR {0} >= '\\') AND ({0} < '{{' OR {0} >= '|') AND NOT ends_with({0}, ' '))"
_CLEAR = " AND ".join((
    "NOT contains(line, '\\')",
    *(f"coalesce({_SURE.format(_f(name))}, true)" for name in _FREE),
    f"(f.detail IS NULL OR NOT regexp_matches({_DETAIL}, '{_DOUBT}'))",
))  # fmt: skip

# In order: nothing required is missing; references are known; nothing is doubtful, too long or nested too deeply;
# no identifier holds a control character.
_PLAIN = f"""form IS NOT NULL AND f.id IS NOT NULL AND p.id IS NOT NULL
    AND f.kind IN ({_list(EventKind)})
    AND (f.basis IS NULL OR f.basis IN ({_list(BASES)}))
    AND (f.organisation IS NULL OR NOT run.closed OR o.id IS NOT NULL)
    AND CASE WHEN {_CLEAR} THEN true ELSE NOT regexp_matches(line, '{_DOUBT}') END
    AND (strlen(line) <= {LONGEST_ID} OR NOT (
        {_any(f"strlen({{}}) > {LONGEST_ID}", _IDS)}
        OR {_any(f"strlen({{}}) > {LONGEST_NAME}", ("actor", "recipient"))}))
    AND (f.detail IS NULL OR (starts_with({_DETAIL}, '{{')
        AND (strlen({_DETAIL}) <= 64 OR (strlen({_DETAIL}) <= 65536 AND {_OPENERS} <= 32))))
    AND (NOT contains(line, '\\') OR NOT {_any("regexp_matches({}, '[[:cntrl:]]')", _IDS)})"""


def _said(name: str) -> str:
    return {"at_earliest": _EARLIEST, "at_latest": _LATEST}.get(name, _f(name))


_STRUCT = ", ".join(f"{name} := {_said(name)}" for name in ("id", *FIELDS))
_COPIED = ", ".join(f"{name} := e.{name}" for name in ("id", *FIELDS, "detail"))


def _read_block(parsed: str) -> str:
    return f"""
CREATE OR REPLACE TEMP TABLE block AS
WITH parsed AS (
    SELECT number, line, {parsed} AS f FROM lines
), timed AS (
    SELECT number, line, f, {_FORM} AS form FROM parsed
), judged AS (
    SELECT number, line, f, form, run.file, run.name, run.batch, coalesce({_PLAIN}, false) AS plain
    FROM timed CROSS JOIN run
    LEFT JOIN products p ON p.id = f.product LEFT JOIN organisations o ON o.id = f.organisation
), said AS (
    SELECT *, struct_pack({_STRUCT}, detail := CAST(nullif({_DETAIL}, '{{}}') AS JSON)) AS e
    FROM judged
)
SELECT file, number, if(plain, NULL, line) AS line, hash(e.id) AS key, {CONTENT} AS content,
    if(plain, e.actor, NULL) AS actor, if(plain, e.recipient, NULL) AS recipient,
    if(plain, CAST(to_json(struct_pack({_COPIED}, batch := batch,
        source := struct_pack(file := name, line := number))) AS VARCHAR), NULL) AS body
FROM said"""  # noqa: S608 -- constants of this file


_TRANSFORMED = f"json_transform(line, '{_SHAPE}')"

READ_BLOCK = _read_block(_TRANSFORMED)
"""Raises duckdb.InvalidInputException where a line is no JSON; `READ_TORN_BLOCK` reads such a block."""

READ_TORN_BLOCK = _read_block(f"CASE WHEN json_valid(line) THEN {_TRANSFORMED} END")

TABLES = """
CREATE TEMP TABLE products (id VARCHAR);
CREATE TEMP TABLE organisations (id VARCHAR);
CREATE TEMP TABLE names (name VARCHAR);
CREATE TEMP TABLE run (file INTEGER, name VARCHAR, batch VARCHAR, closed BOOLEAN);
CREATE TABLE stage (file INTEGER, number BIGINT, key UBIGINT, content UBIGINT, body VARCHAR)"""

# A key that occurs once here and never on record is new. Of a key that occurs more often the first is measured
# against the record, the others against the first: same content is a duplicate, other content a conflict.
SETTLE = """
CREATE OR REPLACE TEMP TABLE repeated AS SELECT key FROM stage GROUP BY key HAVING count(*) > 1;
CREATE OR REPLACE TEMP TABLE refused AS
WITH known AS (
    SELECT DISTINCT key, content FROM recorded WHERE key IN (SELECT key FROM stage)
), old AS (
    SELECT s.file, s.number, s.key, s.content IN (SELECT content FROM known k WHERE k.key = s.key) AS same
    FROM stage s WHERE s.key IN (SELECT key FROM known)
), fresh AS (
    SELECT s.file, s.number, s.key,
        row_number() OVER first AS place, content = first_value(content) OVER first AS same
    FROM stage s SEMI JOIN repeated r ON r.key = s.key ANTI JOIN known k ON k.key = s.key
    WINDOW first AS (PARTITION BY s.key ORDER BY s.file, s.number ROWS UNBOUNDED PRECEDING)
)
SELECT file, number, same FROM old UNION ALL SELECT file, number, same FROM fresh WHERE place > 1"""
