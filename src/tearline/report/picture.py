"""A pathway as an SVG picture: who could have held it and when, lane by lane.

Deterministic text, no style sheet and no script: it can stand in a page, on the desk or in a file of its own. What
it shows is in the table beside it too; the picture itself is one image with a title and a description.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from tearline.records.kinds import Level
from tearline.records.naming import Names
from tearline.records.pathways import Pathway
from tearline.report.amounts import count, moment
from tearline.report.layout import lay_out
from tearline.report.marks import (
    AMBER,
    AMBER_INK,
    FAINT_WAY,
    HAIR,
    INK,
    MONO,
    PAPER,
    QUIET,
    SANS,
    TEAL,
    WAY,
    basis_line,
    level_mark,
    notch,
    tag,
    words,
)
from tearline.report.outside import plain
from tearline.report.shapes import GUTTER, MARGIN, WIDTH, Curve, Lane, Layout, Publication, Row, Rule, Steps
from tearline.report.wording import LEFT_OUT
from tearline.views.register import Register

_MOST_EVENTS = 50  # event ids written on one curve
# How a folded lane's areas are filled: as the marks are, from empty to full.
_FILL: Final = {Level.EXTRACTED: INK, Level.OPENED: "url(#{key}-half)", Level.DELIVERED: PAPER}


def picture(
    pathway: Pathway,
    register: Register,
    names: Names,
    *,
    publications: Sequence[Publication] = (),
    unfolded: bool = False,
    key: str = "pathway",
) -> Markup:
    """The SVG. `key` keeps its inner ids apart from those of other pictures in one page: letters and digits."""
    layout = lay_out(pathway, register, names, publications, unfolded=unfolded)
    return draw(layout, key, *describe(pathway, register))


def describe(pathway: Pathway, register: Register) -> tuple[str, str]:
    """Title and description of a pathway's picture, for those who do not see it."""
    product = register.products.get(pathway.product)
    title = f"Pathway of {plain(product.title) if product else plain(pathway.product)}"
    until = f"before {moment(pathway.before)}" if pathway.before else "to the end of the record"
    where = len({holder.organisation for holder in pathway.holders if holder.organisation})
    says = (
        f"{count(len(pathway.holders), 'holder')} in {count(where, 'organisation')} {until}, "
        f"{count(len(pathway.transfers), 'transfer')} and {count(len(pathway.gaps), 'gap')}. "
        "Organisations are lanes, time runs from left to right. The tables below say the same in words."
    )
    return title, says[0].upper() + says[1:]


def draw(layout: Layout, key: str, title: str, description: str) -> Markup:
    """SVG of a layout."""
    parts = [
        tag("title", words(title), id=f"{key}-title"),
        tag("desc", words(description), id=f"{key}-desc"),
        _patterns(key),
        *(_lane_ground(lane, n, layout) for n, lane in enumerate(layout.lanes)),
        *(_tick(x, label, layout) for x, label in layout.ticks),
        *(_steps(lane.steps, key) for lane in layout.lanes if lane.steps),
        *(
            tag(
                "g",
                tag("title", words(hatch.says)),
                tag(
                    "rect",
                    x=hatch.x,
                    y=hatch.y,
                    width=hatch.x_to - hatch.x,
                    height=hatch.height,
                    fill=f"url(#{key}-hatch)",
                ),
            )
            for hatch in layout.hatches
        ),
        *(_rule(rule, layout) for rule in layout.rules),
        *(_curve(curve) for curve in layout.curves),
        *(_row(row) for lane in layout.lanes for row in lane.rows),
        *(notch(item.x, item.y - 4.5, item.says) for item in layout.notches),
        *(_lane_words(lane) for lane in layout.lanes),
        *([_text(8, 16, LEFT_OUT.format(layout.left_out), fill=QUIET)] if layout.left_out else []),
    ]
    return tag(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        class_="pathway",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        viewBox=f"0 0 {layout.width:.0f} {layout.height:.0f}",
        width=f"{layout.width:.0f}",
        height=f"{layout.height:.0f}",
        font_family=SANS,
        font_size=12,
    )


def _patterns(key: str) -> Markup:
    stripes = tag("path", d="M-2 2l4 -4M0 8l8 -8M6 10l4 -4", stroke=AMBER_INK, stroke_width=1.1)
    dots = tag("rect", width=4, height=4, fill=PAPER) + tag("rect", width=1.4, height=4, fill=INK)
    ground = tag("rect", width=8, height=8, fill=AMBER, fill_opacity="0.2")
    return tag(
        "defs",
        tag("pattern", ground, stripes, id=f"{key}-hatch", width=8, height=8, patternUnits="userSpaceOnUse"),
        tag("pattern", dots, id=f"{key}-half", width=4, height=4, patternUnits="userSpaceOnUse"),
    )


def _text(x: float, y: float, text: str, **attributes: str | float | int | None) -> Markup:
    return tag("text", words(text), x=x, y=y, **attributes)


def _lane_ground(lane: Lane, n: int, layout: Layout) -> Markup:
    shade = tag("rect", x=0, y=lane.y, width=WIDTH, height=lane.height, fill="#f4f6f7" if n % 2 == 0 else PAPER)
    return shade + tag("path", d=f"M0 {lane.y:.1f}H{WIDTH:.0f}", stroke=HAIR, stroke_width=1)


def _tick(x: float, label: str, layout: Layout) -> Markup:
    bottom = layout.height - 22
    line = tag("path", d=f"M{x} {layout.top}V{bottom}", stroke=HAIR, stroke_width=1)
    return line + _text(
        x, layout.height - 7, label, text_anchor="middle", fill=QUIET, font_family=MONO, font_size=11
    )


def _rule(rule: Rule, layout: Layout) -> Markup:
    y = 16.0 + 17.0 * rule.shelf
    bottom = layout.height - 22
    parts = []
    if rule.x_to > rule.x + 1:
        parts.append(
            tag("rect", x=rule.x, y=y, width=rule.x_to - rule.x, height=bottom - y, fill=TEAL, fill_opacity="0.12")
        )
    width = 2.4 if rule.published else 1.4
    parts.append(tag("path", d=f"M{rule.x} {y - 9}V{bottom}", stroke=TEAL, stroke_width=width))
    fits = rule.x + 7.2 * len(rule.label) + 10 < WIDTH
    parts.append(
        _text(
            rule.x + 6 if fits else rule.x - 6,
            y,
            rule.label,
            fill=TEAL,
            font_weight=600 if rule.published else 400,
            text_anchor=None if fits else "end",
            paint_order="stroke",
            stroke=PAPER,
            stroke_width=3,
        )
    )
    return tag("g", *parts)


def _lane_words(lane: Lane) -> Markup:
    parts = [
        _text(8, lane.y + 17 + 15 * n, line, font_size=13, font_weight=600, fill=INK)
        for n, line in enumerate(lane.name_lines)
    ]
    if lane.note:
        parts.append(_text(8, lane.y + 17 + 15 * len(lane.name_lines), lane.note, font_size=11, fill=QUIET))
    x, y = WIDTH - MARGIN + 14, lane.y + 14
    for level in Level:
        if lane.counts.get(level):
            text = f"{lane.counts[level]:,}"
            parts.append(level_mark(x, y - 1, level, radius=4.2))
            parts.append(_text(x + 8, y + 3, text, font_family=MONO, font_size=11.5, fill=INK))
            x += 15 + 7.2 * len(text)
    if lane.gaps:
        below = lane.y + 32
        parts.append(notch(WIDTH - MARGIN + 14, below + 4))
        parts.append(
            _text(
                WIDTH - MARGIN + 22,
                below + 2,
                f"{lane.gaps} {'gap' if lane.gaps == 1 else 'gaps'}",
                font_size=11,
                fill=AMBER_INK,
            )
        )
    return tag("g", tag("title", words(lane.full_name)), *parts)


def _row(row: Row) -> Markup:
    label = row.label if len(row.label) <= 27 else row.label[:26] + "…"
    name = _text(18, row.y + 3.8, label, font_family=MONO, font_size=11, fill=INK if row.level else QUIET)
    if row.level is None or row.basis is None:
        dash = tag("path", d=f"M8 {row.y:.1f}h6", stroke=QUIET, stroke_width=1.4)
        return tag("g", dash, name, data_who=row.label)
    parts = []
    certain = row.certain_x if row.certain_x is not None else row.end_x
    if certain > row.x + 0.5:
        parts.append(
            tag("rect", x=row.x, y=row.y - 4.5, width=certain - row.x, height=9, fill=INK, fill_opacity="0.15")
        )
        parts.append(basis_line(f"M{row.x:.1f} {row.y:.1f}H{certain:.1f}", row.basis, colour=QUIET, width=1.3))
    if row.certain_x is not None and row.end_x > row.certain_x:
        parts.append(basis_line(f"M{row.certain_x:.1f} {row.y:.1f}H{row.end_x:.1f}", row.basis, width=2.2))
    parts.append(level_mark(row.x, row.y, row.level, resolved=row.resolved))
    return tag("g", tag("title", words(row.says)), name, *parts, class_="holding", data_who=row.label)


def _curve(curve: Curve) -> Markup:
    """From sender to receiver; a dot at the sender, hollow where no unbroken chain to the sender is recorded."""
    left, third = curve.x - curve.bulge, (curve.y_to - curve.y) / 4
    path = (
        f"M{curve.x:.1f} {curve.y:.1f}C{left:.1f} {curve.y + third:.1f} {left:.1f} {curve.y_to - third:.1f} "
        f"{curve.x:.1f} {curve.y_to:.1f}"
    )
    weight = 1.0 + min(1.2, 0.15 * (curve.amount.bit_length() - 1)) if curve.first else 1.0
    colour = WAY if curve.first else FAINT_WAY
    fill = WAY if curve.supported else PAPER
    parts = [
        tag("title", words(curve.says)),
        basis_line(path, curve.basis, colour=colour, width=weight, class_="way"),
        tag("circle", cx=curve.x, cy=curve.y, r=2.2, fill=fill, stroke=WAY, stroke_width=1.0),
    ]
    if curve.label_x:
        parts.append(
            _text(
                curve.label_x,
                curve.y_to + 4,
                f"×{curve.amount}",
                font_size=10.5,
                font_family=MONO,
                fill=QUIET,
                paint_order="stroke",
                stroke=PAPER,
                stroke_width=3,
            )
        )
    return tag("g", *parts, class_="transfer", data_events=" ".join(curve.events[:_MOST_EVENTS]))


def _steps(steps: Steps, key: str) -> Markup:
    """Stacked areas from empty to full, the most telling at the bottom; a heavy line: how many are certain."""
    if not steps.most:
        return Markup("")
    unit = (steps.height - 10) / steps.most
    floor = steps.top + steps.height
    edges = sorted({x for _, points in steps.by_level for x, _ in points})
    base = dict.fromkeys(edges, 0)
    parts = [tag("path", d=f"M{GUTTER:.1f} {floor:.1f}H{steps.end_x:.1f}", stroke=QUIET, stroke_width=1)]
    for level, points in steps.by_level:
        if not points:
            continue
        lower = dict(base)
        at = dict(points)
        n = 0
        for x in edges:
            n = at.get(x, n)
            base[x] = lower[x] + n
        over = _stairs(edges, base, floor, unit, steps.end_x)
        under = _stairs(edges, lower, floor, unit, steps.end_x)
        back = "".join(f"L{x:.1f} {y:.1f}" for x, y in reversed(under))
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in over) + back + "Z"
        parts.append(tag("path", d=path, fill=_FILL[level].format(key=key), stroke=INK, stroke_width=1.1))
    if steps.certain:
        sure = dict(steps.certain)
        line = _stairs(sorted(sure), sure, floor, unit, steps.end_x)
        path = f"M{line[0][0]:.1f} {floor:.1f}L" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line)
        parts.append(tag("path", d=path, fill="none", stroke=PAPER, stroke_width=4.4))
        parts.append(tag("path", d=path, fill="none", stroke=TEAL, stroke_width=2.2))
    return tag("g", *parts)


def _stairs(
    edges: Sequence[float], counts: dict[float, int], floor: float, unit: float, end: float
) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    last = 0
    for x in edges:
        points += [(x, floor - unit * last), (x, floor - unit * counts[x])]
        last = counts[x]
    return [*points, (max(end, edges[-1]), floor - unit * last)]
