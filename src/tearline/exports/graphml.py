"""A pathway as GraphML: people, groups and organisations as nodes, every transfer as an edge of its own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final

from tearline.exports.files import whole
from tearline.records.naming import Names, Who
from tearline.records.pathways import Pathway
from tearline.records.times import format_instant
from tearline.views.register import Register

_NAMESPACE: Final = "http://graphml.graphdrawing.org/xmlns"
_NODE_KEYS: Final = (
    ("kind", "string"),
    ("label", "string"),
    ("organisation", "string"),
    ("level", "string"),
    ("basis", "string"),
    ("first_possible", "string"),
    ("first_certain", "string"),
    ("resolved", "boolean"),
)
_EDGE_KEYS: Final = (
    ("event", "string"),
    ("event_kind", "string"),
    ("product", "string"),
    ("edge_basis", "string"),
    ("at_earliest", "string"),
    ("at_latest", "string"),
    ("supported", "boolean"),
)
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Values = dict[str, str | None]


def write_graphml(file: Path, pathway: Pathway, register: Register, names: Names) -> Path:
    """Write one pathway; people under `names`. A transfer without a sender or a receiver on record has no edge."""
    root = ET.Element("graphml", xmlns=_NAMESPACE)
    for scope, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
        for name, type_ in keys:
            ET.SubElement(root, "key", {"id": name, "for": scope, "attr.name": name, "attr.type": type_})
    graph = ET.SubElement(root, "graph", id=_clean(pathway.product), edgedefault="directed")
    ids: dict[str, str] = {}
    for identifier, values in _nodes(pathway, register, names).items():
        ids[identifier] = f"n{len(ids)}"
        _data(ET.SubElement(graph, "node", id=ids[identifier]), values)
    for n, transfer in enumerate(pathway.transfers):
        if transfer.from_ is None or transfer.to is None:
            continue
        edge = ET.SubElement(graph, "edge", id=f"e{n}", source=ids[transfer.from_], target=ids[transfer.to])
        _data(
            edge,
            {
                "event": transfer.event,
                "event_kind": transfer.kind,
                "product": transfer.product,
                "edge_basis": transfer.basis.word,
                "at_earliest": format_instant(transfer.at_earliest),
                "at_latest": format_instant(transfer.at_latest),
                "supported": str(transfer.supported).lower(),
            },
        )
    with whole(file) as place:
        ET.ElementTree(root).write(place, encoding="utf-8", xml_declaration=True)
    return file


def _nodes(pathway: Pathway, register: Register, names: Names) -> dict[str, Values]:
    nodes: dict[str, Values] = {}
    for holder in pathway.holders:
        nodes[holder.person] = {
            "kind": "person",
            "label": names.field(holder.person),
            "organisation": holder.organisation,
            "level": holder.level.word,
            "basis": holder.basis.word,
            "first_possible": format_instant(holder.first_possible),
            "first_certain": format_instant(holder.first_certain) if holder.first_certain else None,
            "resolved": str(holder.resolved).lower(),
        }
    for transfer in pathway.transfers:
        for party in (transfer.from_, transfer.to):
            if party is None or party in nodes:
                continue
            if isinstance(party, Who):
                nodes[party] = {"kind": "person", "label": names.field(party)}
            else:
                known = register.organisations.get(party) or register.groups.get(party)
                kind = "organisation" if party in register.organisations else "group"
                nodes[party] = {"kind": kind, "label": known.name if known else party}
    return nodes


def _data(element: ET.Element, values: Values) -> None:
    for key, value in values.items():
        if value is not None:
            ET.SubElement(element, "data", key=key).text = _clean(value)


def _clean(text: str) -> str:
    """Without the characters XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
