"""The report of the main job as one self-contained file, and the picture of a pathway."""

from tearline.report.picture import picture
from tearline.report.render import render_report
from tearline.report.sections import Asked
from tearline.report.shapes import Publication

__all__ = ["Asked", "Publication", "picture", "render_report"]
