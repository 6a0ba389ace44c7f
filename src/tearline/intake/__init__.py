"""Bringing records in: register files, native handling records, entries by hand. See docs/formats.md."""

from tearline.intake.batches import Counts, StreamCounts
from tearline.intake.load import load
from tearline.intake.place import Place, Progress

__all__ = ["Counts", "Place", "Progress", "StreamCounts", "load"]
