"""What a letter says, in either language: one content for PDF and DOCX alike. Pure but for the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import formats, translation
from django.utils.translation import gettext as _

from tearline.desk.requests.models import Request, RequestKind


@dataclass(frozen=True, slots=True)
class Letter:
    """`facts`: label and value, in order. `marking` stands on every page."""

    language: str
    marking: str
    sender: str
    addressee: str
    place_and_day: str
    facts: tuple[tuple[str, str], ...]
    title: str
    opening: tuple[str, ...]
    items_heading: str
    items: tuple[str, ...]
    closing: tuple[str, ...]
    signature: str
    page_of: str


def letter(request: Request, language: str, today: date) -> Letter:
    """The letter of a request in `language`. What people wrote (items, reason, authority) stays as it is."""
    with translation.override(language):
        day = formats.date_format(request.sent_at.date() if request.sent_at else today, "DATE_FORMAT")
        due = formats.date_format(request.due, "DATE_FORMAT")
        expires = formats.date_format(request.expires, "DATE_FORMAT") if request.expires else ""
        notice = request.kind == RequestKind.NOTICE
        facts = [(_("Our reference"), request.reference), (_("Authority"), request.authority)]
        if request.after is not None:
            facts.append((_("Preservation notice"), request.after.reference))
        facts.append((_("To be confirmed by") if notice else _("Answer due"), due))
        return Letter(
            language=language,
            marking=request.marking,
            sender=request.case.body.name,
            addressee=request.addressee,
            place_and_day=day,
            facts=tuple(facts),
            title=_("Notice to preserve records") if notice else _("Request for records"),
            opening=_opening(request, notice=notice, due=due, expires=expires),
            items_heading=_("Records to be preserved") if notice else _("Records asked for"),
            items=tuple(request.item_lines()),
            closing=_closing(notice=notice),
            signature=request.case.body.name,
            # Translators: a page's number, as in "Page 1 of 2"
            page_of=_("Page {page} of {pages}"),
        )


def _opening(request: Request, *, notice: bool, due: str, expires: str) -> tuple[str, ...]:
    if notice:
        said = [
            _(
                "On the authority named above you are asked to preserve the records listed below as they are, and "
                "to suspend whatever would delete or overwrite them, until you are told otherwise."
            )
        ]
        if expires:
            said.append(
                _("By the retention that is on record, some of them expire on %(day)s.") % {"day": expires}
            )
        said.append(_("Please confirm by %(day)s that they are being preserved.") % {"day": due})
    else:
        said = [
            _("On the authority named above you are asked to hand over the records listed below by %(day)s.")
            % {"day": due}
        ]
    if request.reason:
        said.append(_("Why they are asked for: %(reason)s") % {"reason": request.reason})
    return tuple(said)


def _closing(*, notice: bool) -> tuple[str, ...]:
    said = [
        _(
            "This is a question about records. It says nothing about any person, and nobody is to be told of it "
            "who does not need to be in order to answer it."
        )
    ]
    if not notice:
        said.insert(
            0,
            _(
                "Please answer for each item: in full, in part, refused, no record, overwritten, or held by "
                "another body, with the reason where it is not in full. Records are best left in the form in "
                "which the system gives them out."
            ),
        )
    return tuple(said)
