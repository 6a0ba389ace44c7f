"""People, a case and its papers on a served desk: run beside the server, prints sessions and addresses as JSON."""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

ROLES = ("investigator", "approver", "registrar", "liaison", "reviewer", "administrator")


def main(workspace: str) -> None:
    from tearline.desk.serving import prepare  # noqa: PLC0415

    prepare(Path(workspace))
    from allauth.mfa.models import Authenticator  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from tearline.desk.accounts.models import Body, User  # noqa: PLC0415
    from tearline.desk.cases import unmasking  # noqa: PLC0415
    from tearline.desk.cases.doing import open_case  # noqa: PLC0415
    from tearline.desk.cases.models import Case, ReadIn, ScopeItem, ScopeKind, Task  # noqa: PLC0415
    from tearline.desk.evidence import workspace as opened  # noqa: PLC0415
    from tearline.desk.reading.models import Session  # noqa: PLC0415
    from tearline.desk.requests import asking  # noqa: PLC0415
    from tearline.workspace import Inquiry  # noqa: PLC0415

    home, _ = Body.objects.get_or_create(name="Internal Security")
    organisations = list(opened().organisation_names().items())
    people: dict[str, User] = {}
    for role in ROLES:
        user = User.objects.create_user(
            role[:3], "correct horse battery", body=home, role=role, organisation=organisations[0][0]
        )
        User.objects.filter(pk=user.pk).update(must_change_password=False, name=f"{role.title()} One")
        Authenticator.objects.create(user=user, type="totp", data={"secret": "none"})
        people[role] = User.objects.get(pk=user.pk)
    ada, chief = people["investigator"], people["approver"]
    register = opened().register_lines(Inquiry(purpose="scene"))
    product, item = "VAS-2025-118", "art-1"
    holders = opened().trace(Inquiry(purpose="scene"), product)["holders"]
    event = next(one["path"][-1] for one in holders if one["path"])
    case = Case(
        title="The harbour article of 2 July",
        purpose="Find out how the assessment of the harbour reached the press",
        authority="Order of the Deputy Minister, 7 July 2025",
        marking="SECRET",
        narrative=(
            "## What is known\nThe article appeared on 2 July. It gives two numbers that stand together in one "
            f"report alone.\n\n[[disclosure {item}]]\n\n[[pathway {product}]]\n\n## What is not\n"
            f"Who printed it, and where the copies went.\n\n[[event {event}]]\n\n"
            "- the print log of the second floor\n"
            "- the binder of the Thursday meeting"
        ),
    )
    now = timezone.now()
    open_case(case, ada, (now + timedelta(days=60)).date())
    for kind, one in ((ScopeKind.PRODUCT, product), (ScopeKind.DISCLOSURE, item)):
        ScopeItem.objects.create(case=case, kind=kind, item=one, added_by=ada)
    Task.objects.create(
        case=case,
        what="Ask the registry for the binder's contents page",
        assignee=ada,
        due=now.date(),
        made_by=ada,
    )
    ReadIn.objects.create(
        case=case, who="The Deputy Minister", office="Central office", told_at=now, told_by="Ada", entered_by=ada
    )
    unmasking.decide(unmasking.ask(case, ada, "P-7F3A", "to summon them"), chief, approve=True, answer="needed")
    unmasking.ask(case, ada, "P-19C2", "named by two witnesses, and the log of the second floor is lost")
    fields = {
        "organisation": organisations[1][0],
        "addressee": organisations[1][1],
        "authority": case.authority,
        "items": "The print log of the second floor, 1 to 30 June\nThe badge log of the same days",
        "reason": "A copy was printed and never accounted for.",
        "marking": case.marking,
        "closes": [],
    }
    notice = asking.write(
        case, ada, {**fields, "kind": "notice", "due": now.date(), "expires": (now + timedelta(days=4)).date()}
    )
    letter = asking.write(case, ada, {**fields, "due": (now - timedelta(days=2)).date(), "after": notice})
    asking.send(notice, ada)
    asking.send(letter, ada)
    session = Session.objects.create(
        liaison=people["liaison"],
        organisation=organisations[0][0],
        place="Reading room 4, second floor",
        products=[one["id"] for one in register["products"][:2]],
    )
    cookies = {}
    for role, user in people.items():
        client = Client()
        client.force_login(user)
        cookies[role] = client.cookies["sessionid"].value
    print(
        json.dumps(
            {
                "cookies": cookies,
                "case": str(case.pk),
                "request": str(letter.pk),
                "session": str(session.pk),
                "product": product,
                "item": item,
            }
        )
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tearline.desk.settings")
    main(sys.argv[1])
