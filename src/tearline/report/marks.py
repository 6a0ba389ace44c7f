"""The grammar of marks as SVG: levels as circles, bases as line styles, gaps as notches: never font glyphs.

Every mark survives grey print: it differs in shape or line style, and colour only repeats it. Attributes are
presentation attributes, so that a strict content security policy leaves them alone.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup, escape

from tearline.records.kinds import Basis, Level

INK: Final = "#16191d"
QUIET: Final = "#565d64"
HAIR: Final = "#d3d8db"
TEAL: Final = "#0b5563"
AMBER: Final = "#e0a021"
AMBER_INK: Final = "#7a4b00"
PAPER: Final = "#ffffff"
WAY: Final = "#4d565d"  # transfers
FAINT_WAY: Final = "#b3babf"
SANS: Final = "'IBM Plex Sans', 'Helvetica Neue', Arial, sans-serif"
MONO: Final = "'IBM Plex Mono', 'DejaVu Sans Mono', monospace"


def tag(name: str, *children: Markup, **attributes: str | float | int | None) -> Markup:
    """One element. Underscores in attribute names become hyphens (`class_` loses its own); None leaves one out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = Markup("").join(children)
    return Markup(f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>")  # noqa: S704


def _number(value: str | float | int) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def words(text: str) -> Markup:
    return escape(text)


def level_mark(x: float, y: float, level: Level, *, resolved: bool = True, radius: float = 5.0) -> Markup:
    """○ ◐ ●; for a name nobody has resolved, hollow and broken, the level as nothing, a bar or a point within."""
    if not resolved:
        ring = tag(
            "circle", cx=x, cy=y, r=radius, fill=PAPER, stroke=INK, stroke_width=1.5, stroke_dasharray="3.4 1.8"
        )
        if level is Level.OPENED:
            return ring + tag("path", d=f"M{x:.1f} {y - 2.4:.1f}v4.8", stroke=INK, stroke_width=1.5)
        return ring + tag("circle", cx=x, cy=y, r=1.7, fill=INK) if level is Level.EXTRACTED else ring
    fill = INK if level is Level.EXTRACTED else PAPER
    ring = tag("circle", cx=x, cy=y, r=radius, fill=fill, stroke=INK, stroke_width=1.5)
    if level is Level.OPENED:
        half = f"M{x:.1f} {y - radius:.1f}A{radius} {radius} 0 0 0 {x:.1f} {y + radius:.1f}Z"
        return ring + tag("path", d=half, fill=INK)
    return ring


def basis_line(
    path: str, basis: Basis, *, colour: str = INK, width: float = 1.6, class_: str | None = None
) -> Markup:
    """A path drawn dotted, dashed, solid or double. The double line is a wide one with its core taken out."""
    common = {"d": path, "fill": "none"}
    if basis is Basis.ATTESTED:
        outer = tag("path", **common, stroke=colour, stroke_width=width + 2.6, class_=class_)
        return outer + tag("path", **common, stroke=PAPER, stroke_width=width, stroke_linecap="butt")
    dash = {Basis.ADDRESSED: f"0.1 {width * 2.4:.1f}", Basis.ARRIVAL: "7 4"}.get(basis)
    cap = "round" if basis is Basis.ADDRESSED else "butt"
    thick = width * 1.35 if basis is Basis.ADDRESSED else width
    return tag(
        "path",
        **common,
        stroke=colour,
        stroke_width=thick,
        stroke_dasharray=dash,
        stroke_linecap=cap,
        class_=class_,
    )


def notch(x: float, y: float, says: str = "") -> Markup:
    """The amber notch: here the record is silent."""
    shape = tag(
        "path",
        d=f"M{x - 5:.1f} {y - 10:.1f}h10l-5 8z",
        fill=AMBER,
        stroke=AMBER_INK,
        stroke_width=1.1,
        stroke_linejoin="round",
    )
    return tag("g", tag("title", words(says)), shape) if says else shape


def level_sign(level: Level, resolved: bool = True) -> Markup:
    """The level's mark alone, for a table cell or a legend, beside its word."""
    return _sign(14, level_mark(7.0, 7.0, level, resolved=resolved))


def basis_sign(basis: Basis) -> Markup:
    return _sign(34, basis_line("M2 7h30", basis, width=2.0))


def notch_sign() -> Markup:
    return _sign(14, notch(7.0, 13.0))


def bar_sign() -> Markup:
    """First possible to first certain, then certain."""
    band = tag("rect", x=2, y=3, width=22, height=8, fill=INK, fill_opacity="0.16")
    return _sign(
        52, band + basis_line("M2 7h22", Basis.ACT, colour=QUIET) + basis_line("M24 7h26", Basis.ACT, width=2.6)
    )


def hatch_sign() -> Markup:
    stripes = "".join(f"M{x} 12l8 -10" for x in range(0, 34, 6))
    lines = tag("path", d=stripes, stroke=AMBER_INK, stroke_width=1.3, fill="none")
    return _sign(40, tag("rect", x=0, y=1, width=40, height=12, fill=AMBER, fill_opacity="0.22"), lines)


def _sign(width: int, *children: Markup) -> Markup:
    return tag(
        "svg",
        *children,
        class_="sign",
        width=width,
        height=14,
        viewBox=f"0 0 {width} 14",
        aria_hidden="true",
        focusable="false",
    )


def interval_bar(low: float, middle: float, high: float) -> Markup:
    """A probability on a line from 0 to 1: the interval as a bar, the value as a stroke."""
    width = 200.0
    scale = [tag("path", d="M0 10h200", stroke=HAIR, stroke_width=1)]
    scale += [tag("path", d=f"M{x} 7v6", stroke=QUIET, stroke_width=1) for x in (0.5, 50, 100, 150, 199.5)]
    bar = tag(
        "rect", x=low * width, y=5, width=max(2.0, (high - low) * width), height=10, fill=TEAL, fill_opacity="0.28"
    )
    edge = tag(
        "rect", x=low * width, y=5, width=max(2.0, (high - low) * width), height=10, fill="none", stroke=TEAL
    )
    value = tag("path", d=f"M{middle * width:.1f} 1v18", stroke=INK, stroke_width=2.4)
    return tag(
        "svg", *scale, bar, edge, value, class_="bar", width=200, height=20, viewBox="-2 0 204 20",
        aria_hidden="true", focusable="false",
    )  # fmt: skip
