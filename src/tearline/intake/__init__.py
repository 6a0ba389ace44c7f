"""Bringing records in: register files, native handling records, entries by hand. See docs/formats.md."""

from tearline.intake.answering import answer
from tearline.intake.batches import Counts, StreamCounts
from tearline.intake.by_hand import record
from tearline.intake.confirming import confirm
from tearline.intake.decisions import Decide, decide_different, decide_same
from tearline.intake.entries import describe_entry, find_event
from tearline.intake.joining import join, list_identities
from tearline.intake.load import load
from tearline.intake.native import shipped_readers
from tearline.intake.place import Place, Progress
from tearline.intake.protected import protected_list
from tearline.intake.relating import relate
from tearline.intake.retract import retract
from tearline.intake.retry import quarantined, retry
from tearline.intake.suggest import Suggested, suggest
from tearline.intake.take_in import take_in

__all__ = [
    "Counts",
    "Decide",
    "Place",
    "Progress",
    "StreamCounts",
    "Suggested",
    "answer",
    "confirm",
    "decide_different",
    "decide_same",
    "describe_entry",
    "find_event",
    "join",
    "list_identities",
    "load",
    "protected_list",
    "quarantined",
    "record",
    "relate",
    "retract",
    "retry",
    "shipped_readers",
    "suggest",
    "take_in",
]
