"""Products, how they were handled, and the search over all that one may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from tearline.desk.accounts.models import Role
from tearline.desk.acts import Act
from tearline.desk.cases.models import Case
from tearline.desk.doors import Asked, OpenCase, case_door, door, find_case
from tearline.desk.evidence import workspace
from tearline.desk.pages import UNMARKED, show
from tearline.desk.registry.looks import Look, or_nothing
from tearline.desk.registry.tables import csv_file
from tearline.desk.walls import visible_cases
from tearline.workspace import Document

LISTED = 500
"""Products that one page lists; beyond it, the filter is asked of the server."""
LONGEST_QUESTION = 200


@dataclass(frozen=True, slots=True)
class ListPage:
    look: Look
    products: Sequence[Document]
    total: int
    sought: str
    scope: str


@case_door(Act.EVIDENCE_SEE)
def products(request: Asked, case: OpenCase) -> HttpResponse:
    return _products(request, Look(request.user, case))


@door(Act.REGISTER_SEE)
def register_products(request: Asked) -> HttpResponse:
    return _products(request, Look(request.user, None))


def _products(request: Asked, look: Look) -> HttpResponse:
    found = workspace().products(look.inquiry())
    sought = request.GET.get("q", "")[:LONGEST_QUESTION]
    words = sought.casefold().split()
    rows = [
        row
        for row in found["products"]
        if all(
            word in f"{row['number']} {row['id']} {row['title']} {row['originator']}".casefold() for word in words
        )
    ]
    if request.GET.get("format") == "csv":
        head = (_("Number"), _("Title"), _("Originator"), _("Issued"), _("Marking"), _("Language"))
        keys = ("number", "title", "originator", "issued_at", "marking", "language")
        return csv_file("products", found["marking"], head, ([row[key] for key in keys] for row in rows))
    page = ListPage(look, rows[:LISTED], len(rows), sought, found.get("scope", ""))
    return show(
        request, "registry/products.html", page, marking=found["marking"], case=look.case, section="products"
    )


def _sayable(row: Document) -> str:
    return " ".join(str(row[key]) for key in ("number", "id", "title", "originator")).casefold()


@dataclass(frozen=True, slots=True)
class ProductPage:
    look: Look
    product: Document
    editions: Sequence[Document]
    parents: Sequence[Document]
    related: Sequence[Document]
    readership: Mapping[str, Sequence[Document]]
    levels: Sequence[Document]
    over_time: Mapping[str, Sequence[Any]]
    chart_words: Mapping[str, str]
    holders: int
    gaps: int
    picture: str
    scope: str


@case_door(Act.EVIDENCE_SEE)
def product(request: Asked, case: OpenCase, product: str) -> HttpResponse:
    return _product(request, Look(request.user, case), product)


@door(Act.REGISTER_SEE)
def register_product(request: Asked, product: str) -> HttpResponse:
    return _product(request, Look(request.user, None), product)


def _product(request: Asked, look: Look, product: str) -> HttpResponse:
    with or_nothing():
        found = workspace().product(look.inquiry(), product)
    page = ProductPage(
        look=look,
        **{
            name: found[name]
            for name in (
                "product",
                "editions",
                "parents",
                "related",
                "readership",
                "levels",
                "over_time",
                "holders",
                "gaps",
                "picture",
            )
        },
        chart_words={
            "held": _("could have held it"),
            "opened": _("of them opened it"),
            "people": _("people"),
        },
        scope=found.get("scope", ""),
    )  # fmt: skip
    return show(
        request, "registry/product.html", page, marking=found["marking"], case=look.case, section="products"
    )


@dataclass(frozen=True, slots=True)
class FindingsPage:
    look: Look
    findings: Sequence[Document]
    rules_not_run: Sequence[Document]
    product: str


@case_door(Act.EVIDENCE_SEE)
def findings(request: Asked, case: OpenCase, product: str) -> HttpResponse:
    return _findings(request, Look(request.user, case), product)


@door(Act.REGISTER_SEE)
def register_findings(request: Asked, product: str) -> HttpResponse:
    return _findings(request, Look(request.user, None), product)


def _findings(request: Asked, look: Look, product: str) -> HttpResponse:
    with or_nothing():
        found = workspace().product_findings(look.inquiry(), product)
    page = FindingsPage(look, found["findings"], found["rules_not_run"], product)
    return show(
        request,
        "registry/findings.html",
        page,
        marking=found["marking"],
        case=look.case,
        section="products",
    )


@dataclass(frozen=True, slots=True)
class HandlingPage:
    look: Look
    organisations: Sequence[Document]
    rules_not_run: Sequence[Document]
    titles: Mapping[str, str]
    chosen: str
    scope: str


@case_door(Act.EVIDENCE_SEE)
def handling(request: Asked, case: OpenCase) -> HttpResponse:
    return _handling(request, Look(request.user, case))


@door(Act.REGISTER_SEE)
def register_handling(request: Asked) -> HttpResponse:
    return _handling(request, Look(request.user, None))


def _handling(request: Asked, look: Look) -> HttpResponse:
    chosen = request.GET.get("organisation", "")[:LONGEST_QUESTION]
    found = workspace().handling_board(look.inquiry(), [chosen] if chosen else [])
    page = HandlingPage(
        look, found["organisations"], found["rules_not_run"], found["titles"], chosen, found.get("scope", "")
    )
    return show(
        request, "registry/handling.html", page, marking=found["marking"], case=look.case, section="products"
    )


@door(Act.DESK_USE)
def last_products(request: Asked) -> HttpResponse:
    return _last(request, "products")


@door(Act.DESK_USE)
def last_disclosures(request: Asked) -> HttpResponse:
    return _last(request, "disclosures")


def _last(request: Asked, page: str) -> HttpResponse:
    """Into the case last used, or to choosing one; a registrar, into what is in their charge."""
    if request.user.role == Role.REGISTRAR:
        return redirect("registry:register-products")
    case = last_case(request)
    if case is None:
        return redirect("cases:list")
    return redirect(f"registry:{page}", case=case.pk)


def last_case(request: Asked) -> OpenCase | None:
    """The case last used, where its user may still look at the evidence in it."""
    try:
        case = find_case(request.user, UUID(request.session.get("case", "")), timezone.now())
    except (ValueError, Http404):
        return None
    return case if case.may(Act.EVIDENCE_SEE) else None


@dataclass(frozen=True, slots=True)
class SearchPage:
    look: Look | None
    sought: str
    cases: list[Case]
    products: Sequence[Document]
    more: int
    disclosures: Sequence[Document]
    people: Sequence[str]
    scope: str


@door(Act.DESK_USE)
def search(request: Asked) -> HttpResponse:
    """One box over all that one may see: cases, and the evidence within the case last used."""
    sought = " ".join(request.GET.get("q", "")[:LONGEST_QUESTION].split())
    cases = list(visible_cases(request.user).filter(title__icontains=sought)[:20]) if sought else []
    case = last_case(request)
    look = Look(request.user, case) if case is not None or request.user.role == Role.REGISTRAR else None
    found: Document = {}
    if look is not None and sought:
        found = workspace().search(look.inquiry(), sought)
    page = SearchPage(
        look=look,
        sought=sought,
        cases=cases,
        products=found.get("products", ()),
        more=found.get("more", 0),
        disclosures=found.get("disclosures", ()),
        people=found.get("people", ()),
        scope=found.get("scope", ""),
    )
    return show(
        request, "registry/search.html", page, marking=found.get("marking", UNMARKED), case=case, section="search"
    )
