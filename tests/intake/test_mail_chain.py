"""Messages inside a text, in the forms in which mail quotes mail."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest

from tearline.intake.mail_chain import MAX_DEPTH, MAX_MESSAGES, ChainMessage, MailChain, read_chain
from tearline.records.errors import BadInput
from tearline.records.times import format_instant

OUTLOOK = """From: Roy, Jane <j.roy@pco.example>
Sent: Tuesday, March 10, 2026 4:05 PM
To: Tremblay, Marc; Chen, Li
Cc: NSA-Staff
Subject: FW: Weekly digest
Attachments: digest-12.pdf; map.png

Please see below.

     Original Message
From: Singh, Arjun
To: Roy, Jane
Sent: Tue Mar 10 15:58:07 2026
Subject: Weekly digest

The digest is attached.
"""

FRENCH = """De : Roy, Jeanne
Envoyé : lundi 9 mars 2026 14:05
À : Tremblay, Marc; Côté, Luc
Cc : Équipe-BCP
Objet : TR : Note hebdomadaire
Pièces jointes : note.pdf

Voir ci-dessous.

-----Message d'origine-----
De : Singh, Arjun
Envoyé : 9 mars 2026 13 h 40
À : Roy, Jeanne
Objet : Note hebdomadaire

La note est jointe.

Le dim. 8 mars 2026 à 09:15, Li Chen <l.chen@mdn.example> a écrit :
> Avez-vous la note ?
"""

RELEASED = """\x0c     UNCLASSIFIED U.S. Department of State Case No. F-2014-1 Doc No. C001 Date: 09/30/2015


                                                      RELEASE IN PART
                                                      B5,B6


From:                  Roy, Jane <RoyJ@state.example >
Sent:                  Wednesday, April 8, 200910:04 AM
To:
Subject                Fw: Visit                                              B6

     Classified by DAS, A/GIS, DoS on 09/30/2015 — Class: CONFIDENTIAL —
     Reason: 1.4(B), 1.4(D) — Declassify on: 03/27/2026
See                                  below.                                   B5

From: Singh, Arjun                                                            B6
Sent: Tuesday, April 07, 2009 6:11 PM

     UNCLASSIFIED U.S. Department of State Case No. F-2014-1 Doc No. C001 Date: 09/30/2015
\x0c     UNCLASSIFIED U.S. Department of State Case No. F-2014-1 Doc No. C001 Date: 09/30/2015



To: 'mbell                   <mbell                    >; Chen, Li; Haddad, Nour (Geneva); Brown,
Karen                                                                         1.4(D)
Subject: Visit

The room is B5.
"""


def said(message: ChainMessage) -> tuple[object, ...]:
    at = format_instant(message.sent.earliest) if message.sent else None
    people = " ".join(f"{one.role}={one.raw}" for one in message.recipients)
    return message.depth, message.sender, people, at, message.subject, message.body


def check(text: str, chain: MailChain) -> None:
    """What must hold of any chain."""
    for message in chain.messages:
        start, end = message.span
        assert 0 <= start < end <= len(text)
        assert 0 <= message.depth < MAX_DEPTH
        lines = set(" ".join(text[start:end].replace(">", " ").split()).split())
        assert set(" ".join(message.body.replace(">", " ").split()).split()) <= lines
    starts = [message.span[0] for message in chain.messages]
    assert starts == sorted(starts)


def test_an_outer_header_and_an_original_message() -> None:
    chain = read_chain(OUTLOOK, zone="America/Toronto")
    check(OUTLOOK, chain)
    outer, inner = chain.messages
    assert said(outer) == (
        0,
        "Roy, Jane <j.roy@pco.example>",
        "to=Tremblay, Marc to=Chen, Li cc=NSA-Staff",
        "2026-03-10T20:05:00Z",
        "FW: Weekly digest",
        "Please see below.",
    )
    assert outer.attachments == ("digest-12.pdf", "map.png")
    assert said(inner) == (
        1,
        "Singh, Arjun",
        "to=Roy, Jane",
        "2026-03-10T19:58:07Z",
        "Weekly digest",
        "The digest is attached.",
    )
    assert OUTLOOK[slice(*inner.span)].startswith("From: Singh")
    assert chain.from_lines == 2


def test_french_forms() -> None:
    chain = read_chain(FRENCH, zone="America/Toronto")
    check(FRENCH, chain)
    assert [said(message)[:5] for message in chain.messages] == [
        (
            0,
            "Roy, Jeanne",
            "to=Tremblay, Marc to=Côté, Luc cc=Équipe-BCP",
            "2026-03-09T18:05:00Z",
            "TR : Note hebdomadaire",
        ),
        (1, "Singh, Arjun", "to=Roy, Jeanne", "2026-03-09T17:40:00Z", "Note hebdomadaire"),
        (2, "Li Chen <l.chen@mdn.example>", "", "2026-03-08T13:15:00Z", None),
    ]
    assert chain.messages[0].attachments == ("note.pdf",)
    assert [message.body for message in chain.messages[1:]] == ["La note est jointe.", "Avez-vous la note ?"]


def test_a_released_document_loses_its_stamps_and_keeps_what_they_said() -> None:
    chain = read_chain(RELEASED, zone="America/New_York")
    check(RELEASED, chain)
    outer, inner = chain.messages
    assert said(outer)[:5] == (
        0,
        "Roy, Jane <RoyJ@state.example>",
        "",
        "2009-04-08T14:04:00Z",
        "Fw: Visit",
    )
    assert outer.body.split() == ["See", "below."]
    assert (inner.sender, inner.subject) == ("Singh, Arjun", "Visit")
    assert [one.raw for one in inner.recipients] == [
        "mbell <mbell",
        "Chen, Li",
        "Haddad, Nour (Geneva)",
        "Brown, Karen",
    ]
    assert inner.body == "The room is B5."
    assert chain.exemptions == ("1.4(B)", "1.4(D)", "B5", "B6")
    assert "RELEASE IN PART" in chain.stamps
    assert any("Case No. F-2014-1" in stamp for stamp in chain.stamps)


def test_codes_in_an_ordinary_mail_are_the_senders() -> None:
    text = "From: A\nTo: B\nSubject: Paper\n\nOrder this size:\n                 B5\n"
    (message,) = read_chain(text).messages
    assert message.body.endswith("B5")


@pytest.mark.parametrize(
    ("line", "sender", "at"),
    [
        ("On Tue, Apr 21, 2009 at 11:31 PM, H <h@x.example> wrote:", "H <h@x.example>", "2009-04-21T23:31:00Z"),
        ('On Sep 2, 2011, at 2:16 AM, "Roy" <r@x.example> wrote:', '"Roy" <r@x.example>', "2011-09-02T02:16:00Z"),
        ("On 4/21/09, newmyer     wrote:", "newmyer", "2009-04-21T00:00:00Z"),
        (
            "In a message dated 12/13/2009 2:17:29 P.M. Eastern Standard Time, h@x.example writes:",
            "h@x.example",
            "2009-12-13T19:17:29Z",
        ),
        ("Le 12 mars 2011 à 14:05, J. Roy <r@x.eu> a écrit :", "J. Roy <r@x.eu>", "2011-03-12T14:05:00Z"),
        ("On Tue, Apr 21, 2009 at 9:31 PM, A Body\n<b@x.eu> wrote:", "A Body <b@x.eu>", "2009-04-21T21:31:00Z"),
    ],
)  # fmt: skip
def test_attribution_lines(line: str, sender: str, at: str) -> None:
    chain = read_chain(f"Thanks.\n\n{line}\n> The old text.\n> More.\n")
    assert chain.preamble == "Thanks."
    (message,) = chain.messages
    assert said(message) == (0, sender, "", at, None, "The old text.\nMore.")


def test_prose_that_ends_in_wrote_is_no_message() -> None:
    text = 'On a far-right blog the author wrote:\n"Nothing."\n\nOn day one he\nwrote:\n'
    assert read_chain(text).messages == ()


def test_the_author_above_resumes_below_a_quotation() -> None:
    text = (
        "From: A\nTo: B\nSubject: Re: x\n\nTop.\n\n"
        "On Sep 2, 2011, at 2:16 AM, C wrote:\n> Quoted.\n\nBelow the quotation.\n"
    )
    outer, inner = read_chain(text).messages
    assert outer.body == "Top.\n\nBelow the quotation."
    assert inner.body == "Quoted."
    assert outer.span[0] < inner.span[0] < inner.span[1] < outer.span[1]


def test_quoted_header_blocks_and_a_quotation_of_no_known_message() -> None:
    text = "> From: A\n> To: B\n> Subject: x\n>\n> Body.\n>> older\n\nMine.\n"
    chain = read_chain(text)
    (message,) = chain.messages
    assert message.body == "Body.\n> older"
    assert chain.preamble == "Mine."


def test_damaged_labels_order_and_gaps() -> None:
    text = (
        "     Original Message ---\nFroni: Roy, Jane\n7o: Chen, Li\nSnt. Thu Sep 17 21:41:51 2009\n"
        "Subject Call\n\nBody.\n\n"
        "Begin forwarded message:\n\nFrom: A\nSubject: Re: y\nTo: B\nTo: C\nSent: Sep 16, 2009 7:09 AM\n\nInner.\n"
    )
    first, second = read_chain(text).messages
    assert said(first) == (0, "Roy, Jane", "to=Chen, Li", "2009-09-17T21:41:51Z", "Call", "Body.")
    assert said(second) == (1, "A", "to=B to=C", "2009-09-16T07:09:00Z", "Re: y", "Inner.")


def test_a_memo_head_is_no_mail() -> None:
    assert read_chain("For: Minister\nFrom: Sid\nRe: Merkel\n\nText.").messages == ()
    assert read_chain("From the beginning he said:\nTo: be.\n").messages == ()


def test_what_was_removed_is_absent() -> None:
    (message,) = read_chain(
        "From:      [mailto\nSent: Friday, June 5, 2009 11:11 AM\nTo:\nSubject:\n\nHi."
    ).messages
    assert (message.sender, message.recipients, message.subject) == (None, (), None)


def test_figures_follow_the_sibling_messages() -> None:
    def chain(second: str) -> ChainMessage:
        return read_chain(
            f"From: A\nSent: {second}\nTo: B\n\nx\n\nFrom: C\nSent: 4/3/2009 9:00\nTo: A\n\ny"
        ).messages[1]

    sibling = chain("25/3/2009 10:00")
    assert sibling.sent and format_instant(sibling.sent.earliest) == "2009-03-04T09:00:00Z"
    unknown = chain("Dec 1, 2009 10:00 AM")
    assert unknown.sent and format_instant(unknown.sent.earliest) == "2009-03-04T09:00:00Z"
    assert format_instant(unknown.sent.latest) == "2009-04-03T09:00:59.999999Z"
    quoted_earlier = chain("Mar 20, 2009 10:00 AM")
    assert quoted_earlier.sent and format_instant(quoted_earlier.sent.latest) == "2009-03-04T09:00:59.999999Z"


def test_an_unknown_zone_is_bad_input() -> None:
    with pytest.raises(BadInput, match="not a time zone"):
        read_chain("", zone="Mars/Olympus")


HOSTILE = {
    "one long line": "From: " * 200_000,
    "many senders": "From: \n" * 200_000,
    "many addressees": "To:\nfoo;\n" * 100_000,
    "deep quoting": "\n".join(">" * i + " hi" for i in range(3_000)),
    "endless chain": "From: a\nTo: b\nSent: Mon Jan 1 2001\nSubject: x\n\nhi\n" * 20_000,
    "deep quoted chain": "".join(">" * i + "From: a\n" + ">" * i + "To: b\n\n" for i in range(2_000)),
    "codes": "RELEASE IN PART\n" + ("  B6 " * 20_000 + "x\n") * 5 + (" 1.4(B)" * 3_000 + " z\n") * 50,
    "notes": "RELEASE IN PART\n" + ("Classified by DAS " + " - " * 3_000 + "\n") * 300,
    "attributions": ("On " + "1 " * 300 + "wrote:\n") * 5_000 + ("On " + " " * 500 + ":\n") * 2_000,
    "quotes": "From: a\nTo: " + '"' * 200_000 + "\nSent: x\n",
    "brackets": "From: a\nTo: " + "<a;" * 200_000 + "\nSent: x\n",
    "commas": "From: a\nTo: " + "a@b.c, " * 200_000 + "\nSent: x\n",
    "blanks": " " * 1_000_000 + "B6",
    "damaged dates": ("From: a\nTo: b\nSent: " + "Janu ary Octxber " * 9 + "\n\n") * 2_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_bounded_in_time(name: str) -> None:
    text = HOSTILE[name]
    began = time.process_time()
    chain = read_chain(text)
    assert time.process_time() - began < 8
    check_size = len(chain.messages)
    assert check_size <= MAX_MESSAGES


def test_what_lies_beyond_the_bounds_is_said() -> None:
    chain = read_chain(HOSTILE["endless chain"])
    assert len(chain.messages) == MAX_MESSAGES
    assert any("more than" in fault.reason for fault in chain.faults)
    assert max(message.depth for message in chain.messages) == MAX_DEPTH - 1
    assert any("deeper than" in fault.reason for fault in chain.faults)


def test_the_released_mail_of_a_foreign_ministry(shared_data: Path) -> None:
    with gzip.open(
        shared_data / "state-department-mail" / "released_mail.jsonl.gz", "rt", encoding="utf-8"
    ) as file:
        texts = [json.loads(line)["text"] for line in file]
    chains = [read_chain(text, zone="America/New_York") for text in texts]
    messages = [message for chain in chains for message in chain.messages]
    total = len(messages)
    assert len(chains) == 7150
    assert sum(bool(chain.messages) for chain in chains) >= 6900
    assert total >= 17_800
    # Every sender's label is a message's, but for memo heads, prose and what scanning destroyed.
    unread = sum(max(0, chain.from_lines - len(chain.messages)) for chain in chains)
    assert unread <= 120
    assert sum(message.sender is not None for message in messages) / total >= 0.99
    assert sum(message.sent is not None for message in messages) / total >= 0.985
    inner = [message for message in messages if message.depth]
    assert sum(bool(message.recipients) for message in inner) / len(inner) >= 0.93
    assert not any(chain.faults for chain in chains)
    assert not any("Case No" in message.body for message in messages)
    for text, chain in zip(texts[:500], chains, strict=False):
        for message in chain.messages:
            assert 0 <= message.span[0] < message.span[1] <= len(text)
