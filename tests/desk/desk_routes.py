"""Every address of the desk, read from its URL table: a new one is probed without anybody thinking of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, SlugConverter, StringConverter, UUIDConverter
from django.urls.resolvers import RoutePattern

from tearline.desk.doors import DOOR, Door
from tearline.desk.middleware import DESCRIBED, ENTRANCE, SETTLING


@dataclass(frozen=True, slots=True)
class Route:
    """`tokens`: reached with an access token and without a session."""

    pattern: str
    name: str
    view: Callable[..., Any]
    converters: dict[str, object]
    tokens: bool

    @property
    def door(self) -> Door | None:
        return getattr(self.view, DOOR, None)

    @property
    def open_to_all(self) -> bool:
        return self.name in ENTRANCE

    @property
    def settling(self) -> bool:
        return self.name in SETTLING

    @property
    def within_case(self) -> bool:
        return "case" in self.converters


def routes() -> list[Route]:
    return list(_walk(get_resolver(), "/", "", {}))


def _walk(resolver: URLResolver, before: str, space: str, known: dict[str, object]) -> Iterator[Route]:
    for one in resolver.url_patterns:
        assert isinstance(one.pattern, RoutePattern), f"{before}{one.pattern}: only plain routes are probed"
        place = before + str(one.pattern)
        converters = known | one.pattern.converters
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _walk(one, place, inner, converters)
        elif isinstance(one, URLPattern):
            name = f"{space}{one.name}" if one.name else ""
            yield Route(place, name, one.callback, converters, name.startswith("api:") and name not in DESCRIBED)


def address_of(route: Route, case: str, values: dict[str, str] | None = None) -> str:
    """The route with a case in it, and with plausible values, or those given, for all else."""
    address = route.pattern
    for name, converter in route.converters.items():
        if values and name in values:
            value = values[name]
        elif name == "case":
            value = case
        elif isinstance(converter, IntConverter):
            value = "1"
        elif isinstance(converter, UUIDConverter):
            value = str(UUID(int=7))
        else:
            assert isinstance(converter, SlugConverter | StringConverter), f"{route.pattern}: {converter}"
            value = "something"
        for form in (f"<{_name(converter)}:{name}>", f"<{name}>"):
            address = address.replace(form, value)
    assert "<" not in address, address
    return address


def _name(converter: object) -> str:
    return type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
