"""What is done to a case. Each step and its line in the history stand or fall together."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction

from tearline.desk.accounts.models import User
from tearline.desk.acts import Act
from tearline.desk.cases.models import Case, Entry, Member, Term


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


def end_of(day: date) -> datetime:
    """The last moment of a day, in UTC."""
    return datetime.combine(day, time.max, UTC)
