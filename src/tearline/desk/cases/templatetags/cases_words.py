"""Small words for the templates of cases."""

from __future__ import annotations

from django import template

from tearline.desk.cases.models import ScopeItem

register = template.Library()


@register.filter
def called(labels: dict[str, str], item: ScopeItem) -> str:
    """What an item of the scope is called in the register; nothing where it is not there."""
    return labels.get(f"{item.kind}:{item.item}", "")
