"""The formats of `export`, and the one door to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path

import pyarrow as pa

from tearline.exports.files import file_name, made, write_text
from tearline.exports.graphml import write_graphml
from tearline.exports.prov import write_prov
from tearline.exports.tables import write_tables
from tearline.records.naming import Names
from tearline.records.pathways import Pathway
from tearline.views.register import Register


class ExportFormat(StrEnum):
    PROV = "prov"
    GRAPHML = "graphml"
    CSV = "csv"
    PARQUET = "parquet"
    SVG = "svg"


def export(  # noqa: PLR0917 - six things of six kinds, in the order of the sentence
    format_name: ExportFormat,
    folder: Path,
    register: Register,
    pathways: Iterable[Pathway],
    events: pa.Table | pa.RecordBatchReader,
    names: Names,
    draw: Callable[[Pathway], str],
) -> tuple[Path, ...]:
    """Write the record into `folder` and return the files, people under `names`.

    `csv` and `parquet`: the events (columns of STORED_EVENTS) and the holders of every pathway. `prov`, `graphml`
    and `svg`: a file a product that has a holder or a transfer; `draw` makes its picture. Raises BadInput where
    `folder` is a file.
    """
    made(folder)
    if format_name in (ExportFormat.CSV, ExportFormat.PARQUET):
        return write_tables(folder, format_name.value, register, pathways, events=events, names=names)
    if format_name is ExportFormat.SVG:
        return tuple(
            write_text(folder / f"{file_name(pathway.product)}.svg", draw(pathway))
            for pathway in pathways
            if pathway.holders or pathway.transfers
        )
    write, suffix = (write_prov, "prov.json") if format_name is ExportFormat.PROV else (write_graphml, "graphml")
    return tuple(
        write(folder / f"{file_name(pathway.product)}.{suffix}", pathway, register, names)
        for pathway in pathways
        if pathway.holders or pathway.transfers
    )
