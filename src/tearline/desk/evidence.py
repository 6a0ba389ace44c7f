"""The desk's way to the ledger: one workspace a process, and inquiries that carry a case's purpose and scope.

Every method of the workspace records the look-up before it answers, and raises where it cannot.
"""

from __future__ import annotations

from functools import cache
from typing import TypedDict

from django.conf import settings
from django.utils.translation import get_language

from tearline.desk.accounts.models import User
from tearline.desk.cases.models import Case, Paper, ScopeItem, ScopeKind
from tearline.desk.doors import OpenCase
from tearline.records.said import Language
from tearline.workspace import Inquiry, Scope, Workspace, open_workspace


@cache
def workspace() -> Workspace:
    """The workspace of this desk. Its answers are its own: it holds nothing of who asked before."""
    return open_workspace(settings.WORKSPACE)


def scope_of(case: OpenCase) -> Scope:
    """What of the record the case may look at."""
    items: dict[str, set[str]] = {kind: set() for kind in ScopeKind.values}
    for kind, item in case.case.scope_items.filter(ended_at=None).values_list("kind", "item"):
        items[kind].add(item)
    return Scope(
        products=None if case.case.every_product else frozenset(items[ScopeKind.PRODUCT]),
        organisations=frozenset(items[ScopeKind.ORGANISATION]) or None,
        earliest=case.case.period_from,
        latest=case.case.period_to,
        **brought_in_elsewhere(case.case),
    )


class Hidden(TypedDict):
    """The sides of a scope that hide what cases brought in."""

    hidden_disclosures: frozenset[str]
    hidden_products: frozenset[str]


def brought_in_elsewhere(case: Case | None) -> Hidden:
    """Public items and papers that other cases brought in: that somebody looks into them is that case's affair."""
    items = ScopeItem.objects.filter(kind=ScopeKind.DISCLOSURE, brought_in=True)
    papers = Paper.objects.all()
    if case is not None:
        items, papers = items.exclude(case=case), papers.exclude(case=case)
    return {
        "hidden_disclosures": frozenset(items.values_list("item", flat=True)),
        "hidden_products": frozenset(papers.values_list("product", flat=True)),
    }


def inquiry(case: OpenCase, unmask: str | None = None) -> Inquiry:
    """A look-up on behalf of a case, by its viewer, for its purpose and within its scope."""
    return Inquiry(
        purpose=case.case.purpose,
        case=str(case.pk),
        unmask=unmask,
        actor=case.viewer.username,
        scope=scope_of(case),
        language=spoken(),
    )


def charge(user: User, purpose: str) -> Inquiry:
    """A registrar's look-up: the products of the organisation in their charge, outside any case."""
    return Inquiry(
        purpose=purpose,
        actor=user.username,
        scope=Scope(
            originators=frozenset({user.organisation}) if user.organisation else frozenset(),
            **brought_in_elsewhere(None),
        ),
        language=spoken(),
    )


def spoken() -> Language:
    """The language of the page that is being made."""
    return Language.FRENCH if (get_language() or "").startswith("fr") else Language.ENGLISH
