"""The pathway's picture: well-formed, deterministic, in the grammar of marks, and readable without colour."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

import report_scenes as scenes
from tearline.records.kinds import Level, OrganisationKind
from tearline.records.people import Organisation
from tearline.records.times import Interval
from tearline.report import Publication, picture
from tearline.report.layout import lay_out
from tearline.report.timescale import TimeScale

SVG = {"s": "http://www.w3.org/2000/svg"}
PUBLISHED = Publication(
    "published: <b>& “Grain”", Interval(scenes.PUBLISHED, scenes.PUBLISHED + timedelta(days=1))
)


def scene(name: str = "small"):
    investigation, register = getattr(scenes, name)()
    return investigation.pathways[0], register


@pytest.mark.parametrize("name", ["small", "large", "silent", "hostile"])
@pytest.mark.parametrize("unfolded", [False, True])
def test_it_is_well_formed_and_the_same_twice(name: str, unfolded: bool):
    pathway, register = scene(name)
    first, again = (
        picture(pathway, register, scenes.NAMES, publications=(PUBLISHED,), unfolded=unfolded) for _ in range(2)
    )
    root = ET.fromstring(first)
    assert first == again
    assert (
        root.get("role") == "img"
        and root.find("s:title", SVG) is not None
        and root.find("s:desc", SVG) is not None
    )
    assert "style=" not in first


def test_lanes_begin_with_the_originator_then_by_first_arrival():
    pathway, register = scene()
    layout = lay_out(pathway, register, scenes.NAMES)
    assert [lane.full_name for lane in layout.lanes] == [
        "Valmere Assessment Service",
        "Cabinet Office of Valmere",
        "Coast and Harbour Authority",
    ]
    assert layout.lanes[0].note == "originator"
    assert all(
        below.y == above.y + above.height for above, below in zip(layout.lanes, layout.lanes[1:], strict=False)
    )


def test_possible_and_certain_are_two_places():
    pathway, register = scene()
    rows = [row for lane in lay_out(pathway, register, scenes.NAMES).lanes for row in lane.rows]
    at_once, never, later, unresolved = rows
    assert at_once.certain_x == at_once.x
    assert never.certain_x is None
    assert later.certain_x is not None and later.x < later.certain_x < later.end_x
    assert not unresolved.resolved and unresolved.label == f"“{scenes.NAMES.field('Cpt. Halden')}”"


def test_a_hole_in_a_log_is_a_stretch_of_its_lane_and_other_gaps_are_notches():
    pathway, register = scene()
    layout = lay_out(pathway, register, scenes.NAMES)
    (hatch,) = layout.hatches
    coast = layout.lanes[2]
    assert coast.y < hatch.y and hatch.y + hatch.height < coast.y + coast.height
    scale_days = (hatch.x_to - hatch.x) / 14
    assert 15 < scale_days < 25
    assert [notch.says for notch in layout.notches] == ["delivered without receipt", "unresolved name"]


def test_a_lane_with_many_is_folded_into_counts_that_add_up():
    pathway, register = scene("large")
    folded = lay_out(pathway, register, scenes.NAMES)
    unfolded = lay_out(pathway, register, scenes.NAMES, unfolded=True)
    assert folded.height < 1400 < unfolded.height
    for lane in folded.lanes:
        assert sum(lane.counts.values()) == (
            lane.steps.most if lane.steps else sum(r.level is not None for r in lane.rows)
        )
        if lane.steps:
            last = {level: points[-1][1] if points else 0 for level, points in lane.steps.by_level}
            assert last == {level: lane.counts.get(level, 0) for level in Level}
    assert sum(len(lane.rows) for lane in unfolded.lanes) >= 1500
    assert len(folded.curves) < 120 and unfolded.left_out > 0


def test_two_thousand_holders_fold_into_one_page_that_survives_grey_print():
    pathway, register = scene("large")
    holders = tuple(replace(h, person=type(h.person)(f"p{n}")) for n, h in enumerate((pathway.holders * 2)[:2000]))
    crowd = replace(pathway, holders=holders)
    folded = lay_out(crowd, register, scenes.NAMES)
    assert folded.height < 1400
    assert sum(sum(lane.counts.values()) for lane in folded.lanes) == 2000
    text = picture(crowd, register, scenes.NAMES)
    assert len(text) < 2_000_000
    # Levels differ by shape, not by colour alone: empty, half and full, in the marks and in folded areas.
    colours = set(re.findall(r"#[0-9a-f]{6}", text))
    greys = {
        round(sum(int(c[i : i + 2], 16) * w for i, w in ((1, 0.2126), (3, 0.7152), (5, 0.0722)))) for c in colours
    }
    assert len(greys) >= 4
    assert "-half)" in text


def test_too_many_organisations_fold_into_parents_and_then_into_one_lane():
    pathway, register = scene("large")
    unit = Organisation("U", "Unit", OrganisationKind.RECIPIENT, parent="O1")
    units = {f"U{n}": replace(unit, id=f"U{n}", name=f"Unit {n}") for n in range(30)}
    spread = tuple(replace(h, organisation=f"U{n % 30}") for n, h in enumerate(pathway.holders[:300]))
    known = replace(register, organisations={**register.organisations, **units})
    layout = lay_out(replace(pathway, holders=spread, transfers=()), known, scenes.NAMES)
    assert [lane.note for lane in layout.lanes] == ["originator", "with 30 units"]

    alone = {key: replace(unit, parent=None) for key, unit in units.items()}
    known = replace(register, organisations={**register.organisations, **alone})
    layout = lay_out(replace(pathway, holders=spread, transfers=()), known, scenes.NAMES)
    assert len(layout.lanes) == 14 and layout.lanes[-1].full_name.endswith("further organisations")
    assert sum(sum(lane.counts.values()) for lane in layout.lanes) == 300


def test_several_alike_transfers_into_a_folded_lane_are_one_curve_with_their_amount():
    pathway, register = scene("large")
    layout = lay_out(pathway, register, scenes.NAMES)
    assert sum(curve.amount > 10 for curve in layout.curves) >= 3
    labels = sorted((c.y_to, c.label_x) for c in layout.curves if c.label_x)
    assert all(b[1] - a[1] > 10 for a, b in pairwise(labels) if a[0] == b[0])


def test_a_picture_of_nothing_is_a_picture():
    pathway, register = scene("silent")
    root = ET.fromstring(picture(pathway, register, scenes.NAMES))
    assert "no holders in no organisations" in (root.findtext("s:desc", namespaces=SVG) or "").lower()


@pytest.mark.parametrize("days", [0, 1, 5, 30, 90, 400, 4000, 30000])
def test_ticks_are_few_and_inside(days: int):
    start = datetime(2001, 12, 30, 13, tzinfo=UTC)
    scale = TimeScale.over([start, start + timedelta(days=days)], 100.0, 900.0)
    ticks = scale.ticks()
    assert len(ticks) <= 9 and (len(ticks) >= 1 or days == 0)
    assert [x for x, _ in ticks] == sorted({x for x, _ in ticks})
    assert all(100 <= x <= 900 for x, _ in ticks)
