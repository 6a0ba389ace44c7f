"""The closed lists of the record in the reader's language, and what a grade means and does not mean."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

WORDS: Final[dict[str, Any]] = {
    "delivered": _("delivered"),
    "opened": _("opened"),
    "extracted": _("extracted"),
    "addressed": _("addressed"),
    "arrival": _("arrival recorded"),
    "act": _("own act"),
    "attested": _("attested"),
    "strong": _("Strong"),
    "moderate": _("Moderate"),
    "weak": _("Weak"),
    "inconclusive": _("Inconclusive"),
    "declared": _("Declared"),
    "quote": _("quotation"),
    "wording": _("wording"),
    "paraphrase": _("paraphrase"),
    "name": _("name"),
    "number": _("number"),
    "date": _("date"),
    "document": _("What got out looks like the document itself."),
    "information": _("What got out looks like the information, not the document."),
    "undetermined": _("Whether the document or only its information got out cannot be said."),
    "high": _("high"),
    "medium": _("medium"),
    "low": _("low"),
    "no": _("no"),
    "logged": _("logged"),
    "yes": _("yes"),
    "organisation": _("organisation"),
    "group": _("list"),
    "person": _("person"),
    "opened without delivery": _("opened without delivery"),
    "sender without possession": _("sender without possession"),
    "delivered without receipt": _("delivered without receipt"),
    "hole in a log": _("hole in a log"),
    "printed and never accounted for": _("printed and never accounted for"),
    "shared account": _("shared account"),
    "system with no log": _("system with no log"),
    "unresolved name": _("unresolved name"),
    "answered: no record": _("answered: no record"),
    "overwritten": _("overwritten"),
    "refused": _("refused"),
    "answered in part": _("answered in part"),
    "held by another body": _("held by another body"),
}

FORWARD: Final[dict[str, Any]] = {
    "originator": _("with the originator's leave"),
    "organisation": _("within the organisation"),
    "free": _("freely"),
}

CAVEATS: Final[dict[str, Any]] = {
    "strong": _(
        "Texts this alike are seldom independent. A common source that is not registered would look the same."
    ),
    "moderate": _(
        "More alike than unrelated texts usually are. Coincidence or a common source is a real possibility."
    ),
    "weak": _("Some likeness, as unrelated texts on one subject often have. Do not build on it alone."),
    "inconclusive": _("Nothing here tells this product from any other on the subject."),
    "declared": _("Taken from an analyst's own recognition; the machine's comparison does not carry it."),
}
