"""The rules of handling. To add one, write its module with a tuple `RULES` and name it here."""

from tearline.handling.rules import (
    delivery,
    distribution,
    forwarding,
    ground,
    recall,
    receipts,
    returns,
    terms,
)
from tearline.handling.rules.base import Rule

RULES: tuple[Rule, ...] = (
    *ground.RULES,
    *distribution.RULES,
    *delivery.RULES,
    *forwarding.RULES,
    *terms.RULES,
    *receipts.RULES,
    *returns.RULES,
    *recall.RULES,
)
