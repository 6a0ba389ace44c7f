"""Setting a letter: PDF by typst with the fonts that are shipped, DOCX by python-docx."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import docx as word
import typst
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from tearline.desk.requests.letters import Letter

HERE: Final = Path(__file__).parent


@cache
def _fonts() -> typst.Fonts:
    """The fonts in the package alone: the same letter on every machine."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(HERE / "fonts")])


def pdf(letter: Letter) -> bytes:
    """The letter as PDF, A4."""
    made = typst.compile(
        str(HERE / "letter.typ"),
        root=str(HERE),
        font_paths=_fonts(),
        sys_inputs={"letter": json.dumps(asdict(letter))},
        format="pdf",
        timestamp=int(datetime.now(UTC).timestamp()),
    )
    assert isinstance(made, bytes)  # one file for all pages, as PDF is
    return made


def docx(letter: Letter) -> bytes:
    """The letter as DOCX, A4, with the marking in the header and footer of every page."""
    made: Any = word.Document()
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(28)
    base = made.styles["Normal"]
    base.font.name, base.font.size = "IBM Plex Serif", Pt(10.5)
    base.paragraph_format.space_after = Pt(7)
    for place in (section.header, section.footer):
        line = place.paragraphs[0]
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.add_run(letter.marking).bold = True
    _page_numbers(section.footer.add_paragraph(), letter)
    _heading(made, letter.sender, 12)
    made.add_paragraph(letter.addressee)
    made.add_paragraph(letter.place_and_day)
    _heading(made, letter.title, 14)
    table = made.add_table(rows=0, cols=2)
    for label, value in letter.facts:
        cells = table.add_row().cells
        cells[0].width, cells[1].width = Mm(42), Mm(118)
        run = cells[0].paragraphs[0].add_run(label)
        run.bold, run.font.color.rgb = True, RGBColor(0x0B, 0x55, 0x63)
        cells[1].paragraphs[0].add_run(value)
    made.add_paragraph()
    for said in letter.opening:
        made.add_paragraph(said)
    _heading(made, letter.items_heading, 10.5).paragraph_format.keep_with_next = True
    for item in letter.items:
        made.add_paragraph(item, style="List Number")
    for said in letter.closing:
        made.add_paragraph(said)
    made.add_paragraph()
    made.add_paragraph(letter.signature)
    made.core_properties.title, made.core_properties.author = letter.title, letter.sender
    made.core_properties.language = letter.language
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _heading(made: Any, text: str, size: float) -> Any:
    line = made.add_paragraph()
    run = line.add_run(text)
    run.bold, run.font.name, run.font.size = True, "IBM Plex Sans", Pt(size)
    return line


def _page_numbers(line: Any, letter: Letter) -> None:
    """`Page 1 of 2` as fields that the word processor fills in."""
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    fields = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
    rest = letter.page_of
    while rest:
        place, mark = min(((rest.find(one), one) for one in fields if one in rest), default=(len(rest), ""))
        if rest[:place]:
            line.add_run(rest[:place])
        if mark:
            field = OxmlElement("w:fldSimple")
            field.set(qn("w:instr"), fields[mark])
            line._p.append(field)
        rest = rest[place + len(mark) :]
