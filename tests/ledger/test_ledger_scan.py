"""The scanner of JSON accepts nothing that a parser refuses, and the ordinary case itself."""

from __future__ import annotations

import json
import random

import pyarrow as pa
import pytest
from ledger_place import Place, numbered

from tearline.ledger.commits import CommitLog
from tearline.ledger.json_scan import objects
from tearline.ledger.lines import text_bytes
from tearline.ledger.reading import Reader
from tearline.records.kinds import Stream

PLAIN = ["{}", '{"a":1}', '{"a":[1,2,{"b":"c\\n"}],"d":null,"e":true,"f":false,"x":-1.5e10}',
         '{"a": {"b" : [ ] } }', '{"a":"\\"é\\\\"}', '{"a":1,"a":2}']  # fmt: skip
WRONG = ["", "[1]", '{"a":}', '{"a":1,}', "{,}", '{"a" 1}', '{"a":01}', '{"a":1.}', '{"a":tru}', '{"a":"\n"}',
         '{"a":1}}', '{"a":[1,]}', '{"a":[1}', '{"a":"x', '{"a":-}', '{"a":1 2}', '{"a":{]}', '{"a":1e}', "{a:1}",
         '{"a":1}\n', '{"a":\x0b1}', '{"a":"\\x"}', '{"a":' * 40 + "1" + "}" * 40]  # fmt: skip
LETTERS = '{}[]",:\\0123456789eE.+-tfn ub\t\n'


def accepted(texts: list[str]) -> list[bool]:
    return [bool(found) for found in objects(*text_bytes(pa.array(texts, pa.string())))]


def test_what_is_plain_and_what_is_wrong() -> None:
    assert accepted(PLAIN) == [True] * len(PLAIN)
    assert accepted(WRONG) == [False] * len(WRONG)
    assert accepted(["", '{"a":1}', ""]) == [False, True, False]


def test_nothing_is_accepted_that_a_parser_refuses() -> None:
    chance = random.Random(4)
    texts = []
    for _ in range(40_000):
        text = list(chance.choice(PLAIN))
        for _ in range(chance.randint(0, 3)):
            at = chance.randrange(len(text) or 1)
            text[at : at + chance.randint(0, 1)] = chance.choice(["", chance.choice(LETTERS)])
        texts.append("".join(text))
    found = accepted(texts)
    for text, sure in zip(texts, found, strict=True):
        if sure:
            assert isinstance(json.loads(text), dict) and "\n" not in text, text
    assert sum(found) > 5_000


def test_a_tail_sealed_between_the_look_and_the_reading(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever saw the state before the sealing finds the records where they are now."""
    stream, ledger = Stream.EVENTS, place.folder / "ledger"
    place.ledger.append(stream, numbered(0, 5))
    key = place.keys.verifier
    reader = Reader(ledger, key, CommitLog(ledger, key))
    stale, real = [reader.layout(stream)], reader.layout
    place.ledger.seal(stream)
    monkeypatch.setattr(reader, "layout", lambda wanted: stale.pop() if stale else real(wanted))
    assert sum(len(batch) for _, batch in reader.records(stream, 0, 5)) == 5
