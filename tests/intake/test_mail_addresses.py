"""Lists of addressees, as people and programs write them."""

from __future__ import annotations

import pytest

from tearline.intake.mail_addresses import split_address, split_addressees


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ()),
        (" ; ;", ()),
        ("Roy, Jane", ("Roy, Jane",)),
        ("H; Roy, Jane M; NSA-Staff", ("H", "Roy, Jane M", "NSA-Staff")),
        ("'abedin@x.example'; 'Roy@y.example'", ("abedin@x.example", "Roy@y.example")),
        ("a@x.example, b@y.example", ("a@x.example", "b@y.example")),
        ("Cheryl D Roy <r@x.example>, b@y.example", ("Cheryl D Roy <r@x.example>", "b@y.example")),
        ("Roy, Jane <r@x.example>, Chen, Li <l@x.example>", ("Roy, Jane <r@x.example>", "Chen, Li <l@x.example>")),
        ('"Roy, Jane" <r@x.example>, l@x.example', ('"Roy, Jane" <r@x.example>', "l@x.example")),
        ("Roy, Jane <r@x.example>", ("Roy, Jane <r@x.example>",)),
        # not clearly addresses: kept together
        ("Jane Roy, Li Chen", ("Jane Roy, Li Chen",)),
        # what a release removed leaves a gap
        ("'kamerri                  <kamerri        ", ("kamerri <kamerri",)),
        ("treerep                Colin Ebel           Haley Ebel", ("treerep", "Colin Ebel", "Haley Ebel")),
        ("H <hdr@x.example >", ("H <hdr@x.example>",)),
        ("<hdr@x.example>", ("hdr@x.example",)),
        ("Jake Sullivan <", ("Jake Sullivan",)),
        ("Roy, Jane <r@x.eu>. Chen, Li• Brown, Karen", ("Roy, Jane <r@x.eu>", "Chen, Li", "Brown, Karen")),
        ("5; h>; S", ("S",)),
        ("McDonough, Denis R.", ("McDonough, Denis R.",)),
    ],
)  # fmt: skip
def test_splitting(value: str, expected: tuple[str, ...]) -> None:
    assert split_addressees(value) == expected


@pytest.mark.parametrize(
    ("raw", "name", "address"),
    [
        ("Roy, Jane <r@x.example>", "Roy, Jane", "r@x.example"),
        ("H [mailto:h@x.example]", "H", "h@x.example"),
        ("r@x.example", None, "r@x.example"),
        ("Roy, Jane (r@x.example)", "Roy, Jane ()", "r@x.example"),
        ("NSA-Staff", "NSA-Staff", None),
        ("george <george", "george", "george"),
    ],
)
def test_name_and_address(raw: str, name: str | None, address: str | None) -> None:
    assert split_address(raw) == (name, address)
