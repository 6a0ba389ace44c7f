"""The walls' reasons in words, and the way on from each."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from tearline.desk.walls import Reason

_WHY: Final = {
    Reason.ROLE_ALLOWS: _("Your role allows it."),
    Reason.NOT_ACTIVE: _("Your account is not active."),
    Reason.BARRED: _("You are kept out of this case."),
    Reason.ANOTHER_BODY: _("It belongs to another body."),
    Reason.NOT_A_MEMBER: _("It is open to its named members alone."),
    Reason.NOT_THE_ROLE: _("This is not within your role."),
    Reason.DRAFT: _("The case's purpose, authority, scope and expiry are not all set."),
    Reason.EXPIRED: _("The case's term has ended, and with it the ground for looking."),
    Reason.CLOSED: _("The case is closed: it can be read and no longer changed."),
    Reason.LAST_ADMINISTRATOR: _("Nobody would be left to keep the accounts."),
}

_WAY_ON: Final = {
    Reason.NOT_THE_ROLE: _("Ask a colleague who has that role, or whoever keeps the accounts."),
    Reason.DRAFT: _("Set them on the case's page; then it opens."),
    Reason.LAST_ADMINISTRATOR: _("Make another administrator first."),
    Reason.EXPIRED: _("An approver can renew the case."),
}


def why(reason: Reason) -> str:
    return str(_WHY[reason])


def way_on(reason: Reason) -> str:
    return str(_WAY_ON.get(reason, ""))
