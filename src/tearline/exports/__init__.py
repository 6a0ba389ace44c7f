"""The record in others' formats, people under whatever names the answer may use."""

from tearline.exports.exposures import write_exposures
from tearline.exports.formats import ExportFormat, export

__all__ = ["ExportFormat", "export", "write_exposures"]
