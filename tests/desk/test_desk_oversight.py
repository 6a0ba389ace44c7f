"""Reviewers see who looked at what; their own reading is kept apart, and cannot be changed unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from tearline.desk.accounts.models import Role, User
from tearline.desk.evidence import workspace
from tearline.desk.oversight.models import Review
from tearline.desk.oversight.unusual import unusual
from tearline.workspace import Inquiry, Workspace

ClientOf = Callable[[User], Client]


def test_a_reviewer_sees_who_looked_and_why_by_body_case_and_user(
    make_user, client_of: ClientOf, desk_workspace: Workspace
) -> None:
    make_user("ada")
    make_user("paul", body="Police")
    rhea = client_of(make_user("rhea", Role.REVIEWER, body="Review Office"))
    desk_workspace.register_lines(Inquiry(purpose="find the harbour leak", actor="ada", case="c-1"), "x")
    desk_workspace.register_lines(Inquiry(purpose="another thing", actor="paul", unmask="to summon"), "y")
    page = rhea.get("/oversight/").content.decode()
    assert "find the harbour leak" in page and "to summon" in page and "Police" in page
    only = rhea.get("/oversight/", {"actor": "ada"}).content.decode()
    assert "find the harbour leak" in only and "to summon" not in only
    assert "find the harbour leak" not in rhea.get("/oversight/", {"unmasked": "on"}).content.decode()
    assert "find the harbour leak" in rhea.get("/oversight/", {"case": "c-1"}).content.decode()


def test_nobody_else_sees_look_ups_or_the_book(make_user, client_of: ClientOf, desk_workspace: Workspace) -> None:
    for role in set(Role) - {Role.REVIEWER}:
        client = client_of(make_user(f"u-{role.value}", role, organisation="MIN"))
        for address in ("", "unusual/", "book/"):
            assert client.get(f"/oversight/{address}").status_code == 403, (role, address)


def test_a_reviewers_reading_is_committed_to_in_the_ledger_and_says_nothing_there(
    make_user, client_of: ClientOf, desk_workspace: Workspace
) -> None:
    rhea = make_user("rhea", Role.REVIEWER, body="Review Office")
    client = client_of(rhea)
    client.get("/oversight/", {"actor": "ada-of-security"})
    review = Review.objects.get()
    assert review.asked["actor"] == "ada-of-security"
    assert review.commitment() in workspace().commitments()
    page = client.get("/oversight/").content.decode()
    assert "oversight</td>" not in page, "a review is not among the look-ups that reviewers list"
    book = client.get("/oversight/book/").content.decode()
    assert "as it was written" in book and "does not match" not in book
    Review.objects.filter(pk=review.pk).update(asked={"actor": "nobody"})
    assert "does not match" in client.get("/oversight/book/").content.decode()
    other = client_of(make_user("remy", Role.REVIEWER, body="Another Office"))
    assert "ada-of-security" not in other.get("/oversight/book/").content.decode()


def lookup(n: int, **more: Any) -> dict[str, Any]:
    return {
        "index": n,
        "at": "2026-03-04T10:00:00.000000Z",
        "actor": "ada",
        "purpose": "the harbour article",
        "case": "c-1",
        "command": "trace",
        "parameters": {},
        "unmask": None,
        **more,
    }


def test_plain_rules_say_what_is_out_of_the_ordinary() -> None:
    assert unusual([lookup(0)]) == []
    found = unusual([
        lookup(1, at="2026-03-04T23:10:00.000000Z"),
        lookup(2, at="2026-03-07T10:00:00.000000Z"),
        lookup(3, purpose="x"),
        lookup(4, unmask="why not", case=None),
        lookup(5, parameters={"person": "P-9"}),
        lookup(6, parameters={"person": "P-9"}, case="c-2"),
    ])  # fmt: skip
    assert [(one.index, one.why.split(" ")[0]) for one in found] == [
        (1, "at"),
        (2, "at"),
        (3, "a"),
        (4, "names"),
        (5, "P-9"),
        (6, "P-9"),
    ]
    usual = [lookup(n, at=f"2026-03-0{n}T10:00:00.000000Z") for n in range(2, 6)]
    many = [lookup(100 + n, at="2026-03-06T10:00:00.000000Z") for n in range(61)]
    assert [one.index for one in unusual([*usual, *many])] == [100]
