"""What a gap says and asks for, in plain sentences. A gap is a silence in the record, nothing about anybody."""

from __future__ import annotations

from datetime import datetime

from tearline.pathway.logs import Hole
from tearline.records.naming import mention
from tearline.records.replies import Reply, ReplyKind
from tearline.records.said import Said, say, say_many, together

Words = tuple[Said, Said]
"""What the gap says, and what it asks for."""


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _times(count: int) -> Said:
    return say("twice") if count == 2 else say_many("once", "{count} times", count)


def opened_without_delivery(who: str, product: str, first: datetime, count: int) -> Words:
    values = {"who": mention(who), "product": product, "day": _day(first), "times": _times(count)}
    return (
        say(
            "{who} is recorded as having used {product} {times}, first on {day}, but no delivery to them is"
            " recorded before that.",
            **values,
        ),
        say(
            "How and from whom {product} reached {who} before {day}: distribution, mail and registry records.",
            **values,
        ),
    )


def sender_without_possession(sender: str, product: str, first: datetime, count: int) -> Words:
    values = {"who": sender, "product": product, "day": _day(first), "times": _times(count)}
    return (
        say(
            "{who} is recorded as having passed {product} on {times}, first on {day}, but nothing recorded shows"
            " how it came there.",
            **values,
        ),
        say("How and from whom {product} reached {who} before {day}.", **values),
    )


def delivered_without_receipt(who: str, product: str, first: datetime, count: int) -> Words:
    values = {"who": mention(who), "product": product, "day": _day(first)}
    return (
        say_many(
            "{product} was sent to {who}, first on {day}, where receipts are otherwise recorded, but no receipt,"
            " opening or return is.",
            "{product} was sent to {who} {times}, first on {day}, where receipts are otherwise recorded, but no"
            " receipt, opening or return is.",
            count,
            times=_times(count),
            **values,
        ),
        say("Whether {product} reached {who} on or after {day}: receipts and access records.", **values),
    )


def log_of(organisation: str, system: str | None) -> Said:
    """`the mail log of ORG`."""
    if system is None:
        return say("the log of {organisation}", organisation=organisation)
    return say("the {system} log of {organisation}", system=system, organisation=organisation)


def log_hole(log: str, product: str | None, hole: Hole) -> Words:
    values = {"log": log, "start": _day(hole.start), "end": _day(hole.end)}
    empty = say(
        "Nothing stands in {log} from {start} until {end}, where about {expected:.0f} entries would be usual",
        expected=hole.expected,
        **values,
    )
    return (
        say("{empty}; {product} was there to be handled.", empty=empty, product=product)
        if product
        else say("{empty}.", empty=empty),
        say("What {log} held from {start} until {end}, or why nothing was kept.", **values),
    )


def answered(reply: Reply) -> Words:
    """An organisation's answer that leaves something open, in the words in which it was asked."""
    values = {
        "whose": reply.organisation,
        "day": _day(reply.given_at),
        "asked": reply.asked,
        "holder": reply.held_by or "",
    }
    why = say("Reason given: {reason}", reason=reply.reason) if reply.reason else ""
    match reply.kind:
        case ReplyKind.REFUSED:
            said = say("Asked for “{asked}”, {whose} refused on {day}.", **values)
            ask = say(
                "Who can order {whose} to hand over “{asked}”, and that it be preserved until then.", **values
            )
        case ReplyKind.NO_RECORD:
            said = say("Asked for “{asked}”, {whose} answered on {day} that there is no record.", **values)
            ask = say(
                "Whether anybody else recorded what {whose} did not: senders, carriers, visitors' hosts.", **values
            )
        case ReplyKind.OVERWRITTEN:
            said = say("Asked for “{asked}”, {whose} answered on {day} that it has been overwritten.", **values)
            ask = say(
                "Whether {whose} keeps backups or copies of it, and by which rule it was overwritten.", **values
            )
        case ReplyKind.HELD_ELSEWHERE:
            said = say("Asked for “{asked}”, {whose} answered on {day} that {holder} holds it.", **values)
            ask = say("“{asked}”, which {whose} says {holder} holds.", **values)
        case _:
            said = say("Asked for “{asked}”, {whose} handed over a part on {day}.", **values)
            ask = say("The rest of “{asked}”, or why it is not handed over.", **values)
    return together(said, why), ask


def print_unaccounted(who: str, product: str, first: datetime, count: int) -> Words:
    values = {"who": mention(who), "product": product, "day": _day(first)}
    return (
        say_many(
            "{who} made a print of {product}, first on {day}, of which neither return nor destruction is"
            " recorded.",
            "{who} made {count} prints of {product}, first on {day}, of which neither return nor destruction is"
            " recorded.",
            count,
            **values,
        ),
        say(
            "Where the prints of {product} that {who} made are now: registers of copies, returns and destruction.",
            **values,
        ),
    )


def shared_login(account: str, product: str, people: int, count: int) -> Words:
    values = {"account": mention(account), "product": product, "times": _times(count), "people": people}
    return (
        say("{product} was handled {times} under the account {account}, which {people} people share.", **values),
        say("Who used the account {account} at those times: rosters, workstation and badge records.", **values),
    )


def group_account(group: str, product: str, count: int) -> Words:
    values = {"group": group, "product": product, "times": _times(count)}
    return (
        say("{product} was handled {times} in the name of {group}, for which several people stand.", **values),
        say("Who acted in the name of {group} at those times: rosters, workstation and badge records.", **values),
    )


def closer(who: str, holder: str, product: str, by: datetime, *, itself: bool) -> Words:
    """A record that is not there, and what it would show."""
    values = {"who": who, "product": product, "day": _day(by), "holder": holder}
    return (
        say("A record that {who} had {product} by {day} would link it to the originator.", **values)
        if itself
        else say(
            "A record that {who} had {product} by {day} would link the passages from there to {holder} to the"
            " originator.",
            **values,
        ),
        say(
            "How and from whom {product} reached {who} by {day}: distribution, mail and registry records.",
            **values,
        ),
    )


def no_log(organisation: str, system: str | None, product: str, first: datetime) -> Words:
    values = {"organisation": organisation, "product": product, "day": _day(first)}
    log = (
        say("the {system} of {organisation}", system=system, organisation=organisation)
        if system
        else say("opening, printing or copying at {organisation}", organisation=organisation)
    )
    return (
        say(
            "No record of {log} has been handed over at all, though {product} was there from {day}.",
            log=log,
            **values,
        ),
        say("The records of {log} from {day}, or a statement that none are kept.", log=log, **values),
    )


def no_acts() -> Words:
    return (
        say("No act of any of its people is on record."),
        say("What logs are kept, of what, and for how long."),
    )


def unresolved_name(who: str, product: str, first: datetime, count: int) -> Words:
    values = {"who": mention(who), "product": product, "day": _day(first)}
    return (
        say_many(
            "The name {who} stands in {count} record of {product}, first on {day}, and belongs to nobody in the"
            " register.",
            "The name {who} stands in {count} records of {product}, first on {day}, and belongs to nobody in the"
            " register.",
            count,
            **values,
        ),
        say("Who {who} is, with position and organisation at that time.", **values),
    )
