"""What a gap says and asks for, in plain sentences. A gap is a silence in the record, nothing about anybody."""

from __future__ import annotations

from datetime import datetime

from tearline.pathway.logs import Hole
from tearline.records.naming import mention
from tearline.records.replies import Reply, ReplyKind


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count} times"


def opened_without_delivery(who: str, product: str, first: datetime, count: int) -> tuple[str, str]:
    return (
        f"{mention(who)} is recorded as having used {product} {_times(count)}, first on {_day(first)}, but no"
        " delivery to them is recorded before that.",
        f"How and from whom {product} reached {mention(who)} before {_day(first)}: distribution, mail and registry"
        " records.",
    )


def sender_without_possession(sender: str, product: str, first: datetime, count: int) -> tuple[str, str]:
    return (
        f"{sender} is recorded as having passed {product} on {_times(count)}, first on {_day(first)}, but nothing"
        " recorded shows how it came there.",
        f"How and from whom {product} reached {sender} before {_day(first)}.",
    )


def delivered_without_receipt(who: str, product: str, first: datetime, count: int) -> tuple[str, str]:
    times = "" if count == 1 else f" {_times(count)}"
    return (
        f"{product} was sent to {mention(who)}{times}, first on {_day(first)}, where receipts are otherwise"
        " recorded, but no receipt, opening or return is.",
        f"Whether {product} reached {mention(who)} on or after {_day(first)}: receipts and access records.",
    )


def log_hole(log: str, product: str | None, hole: Hole) -> tuple[str, str]:
    start, end = _day(hole.start), _day(hole.end)
    handled = f"; {product} was there to be handled" if product else ""
    return (
        f"Nothing stands in {log} from {start} until {end}, where about {hole.expected:.0f} entries would be"
        f" usual{handled}.",
        f"What {log} held from {start} until {end}, or why nothing was kept.",
    )


def answered(reply: Reply) -> tuple[str, str]:
    """An organisation's answer that leaves something open, in the words in which it was asked."""
    whose, day = reply.organisation, _day(reply.given_at)
    why = f" Reason given: {reply.reason}" if reply.reason else ""
    asked = f"Asked for “{reply.asked}”"
    match reply.kind:
        case ReplyKind.REFUSED:
            return (
                f"{asked}, {whose} refused on {day}.{why}",
                f"Who can order {whose} to hand over “{reply.asked}”, and that it be preserved until then.",
            )
        case ReplyKind.NO_RECORD:
            return (
                f"{asked}, {whose} answered on {day} that there is no record.{why}",
                f"Whether anybody else recorded what {whose} did not: senders, carriers, visitors' hosts.",
            )
        case ReplyKind.OVERWRITTEN:
            return (
                f"{asked}, {whose} answered on {day} that it has been overwritten.{why}",
                f"Whether {whose} keeps backups or copies of it, and by which rule it was overwritten.",
            )
        case ReplyKind.HELD_ELSEWHERE:
            return (
                f"{asked}, {whose} answered on {day} that {reply.held_by} holds it.{why}",
                f"“{reply.asked}”, which {whose} says {reply.held_by} holds.",
            )
        case _:
            return (
                f"{asked}, {whose} handed over a part on {day}.{why}",
                f"The rest of “{reply.asked}”, or why it is not handed over.",
            )


def print_unaccounted(who: str, product: str, first: datetime, count: int) -> tuple[str, str]:
    copies = "a print" if count == 1 else f"{count} prints"
    return (
        f"{mention(who)} made {copies} of {product}, first on {_day(first)}, of which neither return nor"
        " destruction is recorded.",
        f"Where the prints of {product} that {mention(who)} made are now: registers of copies, returns and"
        " destruction.",
    )


def shared_login(account: str, product: str, people: int, count: int) -> tuple[str, str]:
    return (
        f"{product} was handled {_times(count)} under the account {mention(account)}, which {people} people"
        " share.",
        f"Who used the account {mention(account)} at those times: rosters, workstation and badge records.",
    )


def group_account(group: str, product: str, count: int) -> tuple[str, str]:
    return (
        f"{product} was handled {_times(count)} in the name of {group}, for which several people stand.",
        f"Who acted in the name of {group} at those times: rosters, workstation and badge records.",
    )


def no_log(organisation: str, system: str | None, product: str, first: datetime) -> tuple[str, str]:
    log = f"the {system} of {organisation}" if system else f"opening, printing or copying at {organisation}"
    return (
        f"No record of {log} has been handed over at all, though {product} was there from {_day(first)}.",
        f"The records of {log} from {_day(first)}, or a statement that none are kept.",
    )


def unresolved_name(who: str, product: str, first: datetime, count: int) -> tuple[str, str]:
    return (
        f"The name {mention(who)} stands in {count} {'record' if count == 1 else 'records'} of {product}, first"
        f" on {_day(first)}, and belongs to nobody in the register.",
        f"Who {mention(who)} is, with position and organisation at that time.",
    )
