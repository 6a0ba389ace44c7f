"""Whoever held a case's product before its publication, or wrote one, is kept out of that case.

It is worked out from the record by `User.person`: when the scope changes, when an account changes, and whenever
the record has grown since. For somebody without a person of their own there is nothing to work out; for others it
costs one query as long as nothing changed. A bar stays until a named officer lifts it with a reason, also where
the record later says less; the same ground does not bar again whom somebody let in, another one does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.signals import post_save
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tearline.desk.accounts.models import Role, User
from tearline.desk.cases.models import Bar, BarKind, Case, Entry, RecusalCheck, ScopeItem, ScopeKind
from tearline.desk.evidence import workspace
from tearline.workspace import Inquiry, Scope

Next = Callable[[HttpRequest], HttpResponse]


def kept(get_response: Next) -> Next:
    """Middleware: before anything of a case can be shown, whoever asks is kept out of what they must not see."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = getattr(request, "user", None)
        if isinstance(user, User) and user.is_authenticated:
            keep_current(user)
        return get_response(request)

    return middleware


def keep_current(user: User) -> None:
    """Bring the bars of `user` up to date with the record."""
    if not user.person or user.role not in (Role.INVESTIGATOR, Role.APPROVER):
        return
    basis = workspace().recusal_basis()
    current = RecusalCheck.objects.filter(case=OuterRef("pk"), user=user, person=user.person, basis=basis)
    for case in Case.objects.filter(~Exists(current), body_id=user.body_id):
        check(case, [user], basis)


def check_case(case: Case) -> None:
    """Work out anew for everybody of the case's body who has a person record: when it changes, for its page."""
    users = User.objects.filter(
        body_id=case.body_id, is_active=True, role__in=[Role.INVESTIGATOR, Role.APPROVER]
    ).exclude(person="")
    if users:
        check(case, list(users), workspace().recusal_basis())


def check_unchecked(case: Case) -> None:
    """The same for those whose check is not current: so that the page shows everybody who keeps out."""
    users = User.objects.filter(
        body_id=case.body_id, is_active=True, role__in=[Role.INVESTIGATOR, Role.APPROVER]
    ).exclude(person="")
    if not users:
        return
    basis = workspace().recusal_basis()
    current = dict(case.recusal_checks.filter(basis=basis).values_list("user_id", "person"))
    if stale := [user for user in users if current.get(user.pk) != user.person]:
        check(case, stale, basis)


def check(case: Case, users: Sequence[User], basis: str) -> None:
    """Work out who of `users` keeps out of `case`, and bar them. A case without any scope bars nobody yet."""
    items: dict[str, set[str]] = defaultdict(set)
    for kind, item in case.scope_items.filter(ended_at=None).values_list("kind", "item"):
        items[kind].add(item)
    products = items[ScopeKind.PRODUCT]
    grounds: dict[str, list[str]] = defaultdict(list)
    if case.every_product or products:
        asked = Inquiry(
            purpose="recusal",
            case=str(case.pk),
            actor="desk",
            scope=Scope(products=None if case.every_product else frozenset(products)),
        )
        found = workspace().involvements(
            asked, sorted({user.person for user in users}), sorted(items[ScopeKind.DISCLOSURE])
        )
        for one in found["involvements"]:
            grounds[one["person"]].append(_ground(one))
    with transaction.atomic():
        for user in users:
            if grounds[user.person]:
                _bar(case, user, "; ".join(sorted(grounds[user.person])))
            RecusalCheck.objects.update_or_create(
                case=case,
                user=user,
                defaults={"person": user.person, "basis": basis, "checked_at": timezone.now()},
            )


def _ground(one: dict[str, Any]) -> str:
    if one["how"] == "wrote":
        return f"wrote {one['product']}"
    return f"{one['product']} {one['level']}, at the earliest {one['since']}"


def _bar(case: Case, user: User, ground: str) -> None:
    """Bar, unless somebody was barred on this ground before, whether that still holds or was lifted."""
    if Bar.objects.filter(case=case, user=user, kind=BarKind.RECUSED, ground=ground).exists():
        return
    bar, fresh = Bar.objects.get_or_create(
        case=case, user=user, kind=BarKind.RECUSED, lifted_at=None, defaults={"ground": ground}
    )
    if fresh:
        Entry.objects.create(case=case, by=None, act="case:recuse", detail={"user": user.username})
    else:
        bar.ground = ground
        bar.save(update_fields=["ground"])


def _forget(sender: type[Any], instance: Any, **_: Any) -> None:
    case = instance if sender is Case else instance.case
    RecusalCheck.objects.filter(case=case).update(basis="")


def watch() -> None:
    """A changed case or scope makes every earlier check of it void."""
    post_save.connect(_forget, sender=ScopeItem, dispatch_uid="recusal-scope")
    post_save.connect(_forget, sender=Case, dispatch_uid="recusal-case")
