"""A desk on the bundled example, and people who work at it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tearline.desk.accounts.models import Body, Role, User
from tearline.desk.cases.doing import open_case
from tearline.desk.cases.models import Case, ScopeItem, ScopeKind
from tearline.workspace import Workspace, create_workspace, open_workspace

MakeUser = Callable[..., User]
MakeCase = Callable[..., Case]


@pytest.fixture(scope="session", autouse=True)
def desk_workspace() -> Workspace:
    """The workspace the desk under test works on: the bundled example, loaded once a run."""
    folder: Path = settings.WORKSPACE
    if (folder / "ledger").is_dir():
        return open_workspace(folder)
    from tearline import example  # noqa: PLC0415 - the generator is needed here alone

    made = create_workspace(folder)
    example.generate(folder.parent / "example")
    made.load([folder.parent / "example"])
    return made


@pytest.fixture
def make_user(db: None) -> MakeUser:
    """`make_user("ada", Role.INVESTIGATOR, body="Internal Security")`: settled, with a second factor."""

    def make(name: str, role: Role = Role.INVESTIGATOR, body: str = "Internal Security", **fields: str) -> User:
        home, _ = Body.objects.get_or_create(name=body)
        user = User.objects.create_user(name, "correct horse battery", body=home, role=role, **fields)
        User.objects.filter(pk=user.pk).update(must_change_password=False)
        user.refresh_from_db()
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "none"})
        return user

    return make


@pytest.fixture
def client_of(desk_workspace: Workspace) -> Callable[[User], Client]:
    """A browser in which somebody is signed in, at a desk that has its workspace."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def make_case() -> MakeCase:
    """`make_case(ada, products=["..."])`: open for a month; with no products named, its scope is every product."""

    def make(
        by: User, title: str = "The harbour article", products: tuple[str, ...] = (), **fields: object
    ) -> Case:
        case = Case(
            title=title,
            purpose="Find how the report got out",
            authority="Order 7",
            every_product=not products,
            **fields,
        )
        made = open_case(case, by, (timezone.now() + timedelta(days=30)).date())
        for product in products:
            ScopeItem.objects.create(case=made, kind=ScopeKind.PRODUCT, item=product, added_by=by)
        return made

    return make
