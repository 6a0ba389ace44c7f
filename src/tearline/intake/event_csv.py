"""Blocks of an `events.csv` as records: in compiled code, across the ends of blocks, torn ones apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tearline.intake.csv_scan import Converted
from tearline.intake.event_bulk import EventScanner, Raw, Scanned
from tearline.intake.event_scan import READ
from tearline.intake.lines import LongLine, SourceFile
from tearline.intake.rows import CsvTable, csv_records, not_text, too_long, torn


class CsvEvents:
    """Iterate over it for the plain events of each block, with the other records as they stand."""

    def __init__(self, source: SourceFile, table: CsvTable, scanner: EventScanner, block: int) -> None:
        self._source, self._table, self._scanner, self._block = source, table, scanner, block
        self._columns = np.array([READ.index(name) if name in READ else -1 for name in table.header], np.int64)
        self._width = sum(len(name) + 6 for name in table.header) + 4
        line, text = next(csv_records(source))
        self._header_lines = line - 1 + str(text).count("\n") + 1

    def __iter__(self) -> Iterator[Scanned]:
        held, line = b"", 1
        for block in self._source.blocks(self._block):
            if isinstance(block, LongLine):
                # What was open before it is as torn as it is long.
                yield self._scanner.nothing([*torn(line, _lines(held)), (block.number, too_long(block))])
                held, line = b"", block.number + 1
                continue
            fault = not_text(self._source.name, block.first, block.data)
            if fault is not None:
                raise fault
            data, at = held + block.data, 0
            if line == 1 and not held:
                for _ in range(self._header_lines):
                    at = data.index(b"\n", at) + 1
                line += self._header_lines
            while at < len(data):
                made = Converted(data, at, line, self._table.delimiter, self._columns, self._width)
                scanned, doubtful = self._scanner.read_lines(
                    self._source.name, made.data, made.bounds, made.records[:, 2].copy()
                )
                rest: list[Raw] = []
                for start, end, number in made.records[doubtful].tolist():
                    raw = data[start:end].decode().replace("\r\n", "\n")
                    if raw.strip():
                        rest.append((number, raw))
                at, line = made.stopped, made.line
                if made.torn:
                    lines = _lines(data[at : made.torn])
                    rest += torn(line, lines)
                    at, line = made.torn, line + len(lines)
                yield replace(scanned, rest=rest)
                if not made.torn:
                    break
            held = data[at:]
        if held:
            yield self._scanner.nothing(list(torn(line, _lines(held))))


def _lines(data: bytes) -> list[str]:
    return [line.decode().removesuffix("\r") for line in data.split(b"\n")[:-1]]
