"""The report as one self-contained HTML file.

Nothing is fetched: style, script, fonts and pictures stand in the file, and its content security policy allows
nothing else. The script and the style are named there by hash, so that nothing that slipped in could run.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tearline.records.documents import AnswerBasis
from tearline.records.frequencies import frequency
from tearline.records.investigations import Investigation
from tearline.records.kinds import Basis, EvidenceKind, Level
from tearline.records.markings import MarkingScheme
from tearline.records.naming import Names, resolve_mentions
from tearline.report import amounts, marks, wording
from tearline.report.content import Composer
from tearline.report.outside import isolated, language, plain, visible
from tearline.report.sections import Asked
from tearline.views.register import Register

_HERE: Final = Path(__file__).parent
_FONTS: Final = (  # file, family, weight, style
    ("plex-sans-400-normal", "IBM Plex Sans", 400, "normal"),
    ("plex-sans-400-italic", "IBM Plex Sans", 400, "italic"),
    ("plex-sans-600-normal", "IBM Plex Sans", 600, "normal"),
    ("plex-mono-400-normal", "IBM Plex Mono", 400, "normal"),
    ("plex-serif-400-normal", "IBM Plex Serif", 400, "normal"),
    ("plex-serif-600-normal", "IBM Plex Serif", 600, "normal"),
)


def render_report(
    investigation: Investigation,
    register: Register,
    names: Names,
    *,
    basis: AnswerBasis,
    asked: Asked,
    scheme: MarkingScheme,
) -> str:
    """The report on an investigation: HTML that needs no network. People are called what `names` calls them."""
    page = Composer(investigation, register, names, basis=basis, asked=asked, scheme=scheme).page()
    style = _style()
    script = (_HERE / "templates" / "report.js").read_text(encoding="utf-8")
    return str(
        _environment()
        .get_template("report.html")
        .render(
            page=page,
            say=lambda text: visible(resolve_mentions(text, names.words)),
            style=Markup(style),  # noqa: S704 - ours
            script=Markup(script),  # noqa: S704 - ours
            policy=(
                f"default-src 'none'; style-src 'sha256-{_hash(style)}'; script-src 'sha256-{_hash(script)}'; "
                "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
            ),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tearline.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "visible": visible,
        "isolated": isolated,
        "language": language,
        "plain": plain,
        "stamp": amounts.stamp,
        "moment": amounts.moment,
        "span": amounts.span,
        "figure": amounts.figure,
        "frequency": frequency,
        "sentence": amounts.sentence,
    }
    environment.globals |= {
        "count": amounts.count,
        "marks": marks,
        "wording": wording,
        "levels": tuple(reversed(Level)),
        "bases": tuple(reversed(Basis)),
        "evidence_kinds": tuple(EvidenceKind),
        "interval_bar": marks.interval_bar,
    }
    return environment


@cache
def _style() -> str:
    """The style sheet, with the fonts that are there."""
    faces = []
    for file, family, weight, style in _FONTS:
        path = _HERE / "fonts" / f"{file}.woff2"
        if path.is_file():
            data = base64.b64encode(path.read_bytes()).decode()
            faces.append(
                f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};'
                f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
            )
    sheet = (_HERE / "templates" / "report.css").read_text(encoding="utf-8")
    return "\n".join([*faces, sheet])


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
