"""The rail on the left: where one can go. Who may go where is the walls' decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from tearline.desk.accounts.models import Role


@dataclass(frozen=True, slots=True)
class Section:
    """`view`: the name of the address it leads to; `roles`: for whom it is of use."""

    name: str
    label: Any
    view: str
    roles: frozenset[Role]


_CASEWORK: Final = frozenset({Role.INVESTIGATOR, Role.APPROVER})

SECTIONS: Final = (
    Section("accounts", _("Accounts"), "accounts", frozenset({Role.ADMINISTRATOR})),
    Section("today", _("Today"), "today", frozenset(Role)),
    Section("disclosures", _("Disclosures"), "registry:last-disclosures", _CASEWORK),
    Section("products", _("Products"), "registry:last-products", _CASEWORK | {Role.REGISTRAR}),
    Section("cases", _("Cases"), "cases:list", _CASEWORK),
    Section("requests", _("Requests"), "requests:all", _CASEWORK),
    Section("intake", _("Intake"), "taking-in:upload", frozenset({Role.REGISTRAR})),
    Section("reading", _("Readings"), "reading:sessions", frozenset({Role.LIAISON, Role.REGISTRAR})),
    Section("oversight", _("Oversight"), "oversight:lookups", frozenset({Role.REVIEWER})),
    Section("work", _("Work"), "work:list", _CASEWORK | {Role.REGISTRAR}),
)
