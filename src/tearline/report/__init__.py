"""The report of the main job as one self-contained file, and the picture of a pathway."""

from tearline.report import marks as signs
from tearline.report.article import side_by_side
from tearline.report.picture import picture
from tearline.report.render import render_report
from tearline.report.sections import Asked
from tearline.report.shapes import Publication
from tearline.report.wording import evidence_words

__all__ = ["Asked", "Publication", "evidence_words", "picture", "render_report", "side_by_side", "signs"]
