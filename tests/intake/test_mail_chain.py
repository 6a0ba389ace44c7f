"""Messages inside a text, in the forms in which mail quotes mail."""

from __future__ import annotations

from tearline.intake.mail_chain import read_chain

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


def test_an_outer_header_and_an_original_message() -> None:
    outer, inner = read_chain(OUTLOOK, zone="America/Toronto").messages
    assert outer.sender == "Roy, Jane <j.roy@pco.example>"
    assert [(one.role, one.raw) for one in outer.recipients] == [
        ("to", "Tremblay, Marc"),
        ("to", "Chen, Li"),
        ("cc", "NSA-Staff"),
    ]
    assert outer.attachments == ("digest-12.pdf", "map.png")
    assert (outer.subject, outer.body, outer.depth) == ("FW: Weekly digest", "Please see below.", 0)
    assert (inner.sender, inner.depth, inner.body) == ("Singh, Arjun", 1, "The digest is attached.")
    assert OUTLOOK[slice(*inner.span)].startswith("From: Singh")
