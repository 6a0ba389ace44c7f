"""The record in others' formats, read back by plain readers of each."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import networkx
import prov.model
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import report_scenes as scenes
from tearline.exports import ExportFormat, export
from tearline.exports.files import file_name
from tearline.records.errors import BadInput
from tearline.records.events import STORED_EVENTS
from tearline.records.pathways import Pathway
from tearline.report import picture
from tearline.views.register import Register

AT = datetime(2026, 2, 8, 9, tzinfo=UTC)
RAW = ("p1", "Ada Lorme", "Cpt. Halden", "=HYPERLINK(1)")


def events() -> pa.Table:
    rows = [
        {
            "id": f"e{n}",
            "kind": "forwarded",
            "product": "VX-2026-014",
            "at_earliest": AT,
            "at_latest": AT,
            "actor": actor,
            "recipient": scenes.COAST,
            "system": "=1+1",
            "detail": json.dumps({"into": "VX-2026-020", "note": "Ada Lorme took it"}),
            "batch": "b1",
            "position": n,
        }
        for n, actor in enumerate(RAW)
    ]
    return pa.Table.from_pylist(rows, STORED_EVENTS)


def drawn(register: Register) -> Callable[[Pathway], str]:
    return lambda pathway: picture(pathway, register, scenes.NAMES)


def exported(folder: Path, form: ExportFormat) -> tuple[Path, ...]:
    _, register = scenes.small()
    return export(form, folder, register, [scenes.small_pathway()], events(), scenes.NAMES, drawn(register))


def test_csv_is_safe_in_a_spreadsheet_and_names_nobody(tmp_path: Path):
    file, holders = exported(tmp_path, ExportFormat.CSV)
    text = file.read_text(encoding="utf-8") + holders.read_text(encoding="utf-8")
    assert "Ada" not in text and "Halden" not in text
    with file.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["id"] for row in rows] == ["e0", "e1", "e2", "e3"]
    assert {row["system"] for row in rows} == {"'=1+1"}
    assert rows[0]["at_earliest"].startswith("2026-02-08T09:00:00") and rows[0]["at_earliest"].endswith("Z")
    assert rows[0]["detail_into"] == "VX-2026-020" and rows[0]["recipient"] == scenes.COAST
    with holders.open(newline="", encoding="utf-8") as lines:
        held = list(csv.DictReader(lines))
    assert [row["level"] for row in held] == ["opened", "delivered", "extracted", "opened"]
    assert held[1]["first_certain"] == ""


def test_one_person_is_one_value_however_the_source_wrote_them(tmp_path: Path):
    file, holders = exported(tmp_path, ExportFormat.PARQUET)
    actors = pq.read_table(file)["actor"].to_pylist()
    assert actors[0] == actors[1] == scenes.NAMES.field("p1")
    assert len(set(actors)) == 3
    assert scenes.NAMES.field("p1") in pq.read_table(holders)["person"].to_pylist()


def test_prov_names_only_what_it_declares(tmp_path: Path):
    (file,) = exported(tmp_path, ExportFormat.PROV)
    document = json.loads(file.read_text(encoding="utf-8"))
    assert len([e for e in document["entity"].values() if e["prov:type"]["$"] == "tl:Holding"]) == 4
    assert set(document["activity"]) == {f"tl:event/e{n}" for n in range(1, 6)}
    for relation in ("used", "wasAssociatedWith", "wasGeneratedBy", "wasAttributedTo", "specializationOf"):
        for ends in document[relation].values():
            for role, name in ends.items():
                kind = {"prov:agent": "agent", "prov:activity": "activity"}.get(role, "entity")
                assert role == "prov:role" or name in document[kind], (relation, name)
    assert "Halden" not in file.read_text(encoding="utf-8")


def test_the_prov_package_reads_it_back(tmp_path: Path):
    (file,) = exported(tmp_path, ExportFormat.PROV)
    document = prov.model.ProvDocument.deserialize(file, format="json")
    again = prov.model.ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
    assert document == again
    assert len(list(document.get_records(prov.model.ProvActivity))) == 5
    assert {agent.identifier.localpart for agent in document.get_records(prov.model.ProvAgent)}


def test_networkx_reads_the_graph_back(tmp_path: Path):
    (file,) = exported(tmp_path, ExportFormat.GRAPHML)
    graph = networkx.read_graphml(file)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (6, 5)
    assert sum("level" in attributes for _, attributes in graph.nodes(data=True)) == 4


def test_the_picture_is_a_file_of_its_own(tmp_path: Path):
    (file,) = exported(tmp_path, ExportFormat.SVG)
    root = ET.parse(file).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert file.name.endswith(".svg")
    assert "Ada" not in file.read_text(encoding="utf-8")


def test_graphml_has_every_holder_and_transfer(tmp_path: Path):
    (file,) = exported(tmp_path, ExportFormat.GRAPHML)
    space = {"g": "http://graphml.graphdrawing.org/xmlns"}
    graph = ET.parse(file).getroot().find("g:graph", space)
    assert graph is not None
    nodes = {node.get("id") for node in graph.findall("g:node", space)}
    edges = graph.findall("g:edge", space)
    assert len(nodes) == 6 and len(edges) == 5
    assert all(edge.get("source") in nodes and edge.get("target") in nodes for edge in edges)


def test_an_id_from_outside_chooses_no_path(tmp_path: Path):
    _, register = scenes.small()
    odd = replace(scenes.small_pathway(), product="../../etc/passwd\x00\x07")
    for form in (ExportFormat.PROV, ExportFormat.GRAPHML, ExportFormat.SVG):
        (file,) = export(form, tmp_path / "out", register, [odd], events(), scenes.NAMES, drawn(register))
        assert file.parent == tmp_path / "out"
    assert file_name("a/b") != file_name("a-b") and file_name("VX-2026-014") == "VX-2026-014"
    assert not file_name("..").startswith(".")


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(BadInput, match="Name a folder"):
        exported(tmp_path / "out", ExportFormat.CSV)
