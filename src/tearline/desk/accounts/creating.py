"""Making an account from the command line: the first administrator, and whoever comes after."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from tearline.desk.accounts.models import Body, BodyKind, Role, User
from tearline.records.errors import BadInput

_KIND_OF_ROLE: Final = {
    Role.REVIEWER: BodyKind.OVERSIGHT,
    Role.LIAISON: BodyKind.HOLDER,
    Role.REGISTRAR: BodyKind.HOLDER,
}


@dataclass(frozen=True, slots=True)
class NewUser:
    """`password` works once: the first sign-in asks for another and for a second factor."""

    user: str
    body: str
    role: str
    person: str | None
    organisation: str | None
    password: str


def add_user(name: str, *, body: str, role: str, person: str | None, organisation: str | None) -> NewUser:
    """Make an account, and its body where that is new. Raises BadInput where the account cannot be."""
    if role not in Role.values:
        raise BadInput(f"no role {role!r}", field="--role", remedy=f"One of: {', '.join(Role.values)}")
    if Role(role) is Role.LIAISON and not organisation:
        raise BadInput(
            "a liaison records the readings of one organisation", field="--organisation", remedy="Name it"
        )
    if User.objects.filter(username=name).exists():
        raise BadInput(f"an account {name!r} is already there", field="NAME", remedy="Choose another name")
    password = secrets.token_urlsafe(12)
    try:
        with transaction.atomic():
            kind = _KIND_OF_ROLE.get(Role(role), BodyKind.SECURITY)
            home, _made = Body.objects.get_or_create(name=body, defaults={"kind": kind})
            User.objects.create_user(
                name, password, body=home, role=role, person=person or "", organisation=organisation or ""
            )
    except ValidationError as error:
        raise BadInput("; ".join(error.messages), field="NAME", remedy="Choose another") from error
    return NewUser(name, body, role, person, organisation, password)
