"""W3C PROV-JSON: who used, copied, printed or destroyed a product, as a system that keeps provenance says it.

A record is a statement that a thing was used, generated, derived, attributed or invalidated. Entities, activities
and agents, and the statements that tie agents to activities, are what such statements are understood by; they are
no records by themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from tearline.intake import json_fields as js
from tearline.intake.json_stream import first_object
from tearline.intake.lines import SourceFile
from tearline.intake.log_events import FileNames, detail, faulty, no_product, organisation, refused, when
from tearline.intake.native import Clock, Item, Reader, Record, Told
from tearline.intake.rows import Unread
from tearline.intake.texts import DEEPEST
from tearline.intake.verbs import meaning
from tearline.records.errors import BadInput

# Which statements are records, and what they show where the activity's own words say no more.
RECORDS: Final = MappingProxyType({
    "used": "opened", "wasGeneratedBy": "copied", "wasDerivedFrom": "excerpted", "wasInvalidatedBy": "destroyed",
    "wasAttributedTo": None, "wasQuotedFrom": "excerpted", "wasRevisionOf": "excerpted",
})  # fmt: skip
LARGEST = 64 << 20

_MOST_AGENTS = 20
_SOFTWARE = "prov:SoftwareAgent"
_PARTS = (*RECORDS, "entity", "activity", "agent", "wasAssociatedWith", "bundle", "prefix", "actedOnBehalfOf")
_LABELS = ("prov:label", "prov:type", "prov:location", "dcterms:title", "schema:name", "foaf:name")


def _recognises(name: str, head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(b"{") or re.search(rb'(?<!\\)"class_uid"|(?<!\\)"Operation"', first_object(head)):
        return False
    return len(set(re.findall(rb'(?<!\\)"(' + "|".join(_PARTS).encode() + rb')"\s*:\s*\{', head))) >= 2


def _read(source: SourceFile, told: Told) -> Iterator[Item]:
    document = _document(source)
    names = FileNames(told.finder)
    number = 0
    bundles = js.mapping(document, "bundle").values()
    for whole in (document, *(one for one in bundles if isinstance(one, Mapping))):
        agents = _associations(whole)
        for relation in RECORDS:
            for key, statement in js.mapping(whole, relation).items():
                # Several statements under one identifier stand in a list.
                for one in statement if isinstance(statement, list) else [statement]:
                    number += 1
                    raw = json.dumps(_unit(whole, agents, relation, key, one), ensure_ascii=False)
                    yield _item(number, raw, told, names)
    if number == 0:
        raise BadInput(
            "the document states nothing that was used, generated or derived",
            where=source.name,
            remedy="Check that it is PROV-JSON, and whole",
        )


def _document(source: SourceFile) -> Mapping[str, Any]:
    source.digest()
    if source.size > LARGEST:
        raise BadInput(
            f"a document of {source.size:,} bytes; at most {LARGEST:,} are read",
            where=source.name,
            remedy="Export it in parts",
        )
    try:
        found = json.loads(source.whole().decode("utf-8-sig"))
    except RecursionError:
        raise BadInput("the JSON is nested too deeply", where=source.name, remedy="Flatten it") from None
    except ValueError as error:
        raise BadInput(f"not valid JSON ({error})", where=source.name, remedy="Export it again") from None
    if not isinstance(found, dict):
        raise BadInput("not PROV-JSON: no object", where=source.name, remedy="Export it again")
    return found


def _associations(whole: Mapping[str, Any]) -> dict[str, list[str]]:
    """Activity -> agents, in order."""
    found: dict[str, list[str]] = {}
    for statement in js.mapping(whole, "wasAssociatedWith").values():
        for one in statement if isinstance(statement, list) else [statement]:
            activity, agent = js.text(one, "prov:activity"), js.text(one, "prov:agent")
            if activity and agent:
                found.setdefault(activity, []).append(agent)
    return found


def _unit(
    whole: Mapping[str, Any], agents: Mapping[str, list[str]], relation: str, key: str, statement: object
) -> dict[str, Any]:
    """One statement with all that it is understood by, so that it can be read again by itself."""
    activity = js.text(statement, "prov:activity")
    if relation == "wasAttributedTo":
        who = [js.text(statement, "prov:agent")]
    else:
        who = list(agents.get(activity or "", ())[:_MOST_AGENTS])
    things = {
        role: {"id": name, "says": _said(whole, "entity", name)}
        for role in ("entity", "usedEntity", "generatedEntity")
        if (name := js.text(statement, f"prov:{role}"))
    }
    return {
        "relation": relation,
        "id": None if key.startswith("_:") else key,
        "time": js.text(_plain(statement, "prov:time")),
        "started": js.text(_plain(_element(whole, "activity", activity), "prov:startTime")),
        "ended": js.text(_plain(_element(whole, "activity", activity), "prov:endTime")),
        "activity": activity,
        "does": _said(whole, "activity", activity),
        "things": things,
        "agents": [{"id": name, "says": _said(whole, "agent", name)} for name in who if name],
    }


def _element(whole: Mapping[str, Any], kind: str, name: str | None) -> object:
    found = js.mapping(whole, kind).get(name or "")
    return found[0] if isinstance(found, list) and found else found


def _said(whole: Mapping[str, Any], kind: str, name: str | None) -> list[str]:
    """The labels of an element, titles and names first."""
    element = _element(whole, kind, name)
    if not isinstance(element, Mapping):
        return []
    return [text for label in _LABELS if (text := js.text(_plain(element, label)))]


def _plain(element: object, key: str) -> object:
    """A value without its type: `{"$": "text", "type": "xsd:string"}` is the text; of a list, the first."""
    value = element.get(key) if isinstance(element, Mapping) else None
    for _ in range(DEEPEST):
        if isinstance(value, list) and value:
            value = value[0]
        elif isinstance(value, Mapping) and "$" in value:
            value = value["$"]
        else:
            break
    return value


def _again(line: int, raw: str, told: Told) -> Item:
    return _item(line, raw, told, FileNames(told.finder))


def _item(line: int, raw: str, told: Told, names: FileNames) -> Item:
    try:
        unit = json.loads(raw)
    except (ValueError, RecursionError):
        unit = None
    if not isinstance(unit, dict) or unit.get("relation") not in RECORDS:
        return Unread(line, raw, "not a statement of PROV-JSON", "Take in the document again")
    relation = str(unit["relation"])
    thing, product = _product(unit, names)
    if product is None:
        return no_product(line, raw, relation, thing, "prov:entity")
    kind = meaning(*js.texts(unit, "does"), js.text(unit, "activity")) or RECORDS[relation]
    if relation != "used" and kind in ("opened", "downloaded"):
        kind = RECORDS[relation]
    if kind is None:
        what = f"{relation}: it says whose the product is, not that anybody handled it"
        return refused(line, raw, what)
    agents = [one for one in js.objects(unit, "agents") if _SOFTWARE not in js.texts(one, "says")]
    if not agents:
        return refused(line, raw, f"{relation}: no person is associated with what was done", "wasAssociatedWith")
    start, end = js.text(unit, "time") or js.text(unit, "started"), js.text(unit, "time") or js.text(unit, "ended")
    try:
        first, last = when(start or end, told, "prov:time"), when(end or start, told, "prov:time")
        time = {"at_earliest": first["at_earliest"], "at_latest": last["at_latest"]}
    except BadInput as fault:
        return faulty(line, raw, fault)
    into = js.text(unit, "things", "generatedEntity", "id") if relation.startswith("wasDerived") else None
    more = {"statement": relation, "activity": js.text(unit, "activity"), "into": into, "entity": thing}
    number = js.text(unit, "id")
    events = []
    for place, agent in enumerate(agents):
        event = {
            **time,
            "id": f"{number}/{place}" if number and place else number,
            "kind": kind,
            "product": product,
            "actor": _local(js.text(agent, "id") or ""),
            "organisation": organisation(told),
            "system": "prov",
            "detail": detail(more),
        }
        events.append(event)
    return Record(line, raw, tuple(events))


def _product(unit: Mapping[str, Any], names: FileNames) -> tuple[str | None, str | None]:
    """What the statement is about, and which product that is: what was used, before what came of it."""
    shown: str | None = None
    for role in ("usedEntity", "entity", "generatedEntity"):
        thing = js.mapping(unit, "things", role)
        name = js.text(thing, "id")
        shown = shown or name
        product = names.product(_local(name or ""), *js.texts(thing, "says"))
        if product is not None:
            return name, product
    return shown, None


def _local(name: str) -> str:
    """A qualified name without its prefix; a login or an address stays as it is."""
    return name.split(":", 1)[1] if re.match(r"[A-Za-z][\w-]{0,40}:(?!//)\S", name) else name


READER = Reader("prov", _recognises, _read, _again, Clock(None, "as written"))
