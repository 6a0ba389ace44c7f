"""On whose behalf the evidence is looked at: a case's, or a registrar's charge. The pages are the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.urls import reverse

from tearline.desk.accounts.models import User
from tearline.desk.doors import OpenCase
from tearline.desk.evidence import charge, inquiry
from tearline.records.errors import BadInput
from tearline.workspace import Inquiry


@dataclass(frozen=True, slots=True)
class Look:
    """`case` None: a registrar's look at what is in their charge."""

    user: User
    case: OpenCase | None

    def inquiry(self, unmask: str | None = None) -> Inquiry:
        """The look-up, as it will be recorded."""
        if self.case is not None:
            return inquiry(self.case, unmask)
        return charge(self.user, f"Keeping the register of {self.user.organisation}")

    def url(self, page: str, *args: Any) -> str:
        """Where a page of this look is."""
        if self.case is not None:
            return reverse(f"registry:{page}", args=[self.case.pk, *args])
        return reverse(f"registry:register-{page}", args=args)


@contextmanager
def or_nothing() -> Iterator[None]:
    """What is not on record, and what lies beyond the scope, are the same: there is nothing at that address."""
    try:
        yield
    except BadInput as error:
        if error.field in {"PRODUCT", "DISCLOSURE", "person"}:
            raise Http404 from error
        raise
