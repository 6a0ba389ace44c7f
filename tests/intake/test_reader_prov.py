"""PROV-JSON: statements of use, generation, derivation and invalidation."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reader_world import events, read, reasons

from tearline.records.errors import BadInput

Write = Callable[[str, str | bytes], Path]


def document(**more: Any) -> dict[str, Any]:
    return {
        "prefix": {"ex": "https://example.org/"},
        "entity": {
            "ex:r1": {"prov:label": {"$": "ACME 2025-0417 Grain.docx", "type": "xsd:string"}},
            "ex:menu": {"prov:label": "menu.docx"},
            "ex:note": {"prov:label": "Note for the minister"},
        },
        "activity": {
            "ex:a1": {
                "prov:label": "Print job",
                "prov:startTime": "2025-03-02T09:15:00Z",
                "prov:endTime": "2025-03-02T09:16:00Z",
            },
            "ex:a2": {"prov:startTime": "2025-03-02T10:00:00+01:00"},
            "ex:a3": {},
        },
        "agent": {
            "ex:backup": {"prov:type": "prov:SoftwareAgent"},
            "ex:l.chen": {"prov:type": {"$": "prov:Person", "type": "xsd:QName"}},
        },
        "wasAssociatedWith": {
            "_:w1": {"prov:activity": "ex:a1", "prov:agent": "ex:l.chen"},
            "_:w0": {"prov:activity": "ex:a2", "prov:agent": "ex:backup"},
            "_:w2": {"prov:activity": "ex:a2", "prov:agent": "ex:l.chen"},
        },
    } | more


def test_what_was_used_derived_and_invalidated(write: Write) -> None:
    text = json.dumps(
        document(
            used={
                "_:u1": {"prov:activity": "ex:a1", "prov:entity": "ex:r1"},
                "ex:u2": {"prov:activity": "ex:a2", "prov:entity": "ex:r1", "prov:time": "2025-03-02T09:30:00Z"},
            },
            wasDerivedFrom={
                "_:d1": {"prov:generatedEntity": "ex:note", "prov:usedEntity": "ex:r1", "prov:activity": "ex:a2"}
            },
            wasInvalidatedBy={"_:i1": [{"prov:entity": "ex:r1", "prov:activity": "ex:a2"}]},
        ),
        indent=1,
    )
    found = events(read(write("prov.json", text)))
    assert [(one["kind"], one["at_earliest"], one["at_latest"], one.get("id")) for one in found] == [
        ("printed", "2025-03-02T09:15:00Z", "2025-03-02T09:16:00Z", None),
        ("opened", "2025-03-02T09:30:00Z", "2025-03-02T09:30:00Z", "ex:u2"),
        ("excerpted", "2025-03-02T09:00:00Z", "2025-03-02T09:00:00Z", None),
        ("destroyed", "2025-03-02T09:00:00Z", "2025-03-02T09:00:00Z", None),
    ]
    assert {one["actor"] for one in found} == {"l.chen"}
    assert found[2]["detail"] == {
        "statement": "wasDerivedFrom", "activity": "ex:a2", "into": "ex:note", "entity": "ex:r1"
    }  # fmt: skip


def test_statements_in_a_bundle(write: Write) -> None:
    inner = document(used={"_:u1": {"prov:activity": "ex:a2", "prov:entity": "ex:r1"}})
    outer = {"prefix": {}, "bundle": {"ex:b": inner, "ex:odd": 7}}
    assert len(events(read(write("prov.json", json.dumps(outer))))) == 1


def test_what_shows_no_handling_says_so_in_a_sentence(write: Write) -> None:
    text = json.dumps(
        document(
            used={
                "_:u1": {"prov:activity": "ex:a2", "prov:entity": "ex:menu"},
                "_:u2": {"prov:activity": "ex:a3", "prov:entity": "ex:r1"},
                "_:u3": {"prov:activity": "ex:a2", "prov:entity": "ex:r1", "prov:time": "noon"},
                "_:u4": None,
            },
            wasAttributedTo={"_:t": {"prov:entity": "ex:r1", "prov:agent": "ex:l.chen"}},
        )
    )
    assert reasons(read(write("prov.json", text))) == [
        "used: no registered product is recognised in 'ex:menu'",
        "used: no person is associated with what was done",
        "'noon' is not a time",
        "used: no registered product is recognised because it names no file",
        "wasAttributedTo: it says whose the product is, not that anybody handled it",
    ]


def test_a_file_that_is_no_document_is_at_fault_itself(write: Write) -> None:
    deep = '{"prefix": {}, "entity": ' + '{"a": ' * 100_000
    nested = '{"prefix": {}, "entity": {"a": ' + "[" * 900 + "]" * 900 + "}}"
    for number, text in enumerate((deep, nested, "{", "[]", "{}", "\0", '{"used": 3, "entity": {}}')):
        with pytest.raises(BadInput):
            read(write(f"{number}.json", text), name="prov")
