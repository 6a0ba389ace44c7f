"""One row of a register file, checked and turned into a ledger body.

Each check takes the row's fields and what is known, and returns the body (without `batch`) or raises BadInput
that names the field and the remedy. References that a later row of the same files may satisfy (parents of
organisations, sources of products) are checked afterwards, by `missing_references`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Set
from datetime import date
from typing import Any

from tearline.intake.known import Body, Known
from tearline.intake.texts import (
    Fields,
    choice,
    clean,
    instant,
    listed,
    optional,
    optional_id,
    required,
    required_choice,
    required_id,
)
from tearline.records.errors import BadInput
from tearline.records.kinds import AccessBasis, OrganisationKind, Stream
from tearline.records.markings import MarkingScheme
from tearline.records.replies import ReplyKind
from tearline.records.times import format_instant, parse_instant, parse_interval

LONGEST_TEXT = 12 << 20
MOST_PORTIONS = 20_000

SINCE_EVER = "1900-01-01T00:00:00Z"
"""The start of a period for which the source names none."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_TERMS = {
    "print": ("no", "logged", "yes"),
    "copy": ("no", "logged", "yes"),
    "forward": ("originator", "organisation", "free"),
}


def organisation(fields: Fields, known: Known) -> Body:
    return {
        "id": _own_id(fields, known, Stream.ORGANISATIONS),
        "name": required(fields, "name"),
        "kind": required_choice(fields, "kind", OrganisationKind).value,
        "parent": optional_id(fields, "parent"),
        "retention": _retention(fields),
    }


def person(fields: Fields, known: Known) -> Body:
    organisation = required_id(fields, "organisation")
    _registered_organisation(organisation, "organisation", known)
    accounts = listed(fields, "accounts")
    for account in accounts:
        system, colon, login = account.partition(":")
        if not (system.strip() and colon and login.strip()):
            raise BadInput(
                f"{account!r} is not an account",
                field="accounts",
                remedy="Write it as system:login, ';' between two",
            )
    valid_from, valid_to = _period(fields)
    return {
        "id": _own_id(fields, known, Stream.PEOPLE),
        "name": required(fields, "name"),
        "organisation": organisation,
        "position": optional(fields, "position"),
        "clearance": optional(fields, "clearance"),
        "caveats": listed(fields, "caveats"),
        "access_basis": (choice(fields, "access_basis", AccessBasis) or AccessBasis.CLEARANCE).value,
        "valid_from": valid_from or SINCE_EVER,
        "valid_to": valid_to,
        "accounts": accounts,
    }


def group(fields: Fields, known: Known) -> Body:
    valid_from, valid_to = _period(fields)
    if valid_from is None:
        raise BadInput("nothing stands here", field="valid_from", remedy="Say since when, as 2026-03-14")
    return {
        "id": _own_id(fields, known, Stream.GROUPS),
        "name": required(fields, "name"),
        "member": required_id(fields, "member"),
        "valid_from": valid_from,
        "valid_to": valid_to,
    }


def product(scheme: MarkingScheme) -> Callable[[Fields, Known], Body]:
    """The check of a product whose markings are read by `scheme`."""

    def check(fields: Fields, known: Known) -> Body:
        identifier = required_id(fields)
        originator = required_id(fields, "originator")
        _registered_organisation(originator, "originator", known)
        marking = _marking(fields, "marking", scheme)
        if marking is None:
            raise BadInput("nothing stands here", field="marking", remedy="Give the product's marking")
        issued_at = instant(fields, "issued_at")
        if issued_at is None:
            raise BadInput("nothing stands here", field="issued_at", remedy="Give the date of issue")
        derived = listed(fields, "derived_from")
        if identifier in derived:
            raise BadInput("a product cannot be derived from itself", field="derived_from", remedy="Take it out")
        return {
            "id": identifier,
            "title": required(fields, "title"),
            "originator": originator,
            "issued_at": issued_at,
            "marking": marking,
            "portions": _portions(fields, scheme),
            "number": optional(fields, "number"),
            "language": _language(fields),
            "derived_from": derived,
            "distribution": listed(fields, "distribution"),
            "authors": listed(fields, "authors"),
            "handling": _handling(fields),
            "caveat_text": optional(fields, "caveat_text", longest=LONGEST_TEXT),
            "files": _files(fields),
        }

    return check


def disclosure(*, public: bool) -> Callable[[Fields, Known], Body]:
    """The check of a public item; `public` where it is earlier public reporting."""

    def check(fields: Fields, known: Known) -> Body:
        identifier = required_id(fields)
        if known.public.get(identifier, public) is not public:
            raise BadInput(
                f"{identifier!r} is on record as {'a disclosure' if public else 'earlier public reporting'}",
                field="id",
                remedy="Give one of the two another id",
            )
        published = optional(fields, "published_at")
        when = parse_interval(published, field="published_at") if published else None
        return {
            "id": identifier,
            "text": required(fields, "text", longest=LONGEST_TEXT),
            "title": optional(fields, "title"),
            "outlet": optional(fields, "outlet"),
            "published_at": [format_instant(when.earliest), format_instant(when.latest)] if when else None,
            "language": _language(fields),
            "url": optional(fields, "url"),
            "public": public,
        }

    return check


def reply(fields: Fields, known: Known) -> Body:
    """What an organisation answered; without an id of its own it is known by all that it says."""
    organisation = required_id(fields, "organisation")
    _registered_organisation(organisation, "organisation", known)
    kind = required_choice(fields, "answer", ReplyKind)
    held_by = optional_id(fields, "held_by")
    if (held_by is not None) is not (kind is ReplyKind.HELD_ELSEWHERE):
        raise BadInput(
            f"{kind.value!r} with{'' if held_by else 'out'} a body that holds the records",
            field="held_by",
            remedy=f"A body that holds them belongs to the answer {ReplyKind.HELD_ELSEWHERE.value!r} alone",
        )
    if held_by is not None:
        _registered_organisation(held_by, "held_by", known)
    product = optional_id(fields, "product")
    if product is not None and not known.is_product(product):
        raise BadInput(f"the product {product!r} is not registered", field="product", remedy="Load it first")
    since, until = instant(fields, "since"), instant(fields, "until")
    if since and until and parse_instant(until) <= parse_instant(since):
        raise BadInput(
            f"the time ends ({until}) before it has begun ({since})",
            field="until",
            remedy="Correct one of the two",
        )
    body: Body = {
        "organisation": organisation,
        "asked": required(fields, "asked"),
        "answer": kind.value,
        "date": instant(fields, "date") or required(fields, "date"),
        "reason": optional(fields, "reason"),
        "system": optional(fields, "system"),
        "product": product,
        "since": since,
        "until": until,
        "held_by": held_by,
        "gaps": listed(fields, "gaps"),
    }
    own = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:12]
    return {"id": optional_id(fields, "id") or f"A-{own}", **body}


def missing_references(stream: Stream, body: Body, present: Set[str]) -> BadInput | None:
    """What `body` refers to within its own register and `present` ids do not hold."""
    if stream is Stream.ORGANISATIONS and body["parent"] is not None and body["parent"] not in present:
        return BadInput(
            f"the organisation {body['parent']!r} is not registered",
            field="parent",
            remedy="Load it first or with this",
        )
    if stream is Stream.PRODUCTS:
        missing = [source for source in body["derived_from"] if source not in present]
        if missing:
            return BadInput(
                f"the product {missing[0]!r} is not registered",
                field="derived_from",
                remedy="Load it first or with this",
            )
    return None


def unknown_organisation(identifier: str, field: str) -> BadInput:
    return BadInput(
        f"the organisation {identifier!r} is not registered",
        field=field,
        remedy="Load it with organisations.csv, then run `tearline quarantine --retry`",
    )


def _registered_organisation(identifier: str, field: str, known: Known) -> None:
    if known.lacks_organisation(identifier):
        raise unknown_organisation(identifier, field)


def _own_id(fields: Fields, known: Known, stream: Stream) -> str:
    identifier = required_id(fields)
    owner = known.other_owner(identifier, stream)
    if owner is not None:
        raise BadInput(
            f"the id {identifier!r} is taken in {owner.value}",
            field="id",
            remedy="People, groups and organisations share one space of ids: choose another",
        )
    return identifier


def _period(fields: Fields) -> tuple[str | None, str | None]:
    start, end = instant(fields, "valid_from"), instant(fields, "valid_to")
    if start and end and parse_instant(end) <= parse_instant(start):
        raise BadInput(
            f"the period ends ({end}) before it has begun ({start})",
            field="valid_to",
            remedy="Correct one of the two",
        )
    return start, end


def _retention(fields: Fields) -> dict[str, int]:
    """`mail:365;print:30`: for how many days an organisation keeps each system's records."""
    found: dict[str, int] = {}
    for item in listed(fields, "retention"):
        system, _, days = item.rpartition(":")
        if not system.strip() or not days.strip().isdecimal() or len(days) > 6:
            raise BadInput(
                f"{item!r} is not system:days", field="retention", remedy="Write it as mail:365;print:30"
            )
        found[system.strip()] = int(days)
    return found


def _language(fields: Fields) -> str | None:
    text = optional(fields, "language")
    if text is None:
        return None
    if not _LANGUAGE.fullmatch(text.casefold()):
        raise BadInput(f"{text!r} is not a language", field="language", remedy="Write it as en or fr")
    return text.casefold()


def _marking(fields: Fields, name: str, scheme: MarkingScheme) -> str | None:
    """The marking as it was written, having been understood."""
    text = optional(fields, name)
    if text is not None:
        try:
            scheme.parse(text)
        except BadInput as fault:
            raise BadInput(fault.what, field=name, remedy=fault.remedy) from None
    return text


def _portions(fields: Fields, scheme: MarkingScheme) -> list[dict[str, str | None]]:
    value = fields.get("portions")
    if not isinstance(value, list) or not value:
        raise BadInput(
            "a product needs at least one portion",
            field="portions",
            remedy='Write [{"id": …, "marking": …, "text": …}]',
        )
    if len(value) > MOST_PORTIONS:
        raise BadInput(f"more than {MOST_PORTIONS:,} portions", field="portions", remedy="Split the product")
    found: dict[str, dict[str, str | None]] = {}
    for number, item in enumerate(value, 1):
        try:
            if not isinstance(item, dict):
                raise BadInput("not an object", remedy='Write {"id": …, "marking": …, "text": …}')
            identifier = required_id(item)
            if identifier in found:
                raise BadInput(f"the id {identifier!r} stands twice", remedy="Give each portion its own id")
            found[identifier] = {
                "id": identifier,
                "marking": _marking(item, "marking", scheme),
                "text": required(item, "text", longest=LONGEST_TEXT),
            }
        except BadInput as fault:
            inner = f".{fault.field}" if fault.field else ""
            raise BadInput(fault.what, field=f"portions[{number}]{inner}", remedy=fault.remedy) from None
    return list(found.values())


def _files(fields: Fields) -> list[dict[str, str | None]]:
    """Files that are the product: `[{"name", "sha256"}]`, by which an attachment is recognised."""
    value = fields.get("files")
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadInput("a list of objects is expected", field="files", remedy='Write [{"name": …, "sha256": …}]')
    found: list[dict[str, str | None]] = []
    for item in value:
        digest = required(item, "sha256").casefold()
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise BadInput("not a SHA-256 of 64 hexadecimal digits", field="files.sha256", remedy="Correct it")
        found.append({"name": optional(item, "name"), "sha256": digest})
    return found


def _handling(fields: Fields) -> dict[str, str] | None:
    value = fields.get("handling")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise BadInput("an object is expected", field="handling", remedy='Write {"print": "logged", …}')
    found: dict[str, str] = {}
    for name, item in value.items():
        field = f"handling.{clean(str(name))[:60]}"
        if item is None:
            continue
        if name == "return_by":
            found[name] = _day(item, field)
        elif name in _TERMS and item in _TERMS[name]:
            found[name] = item
        elif name in _TERMS:
            raise BadInput(
                f"{clean(str(item))[:60]!r} is not one of: {', '.join(_TERMS[name])}",
                field=field,
                remedy="Use one of these",
            )
        else:
            raise BadInput("not a term of handling", field=field, remedy="Use print, copy, forward or return_by")
    return found


def _day(value: Any, field: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise BadInput(
            f"{clean(str(value))[:60]!r} is not a date", field=field, remedy="Write it as 2026-03-14"
        ) from None


CHECKS: Mapping[Stream, Callable[[Fields, Known], Body]] = {
    Stream.ORGANISATIONS: organisation,
    Stream.PEOPLE: person,
    Stream.GROUPS: group,
    Stream.ANSWERS: reply,
}
