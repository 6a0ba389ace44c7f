"""A small world in the contract's files: three organisations, seven people, three products, eight events."""

from __future__ import annotations

import json

VESSELS = (
    "Forty-one vessels left Port Alder without papers between 3 and 9 February, carrying an estimated 212,000 "
    "tonnes of barley bought through the trading house Merrow and Pike."
)
RENN = (
    "Harbour master Tobias Renn signed the clearances himself on at least nine nights, against the written "
    "instruction of the port authority."
)

SMALL: dict[str, str] = {
    "organisations.csv": """id,name,kind,parent
SVC,The Service,originator,
MIN,Ministry,recipient,
BANK,Central Bank,recipient,
""",
    "people.csv": """id,name,organisation,position,clearance,caveats,access_basis,valid_from,valid_to,accounts
ann,Ann Author,SVC,Analyst,TOP SECRET,SI,,2025-01-01,,mail:ann@svc.example
dora,Dora Desk,SVC,Dissemination,TOP SECRET,,,2025-01-01,,mail:dora@svc.example
max,Max Reader,MIN,Director,SECRET,,,2025-01-01,,mail:max@min.example;portal:mreader
mia,Mia Aide,MIN,Assistant,CONFIDENTIAL,,,2025-01-01,2025-06-01,
ben,Ben Banker,BANK,Economist,SECRET,,,2025-01-01,,
gus,Gus Guard,MIN,Guard,,,,2025-01-01,,
judy,Judy Judge,MIN,Judge,,,court,2025-01-01,,
""",
    "groups.csv": """id,name,member,valid_from,valid_to
list-min,Ministry list,max,2025-01-01,
list-min,Ministry list,mia,2025-01-01,2025-03-01
list-min,Ministry list,judy,2025-04-01,
""",
    "products.jsonl": "\n".join(
        json.dumps(row)
        for row in (
            {
                "id": "R1",
                "title": "Grain shipments through Port Alder",
                "originator": "SVC",
                "issued_at": "2025-03-10T08:00:00Z",
                "marking": "SECRET",
                "number": "SVC-25-001",
                "language": "en",
                "authors": ["ann"],
                "distribution": ["list-min"],
                "handling": {"print": "no", "forward": "originator"},
                "portions": [
                    {
                        "id": "1",
                        "marking": "S",
                        "text": VESSELS,
                    },
                    {
                        "id": "2",
                        "marking": "C",
                        "text": RENN,
                    },
                ],
            },
            {
                "id": "R1-S",
                "title": "Grain shipments, sanitised",
                "originator": "SVC",
                "issued_at": "2025-03-12T08:00:00Z",
                "marking": "CONFIDENTIAL",
                "derived_from": ["R1"],
                "portions": [
                    {
                        "id": "1",
                        "text": RENN,
                    }
                ],
            },
            {
                "id": "R2",
                "title": "Outlook for the spring herring season",
                "originator": "SVC",
                "issued_at": "2025-02-01T08:00:00Z",
                "marking": "UNCLASSIFIED",
                "portions": [{"id": "1", "text": "Herring stocks in the bays are expected to recover slowly."}],
            },
        )
    )
    + "\n",
    "events.jsonl": "\n".join(
        json.dumps(row)
        for row in (
            {"id": "e1", "kind": "disseminated", "product": "R1", "at": "2025-03-10T09:00:00Z", "actor": "dora",
             "recipient": "list-min"},
            {"id": "e2", "kind": "opened", "product": "R1", "at": "2025-03-10T10:00:00Z", "actor": "max",
             "system": "portal"},
            {"id": "e3", "kind": "forwarded", "product": "R1", "at": "2025-03-11T09:30:00Z", "actor": "max",
             "recipient": "ben", "system": "mail"},
            {"id": "e4", "kind": "opened", "product": "R1", "at_earliest": "2025-03-12", "at_latest": "2025-03-14",
             "actor": "ben", "system": "reading-log"},
            {"id": "e5", "kind": "printed", "product": "R1", "at": "2025-03-15T09:00:00Z", "actor": "gus",
             "system": "printer"},
            {"id": "e6", "kind": "shown", "product": "R1-S", "at": "2025-03-16T11:00:00Z", "actor": "dora",
             "recipient": "judy", "basis": "attested"},
            {"id": "e7", "kind": "briefed", "product": "R1", "at": "2025-03-17", "actor": "max",
             "recipient": "somebody from the press office", "organisation": "MIN"},
            {"id": "e8", "kind": "opened", "product": "R2", "at": "2025-02-03T09:00:00Z",
             "actor": "portal:mreader"},
        )
    )
    + "\n",
    "disclosures.jsonl": json.dumps(
        {
            "id": "art",
            "title": "Barley by night",
            "outlet": "The Lantern Post",
            "published_at": "2025-03-20T05:00:00Z",
            "text": "Barley has been leaving Port Alder by night. More than forty ships, 41 by one count, sailed "
            "without papers in the second week of February, with some 212,000 tonnes aboard. The buyer, "
            "according to a document seen by this newspaper, was Merrow and Pike. Harbour master "
            "Tobias Renn signed the clearances himself.",
        }
    )
    + "\n",
}  # fmt: skip
