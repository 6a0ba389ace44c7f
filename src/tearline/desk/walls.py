"""Who may do and see what at the desk. The one place where that is decided.

Rules, in the order they are tried; the first that speaks decides, and every answer says why:
1. Deny wins. Whoever is not active may do nothing. Whoever is barred from a case (recused, handed over, kept out
   by name) may not see that it exists, whatever else would let them in.
2. An administrator sees no case and no evidence.
3. A case is seen by investigators and approvers of the body it belongs to; if it is restricted, by its named
   members alone. Nobody else can tell that it exists: the answer is HIDDEN, and a page gives the same 404 as for
   an id that was never given out.
4. Within a case that one sees, the role must allow the act, and the case's standing must: nothing about people in
   a draft, nothing at all is added to an expired or closed case, and no new look-up about people is made in it.
5. Without a case, the role decides.

`decide` is pure. `visible_cases` says rules 1 to 3 once more as one query, so that lists, counts and searches cost
one query and show no more than single pages do; a test holds the two together for every combination.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from tearline.desk.accounts.models import Role, User
from tearline.desk.acts import Act
from tearline.desk.cases.models import Bar, Case, Member
from tearline.desk.cases.standing import Standing


class Reason(StrEnum):
    """Why a decision is as it is; `tearline.desk.wording` says it in words."""

    ROLE_ALLOWS = "role allows it"
    NOT_ACTIVE = "account not active"
    BARRED = "kept out of the case"
    ANOTHER_BODY = "another body's case"
    NOT_A_MEMBER = "restricted to named members"
    NOT_THE_ROLE = "not within the role"
    DRAFT = "purpose, authority, scope or expiry not set"
    EXPIRED = "the case's term has ended"
    CLOSED = "the case is closed"
    LAST_ADMINISTRATOR = "nobody would be left to keep the accounts"


@dataclass(frozen=True, slots=True)
class Decision:
    """`hidden`: not even the existence of the case may be admitted."""

    allowed: bool
    reason: Reason
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. There is no ambient user: this is always an argument."""

    id: int
    body: int
    role: Role
    active: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """What matters of a case for one viewer."""

    body: int
    restricted: bool
    member: bool
    barred: bool
    standing: Standing


_CASE_ROLES: Final = frozenset({Role.INVESTIGATOR, Role.APPROVER})

IN_CASE: Final[Mapping[Role, frozenset[Act]]] = {
    Role.INVESTIGATOR: frozenset(
        {
            Act.CASE_SEE,
            Act.CASE_CHANGE,
            Act.CASE_CLOSE,
            Act.CASE_HAND_OVER,
            Act.EVIDENCE_SEE,
            Act.PEOPLE_SEE,
            Act.NAME_ASK,
            Act.MATCH_DECLARE,
            Act.REQUEST_WRITE,
            Act.REQUEST_SEND,
            Act.ANSWER_TAKE,
        }
    ),
    Role.APPROVER: frozenset(
        {
            Act.CASE_SEE,
            Act.CASE_RENEW,
            Act.CASE_CLOSE,
            Act.BAR_LIFT,
            Act.EVIDENCE_SEE,
            Act.PEOPLE_SEE,
            Act.NAME_APPROVE,
        }
    ),
}
"""What a role may do within a case it sees."""

WITHOUT_CASE: Final[Mapping[Role, frozenset[Act]]] = {
    Role.REGISTRAR: frozenset({Act.DESK_USE, Act.REGISTER_SEE, Act.INTAKE_TAKE, Act.READING_RECORD}),
    Role.LIAISON: frozenset({Act.DESK_USE, Act.READING_RECORD}),
    Role.INVESTIGATOR: frozenset({Act.DESK_USE, Act.CASE_OPEN}),
    Role.APPROVER: frozenset({Act.DESK_USE}),
    Role.REVIEWER: frozenset({Act.DESK_USE, Act.LOOKUPS_REVIEW}),
    Role.ADMINISTRATOR: frozenset({Act.DESK_USE, Act.ACCOUNTS_KEEP}),
}
"""What a role may do without a case."""

_READING: Final = frozenset({Act.CASE_SEE})
_STANDING: Final[Mapping[Standing, frozenset[Act] | None]] = {
    Standing.OPEN: None,
    Standing.DRAFT: frozenset(
        {Act.CASE_SEE, Act.CASE_CHANGE, Act.CASE_RENEW, Act.CASE_CLOSE, Act.CASE_HAND_OVER, Act.BAR_LIFT}
    ),
    Standing.EXPIRED: _READING | {Act.CASE_RENEW, Act.CASE_CLOSE},
    Standing.CLOSED: _READING,
}
"""What a standing leaves open (None: everything)."""

_WHY: Final = {
    Standing.DRAFT: Reason.DRAFT,
    Standing.EXPIRED: Reason.EXPIRED,
    Standing.CLOSED: Reason.CLOSED,
    Standing.OPEN: Reason.ROLE_ALLOWS,
}


def decide(act: Act, viewer: Viewer, sight: Sight | None = None) -> Decision:
    """May `viewer` do `act`, in the case that `sight` describes (None: without a case)?"""
    if not viewer.active:
        return Decision(False, Reason.NOT_ACTIVE, hidden=sight is not None)
    if sight is None:
        allowed = act in WITHOUT_CASE[viewer.role]
        return Decision(allowed, Reason.ROLE_ALLOWS if allowed else Reason.NOT_THE_ROLE)
    if sight.barred:
        return Decision(False, Reason.BARRED, hidden=True)
    if viewer.role not in _CASE_ROLES:
        return Decision(False, Reason.NOT_THE_ROLE, hidden=True)
    if viewer.body != sight.body:
        return Decision(False, Reason.ANOTHER_BODY, hidden=True)
    if sight.restricted and not sight.member:
        return Decision(False, Reason.NOT_A_MEMBER, hidden=True)
    if act not in IN_CASE[viewer.role]:
        return Decision(False, Reason.NOT_THE_ROLE)
    left_open = _STANDING[sight.standing]
    if left_open is not None and act not in left_open:
        return Decision(False, _WHY[sight.standing])
    return Decision(True, Reason.ROLE_ALLOWS)


def viewer(user: User) -> Viewer:
    return Viewer(id=user.pk, body=user.body_id, role=Role(user.role), active=user.is_active)


def visible_cases(user: User) -> QuerySet[Case]:
    """The cases whose existence `user` may know of: one query."""
    if not user.is_active or user.role not in _CASE_ROLES:
        return Case.objects.none()
    named = Exists(Member.objects.filter(case=OuterRef("pk"), user=user, ended_at=None))
    barred = Exists(Bar.objects.filter(case=OuterRef("pk"), user=user, lifted_at=None))
    return Case.objects.filter(Q(restricted=False) | named, ~barred, body_id=user.body_id)
