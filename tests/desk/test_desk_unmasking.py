"""A name is shown to whoever asked with a reason, in one case, after a second person approved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tearline.desk.accounts.models import Role, User
from tearline.desk.cases import unmasking
from tearline.desk.cases.models import Unmasking
from tearline.records.errors import BadInput, NotPermitted

ClientOf = Callable[[User], Client]


def test_ask_approve_show(make_user, make_case, client_of: ClientOf) -> None:
    ada, bea = make_user("ada"), make_user("bea")
    chief = make_user("chief", Role.APPROVER)
    case, other = make_case(ada), make_case(ada, "Another")
    page = client_of(ada).get(unmasking.ask_url(case, "P-1")).content.decode()
    assert 'value="P-1"' in page
    client_of(ada).post(f"/cases/{case.pk}/names/ask/", {"person": "P-1", "reason": "to summon them"})
    asked = Unmasking.objects.get()
    assert unmasking.approved(case, ada, "P-1") is None
    assert "Approve" not in client_of(ada).get(f"/cases/{case.pk}/names/").content.decode()
    decide = f"/cases/{case.pk}/names/{asked.pk}/decide/"
    assert client_of(ada).post(decide, {"approve": "1", "answer": "x"}).status_code == 403
    assert client_of(chief).post(decide, {"approve": "1", "answer": ""}).status_code == 400
    client_of(chief).post(decide, {"approve": "1", "answer": "needed"})
    reason = unmasking.approved(case, ada, "P-1")
    assert reason is not None and "to summon them" in reason and "chief" in reason
    assert unmasking.approved(case, bea, "P-1") is None
    assert unmasking.approved(case, ada, "P-2") is None
    assert unmasking.approved(other, ada, "P-1") is None
    assert [line.act for line in case.entries.all()] == ["case:open", "name:ask", "name:approve"]
    assert client_of(chief).post(decide, {"refuse": "1", "answer": "no"}).status_code == 400


def test_nobody_approves_their_own(make_user, make_case) -> None:
    chief = make_user("chief", Role.APPROVER)
    case = make_case(make_user("ada"))
    asked = unmasking.ask(case, chief, "P-1", "because")
    with pytest.raises(NotPermitted):
        unmasking.decide(asked, chief, approve=True, answer="mine")
    with pytest.raises(BadInput):
        unmasking.ask(case, chief, "P-1", "twice")


def test_a_refusal_keeps_the_pseudonym_and_a_later_one_ends_an_approval(make_user, make_case) -> None:
    ada, chief = make_user("ada"), make_user("chief", Role.APPROVER)
    case = make_case(ada)
    unmasking.decide(unmasking.ask(case, ada, "P-1", "a"), chief, approve=True, answer="yes")
    unmasking.decide(unmasking.ask(case, ada, "P-1", "b"), chief, approve=False, answer="no")
    assert unmasking.approved(case, ada, "P-1") is None
