"""Which explanations fit, how sure one can be, and whom to ask next. A lead is never an accusation."""

from tearline.leads.items import Candidate, Item
from tearline.leads.requests import propose
from tearline.leads.variants import variants
from tearline.leads.weighing import FEWEST_ITEMS, weigh

__all__ = ["FEWEST_ITEMS", "Candidate", "Item", "propose", "variants", "weigh"]
