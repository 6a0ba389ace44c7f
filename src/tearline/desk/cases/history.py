"""The lines of a case's history in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tearline.desk.acts import Act
from tearline.desk.cases.models import Case, Entry

MOST: Final = 400

_DONE: Final[dict[str, Any]] = {
    Act.CASE_OPEN: gettext_lazy("opened the case"),
    Act.CASE_CHANGE: gettext_lazy("changed the case"),
    Act.CASE_RENEW: gettext_lazy("renewed the case"),
    Act.CASE_CLOSE: gettext_lazy("closed the case"),
    Act.CASE_HAND_OVER: gettext_lazy("handed the case over"),
    Act.BAR_LIFT: gettext_lazy("let somebody in again"),
    Act.NAME_ASK: gettext_lazy("asked for a name"),
    Act.NAME_APPROVE: gettext_lazy("decided on a name"),
    Act.MATCH_DECLARE: gettext_lazy("declared a match"),
    Act.REQUEST_WRITE: gettext_lazy("wrote a request"),
    Act.REQUEST_SEND: gettext_lazy("sent a request"),
    Act.ANSWER_TAKE: gettext_lazy("entered an answer"),
    "case:recuse": gettext_lazy("worked out from the record who keeps out"),
}

_SAID: Final[dict[str, Any]] = {
    "until": gettext_lazy("until"),
    "authority": gettext_lazy("authority"),
    "reason": gettext_lazy("reason"),
    "answer": gettext_lazy("answer"),
    "person": gettext_lazy("person"),
    "approved": gettext_lazy("approved"),
    "scope_added": gettext_lazy("added to the scope"),
    "scope_ended": gettext_lazy("taken out of the scope"),
    "every_product": gettext_lazy("every product"),
    "widened": gettext_lazy("wider than at first"),
    "changed": gettext_lazy("before"),
    "member_added": gettext_lazy("named as a member"),
    "member_ended": gettext_lazy("no longer a member"),
    "read_in": gettext_lazy("read in"),
    "read_in_ended": gettext_lazy("no longer read in"),
    "told_at": gettext_lazy("told at"),
    "kept_out": gettext_lazy("kept out"),
    "ground": gettext_lazy("ground"),
    "user": gettext_lazy("user"),
    "kind": gettext_lazy("kind"),
    "to": gettext_lazy("to"),
    "body": gettext_lazy("body"),
    "sight_kept": gettext_lazy("sight kept"),
    "task": gettext_lazy("task"),
    "task_done": gettext_lazy("task done"),
    "pinned": gettext_lazy("put on the timeline"),
    "unpinned": gettext_lazy("taken off the timeline"),
    "paper": gettext_lazy("paper registered"),
    "request": gettext_lazy("request"),
    "organisation": gettext_lazy("organisation"),
    "withdrawn": gettext_lazy("withdrawn"),
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """`details`: a word and what it says, in the order in which they were noted."""

    at: datetime
    by: str
    done: str
    details: tuple[tuple[str, str], ...]


def history_of(case: Case) -> list[HistoryLine]:
    """Everything that was done to the case, latest first."""
    found = case.entries.select_related("by").order_by("-at", "-id")[:MOST]
    return [_line(entry) for entry in found]


def _line(entry: Entry) -> HistoryLine:
    return HistoryLine(
        at=entry.at,
        by=str(entry.by) if entry.by else _("the desk"),
        done=str(_DONE.get(entry.act, entry.act)),
        details=tuple(
            (str(_SAID.get(name, name)), _words(value)) for name, value in entry.detail.items() if _tells(value)
        ),
    )


def _tells(value: Any) -> bool:
    return value is not None and value is not False and value not in ([], "")


def _words(value: Any) -> str:
    if value is True:
        return _("yes")
    if isinstance(value, dict):
        return "; ".join(
            f"{name}: {_words(was[0]) if isinstance(was, list) else was}" for name, was in value.items()
        )
    if isinstance(value, list):
        return ", ".join(_words(one[-1] if isinstance(one, list) else one) for one in value)
    return str(value)
