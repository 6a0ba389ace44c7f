"""What the templates of the evidence need: marks, words of closed lists, times, and where a look leads."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from tearline.desk.registry.looks import Look
from tearline.desk.registry.words import CAVEATS, FORWARD, WORDS
from tearline.workspace import basis_sign, interval_bar, level_sign, notch_sign

register = template.Library()


@register.simple_tag
def to(look: Look, page: str, *args: Any) -> str:
    """Where a page of the same look is: `{% to look "product" product.id %}`."""
    return look.url(page, *args)


@register.simple_tag
def level(word: str, resolved: bool = True) -> SafeString:
    return mark_safe(level_sign(word, resolved=resolved))  # noqa: S308 - our own drawing


@register.simple_tag
def basis(word: str) -> SafeString:
    return mark_safe(basis_sign(word))  # noqa: S308 - our own drawing


@register.simple_tag
def notch() -> SafeString:
    return mark_safe(notch_sign())  # noqa: S308 - our own drawing


@register.simple_tag
def bar(low: float, middle: float, high: float) -> SafeString:
    return mark_safe(interval_bar(low, middle, high))  # noqa: S308 - our own drawing


@register.filter
def drawn(picture: str) -> SafeString:
    """A picture as the workspace drew it: every text in it is escaped there."""
    return mark_safe(picture)  # noqa: S308 - our own drawing


@register.filter
def word(value: str | None) -> str:
    return str(WORDS.get(value or "", value or ""))


@register.filter
def passing_on(value: str) -> str:
    return str(FORWARD.get(value, value))


@register.filter
def caveat(value: str) -> str:
    return str(CAVEATS.get(value, ""))


@register.filter
def stamp(value: str | None) -> str:
    """`2026-01-14 10:30` of an instant, UTC."""
    return value[:16].replace("T", " ") if value else ""


@register.filter
def day(value: str | None) -> str:
    return value[:10] if value else ""


@register.filter
def figure(value: float) -> str:
    """Two decimals, three below 0.1; never a rounded 0 or 1."""
    if value < 0.001:
        return "< 0.001"
    if value > 0.999:
        return "> 0.999"
    return f"{value:.3f}" if value < 0.0995 or value > 0.9905 else f"{value:.2f}"


@register.filter
def percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"
