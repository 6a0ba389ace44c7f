"""The report as HTML text: what it says, in which order, and that nothing from outside gets out of its place."""

from __future__ import annotations

import report_scenes as scenes
from tearline.records.markings import shipped_scheme
from tearline.report import render_report


def rendered(scene) -> str:
    investigation, register = scene()
    return render_report(
        investigation, register, scenes.NAMES, basis=scenes.BASIS, asked=scenes.ASKED, scheme=shipped_scheme()
    )


def test_every_scene_renders_the_same_twice():
    for scene in (scenes.small, scenes.large, scenes.unmatched, scenes.silent, scenes.hostile):
        assert rendered(scene) == rendered(scene)
