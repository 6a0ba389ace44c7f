"""The bodies of ledger records, and the records they stand for.

A body is the JSON object of one row as the contract names its fields, normalised: times in RFC 3339 UTC, lists as
lists, absent values as null. Intake writes bodies, views read them; this module is the one place that knows both.
Every body also carries `batch`, the intake it came with. Bodies are read back without checks: intake made them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tearline.records.investigations import Declaration
from tearline.records.kinds import AccessBasis, OrganisationKind
from tearline.records.people import Group, Membership, Organisation, Period, Person
from tearline.records.products import Disclosure, HandlingTerms, Portion, Product
from tearline.records.replies import Reply, ReplyKind
from tearline.records.times import Interval, parse_instant

Body = Mapping[str, Any]


def organisation(body: Body) -> Organisation:
    return Organisation(
        id=body["id"],
        name=body["name"],
        kind=OrganisationKind(body["kind"]),
        parent=body.get("parent"),
        retention=body.get("retention") or {},
    )


def person(rows: Iterable[Body]) -> Person:
    """One person from the rows that share an id (at least one, a row a period); the latest row gives the name."""
    ordered = sorted(rows, key=lambda row: row["valid_from"])
    accounts = dict.fromkeys(account for row in ordered for account in row.get("accounts") or ())
    return Person(
        id=ordered[-1]["id"],
        name=ordered[-1]["name"],
        periods=tuple(_period(row) for row in ordered),
        accounts=tuple(accounts),
    )


def _period(row: Body) -> Period:
    return Period(
        organisation=row["organisation"],
        position=row.get("position"),
        clearance=row.get("clearance"),
        caveats=tuple(row.get("caveats") or ()),
        access_basis=AccessBasis(row.get("access_basis") or AccessBasis.CLEARANCE),
        valid_from=parse_instant(row["valid_from"]),
        valid_to=parse_instant(row["valid_to"]) if row.get("valid_to") else None,
    )


def group(rows: Iterable[Body]) -> Group:
    """One group from the rows that share an id (at least one, a row a membership)."""
    ordered = sorted(rows, key=lambda row: (row["valid_from"], row["member"]))
    return Group(
        id=ordered[-1]["id"],
        name=ordered[-1]["name"],
        memberships=tuple(
            Membership(
                member=row["member"],
                valid_from=parse_instant(row["valid_from"]),
                valid_to=parse_instant(row["valid_to"]) if row.get("valid_to") else None,
            )
            for row in ordered
        ),
    )


def product(body: Body) -> Product:
    terms = body.get("handling") or {}
    return Product(
        id=body["id"],
        title=body["title"],
        originator=body["originator"],
        issued_at=parse_instant(body["issued_at"]),
        marking=body["marking"],
        portions=tuple(
            Portion(item["id"], item.get("marking") or body["marking"], item["text"]) for item in body["portions"]
        ),
        number=body.get("number"),
        language=body.get("language"),
        derived_from=tuple(body.get("derived_from") or ()),
        distribution=tuple(body.get("distribution") or ()),
        authors=tuple(body.get("authors") or ()),
        handling=HandlingTerms(
            print=terms.get("print"),
            copy=terms.get("copy"),
            forward=terms.get("forward"),
            return_by=date.fromisoformat(terms["return_by"]) if terms.get("return_by") else None,
        ),
        caveat_text=body.get("caveat_text"),
    )


def disclosure(body: Body) -> Disclosure:
    """`published_at` in a body is a list of two instants, earliest and latest, or null."""
    published = body.get("published_at")
    return Disclosure(
        id=body["id"],
        text=body["text"],
        title=body.get("title"),
        outlet=body.get("outlet"),
        published_at=Interval(parse_instant(published[0]), parse_instant(published[1])) if published else None,
        language=body.get("language"),
        url=body.get("url"),
        public=bool(body.get("public")),
    )


def reply(body: Body) -> Reply:
    return Reply(
        id=body["id"],
        organisation=body["organisation"],
        asked=body["asked"],
        kind=ReplyKind(body["answer"]),
        given_at=parse_instant(body["date"]),
        reason=body["reason"],
        system=body["system"],
        product=body["product"],
        since=parse_instant(body["since"]) if body["since"] else None,
        until=parse_instant(body["until"]) if body["until"] else None,
        held_by=body["held_by"],
        gaps=tuple(body["gaps"]),
    )


def declaration(body: Body) -> Declaration:
    """An analyst's recognition: a record of the disclosures stream whose `declares` names what was recognised."""
    declared = body["declares"]
    return Declaration(
        disclosure=body["id"],
        product=declared["product"],
        portion=declared.get("portion"),
        reason=declared["reason"],
        by=declared["by"],
        at=parse_instant(declared["at"]),
        case=declared.get("case"),
    )
