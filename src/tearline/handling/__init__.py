"""How was it handled? Rules over the events, findings that point at records, and scorecards by organisation."""

from tearline.handling.examination import examine
from tearline.handling.rules import RULES
from tearline.handling.rules.base import Rule

__all__ = ["RULES", "Rule", "examine"]
