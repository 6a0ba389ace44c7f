"""What is done to a case. Each step and its line in the history stand or fall together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from tearline.desk.accounts.models import Body, User
from tearline.desk.acts import Act
from tearline.desk.cases.models import Bar, BarKind, Case, Entry, Member, ReadIn, ScopeItem, ScopeKind, Term
from tearline.records.errors import BadInput, NotPermitted


def note(case: Case, by: User, act: Act, **detail: Any) -> None:
    """A line in the case's history."""
    Entry.objects.create(case=case, by=by, act=act.value, detail=detail)


@transaction.atomic
def open_case(case: Case, by: User, until: date) -> Case:
    """Open a case in the name of whoever asks, and of their body."""
    case.body, case.opened_by = by.body, by
    case.save()
    Member.objects.create(case=case, user=by, added_by=by)
    Term.objects.create(case=case, until=end_of(until), authority=case.authority, set_by=by)
    note(case, by, Act.CASE_OPEN, until=until.isoformat())
    return case


@transaction.atomic
def change(case: Case, by: User, fields: Mapping[str, Any]) -> None:
    """Set these fields; the history keeps what each said before."""
    before = {name: _plain(getattr(case, name)) for name in fields}
    for name, value in fields.items():
        setattr(case, name, value)
    changed = {name: [was, _plain(fields[name])] for name, was in before.items() if was != _plain(fields[name])}
    if changed:
        case.save(update_fields=list(changed))
        if "narrative" in changed:  # long; the history keeps what it said before
            changed["narrative"] = [changed["narrative"][0]]
        note(case, by, Act.CASE_CHANGE, changed=changed)


@transaction.atomic
def set_scope(
    case: Case, by: User, *, every_product: bool, add: Sequence[tuple[ScopeKind, str]], end: Sequence[int]
) -> None:
    """Change what the case may look at. Whatever reaches beyond its first scope is noted as a widening."""
    had = case.every_product or case.scope_items.filter(kind=ScopeKind.PRODUCT).exists()
    added = []
    for kind, item in dict.fromkeys(add):
        _one, fresh = ScopeItem.objects.get_or_create(
            case=case, kind=kind, item=item, ended_at=None, defaults={"added_by": by}
        )
        if fresh:
            added.append([kind.value, item])
    leaving = case.scope_items.filter(pk__in=list(end), ended_at=None)
    ended = [list(one) for one in leaving.values_list("kind", "item")]
    leaving.update(ended_at=timezone.now())
    # Naming organisations narrows; ending the last of them opens all again.
    opened = (
        ScopeKind.ORGANISATION.value in {kind for kind, _ in ended}
        and not case.scope_items.filter(kind=ScopeKind.ORGANISATION, ended_at=None).exists()
    )
    widened = had and (bool(added) or opened or (every_product and not case.every_product))
    turned = every_product != case.every_product
    if turned:
        case.every_product = every_product
    if added or ended or turned:
        case.save()  # so that who has to keep out is worked out again
        note(
            case,
            by,
            Act.CASE_CHANGE,
            scope_added=added,
            scope_ended=ended,
            every_product=every_product,
            widened=widened,
        )


@transaction.atomic
def renew(case: Case, by: User, until: date, authority: str) -> None:
    """Give the case a further term."""
    Term.objects.create(case=case, until=end_of(until), authority=authority, set_by=by)
    note(case, by, Act.CASE_RENEW, until=until.isoformat(), authority=authority)


@transaction.atomic
def close(case: Case, by: User, reason: str) -> None:
    """Close for good: from now on the case is read-only."""
    Case.objects.filter(pk=case.pk, closed_at=None).update(closed_at=timezone.now())
    note(case, by, Act.CASE_CLOSE, reason=reason)


@transaction.atomic
def add_member(case: Case, by: User, user: User) -> None:
    """Name a colleague as working on the case. Raises BadInput for somebody of another body."""
    if user.body_id != case.body_id:
        raise BadInput("only the case's own body works on it", field="user", remedy="Hand the case over instead")
    if not case.members.filter(user=user, ended_at=None).exists():
        Member.objects.create(case=case, user=user, added_by=by)
        note(case, by, Act.CASE_CHANGE, member_added=user.username)


@transaction.atomic
def end_member(case: Case, by: User, member: Member) -> None:
    if case.restricted and case.members.filter(ended_at=None).count() == 1:
        raise BadInput(
            "a restricted case needs a member", field="member", remedy="Name somebody else first, or open it"
        )
    member.ended_at = timezone.now()
    member.save(update_fields=["ended_at"])
    note(case, by, Act.CASE_CHANGE, member_ended=member.user.username)


@transaction.atomic
def read_in(line: ReadIn, by: User) -> None:
    """Enter somebody who has been told of the case."""
    line.entered_by = by
    line.save()
    note(line.case, by, Act.CASE_CHANGE, read_in=line.who, told_at=line.told_at.isoformat())


@transaction.atomic
def end_read_in(line: ReadIn, by: User) -> None:
    """Somebody is no longer told; that they were stays."""
    line.ended_at = timezone.now()
    line.save(update_fields=["ended_at"])
    note(line.case, by, Act.CASE_CHANGE, read_in_ended=line.who)


@transaction.atomic
def keep_out(case: Case, by: User, user: User, ground: str) -> None:
    """Keep somebody out by name."""
    if user.pk == by.pk:
        raise NotPermitted("nobody keeps themself out", remedy="Ask another approver")
    Bar.objects.get_or_create(
        case=case, user=user, kind=BarKind.NAMED, lifted_at=None, defaults={"ground": ground, "made_by": by}
    )
    note(case, by, Act.CASE_CHANGE, kept_out=user.username, ground=ground)


@transaction.atomic
def lift(bar: Bar, by: User, reason: str) -> None:
    """Let somebody in again, on a named officer's word. NotPermitted for oneself, BadInput without a reason."""
    if bar.user_id == by.pk:
        raise NotPermitted("nobody lets themself in", remedy="Another approver has to")
    if not reason.strip():
        raise BadInput("a reason is needed", field="reason", remedy="Say why the ground does not matter here")
    bar.lifted_at, bar.lifted_by, bar.lifted_reason = timezone.now(), by, reason.strip()
    bar.save(update_fields=["lifted_at", "lifted_by", "lifted_reason"])
    note(bar.case, by, Act.BAR_LIFT, user=bar.user.username, kind=bar.kind, reason=reason.strip())


@transaction.atomic
def hand_over(case: Case, by: User, to: User, *, keep_sight: bool, reason: str) -> None:
    """Give the case to somebody of one's own or another body. Without sight, whoever gave it is kept out; another
    body's colleagues lose it with the case itself."""
    if to.pk == by.pk:
        raise BadInput("the case is yours already", field="to", remedy="Choose somebody else")
    before: Body = case.body
    if to.body_id != case.body_id:
        case.body = to.body
        case.save()
        case.members.filter(ended_at=None).update(ended_at=timezone.now())
    if not case.members.filter(user=to, ended_at=None).exists():
        Member.objects.create(case=case, user=to, added_by=by)
    if not keep_sight:
        case.members.filter(user=by, ended_at=None).update(ended_at=timezone.now())
        Bar.objects.get_or_create(
            case=case,
            user=by,
            kind=BarKind.HANDED_OVER,
            lifted_at=None,
            defaults={"ground": reason or "handed over", "made_by": by},
        )
    note(
        case,
        by,
        Act.CASE_HAND_OVER,
        to=to.username,
        body=[before.name, case.body.name],
        sight_kept=keep_sight and before.pk == case.body_id,
        reason=reason,
    )


def end_of(day: date) -> datetime:
    """The last moment of a day, in UTC."""
    return datetime.combine(day, time.max, UTC)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
