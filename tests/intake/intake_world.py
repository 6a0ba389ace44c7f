"""A small world in the contract's files."""

from __future__ import annotations

import json
from typing import Any

ORGANISATIONS = "id,name,kind,parent\nACME,Acme Service,originator,\nBETA,Beta Ministry,recipient,\n"
PEOPLE = """id,name,organisation,position,clearance,caveats,access_basis,valid_from,valid_to,accounts
p1,Jane Roy,ACME,Analyst,SECRET,SI;TK,,2025-01-01,2025-06-01,mail:j.roy@acme.example
p1,Jane Roy,ACME,Chief,TOP SECRET,,,2025-06-01,,mail:j.roy@acme.example;portal:jroy
p2,Omar Haddad,BETA,Minister,,,office,2025-01-01,,mail:o.haddad@beta.example
p3,Li Chen,BETA,Clerk,SECRET,,clearance,2025-01-01,,mail:l.chen@beta.example
"""
GROUPS = "id,name,member,valid_from,valid_to\ng1,Beta desk,p2,2025-01-01,\ng1,Beta desk,p3,2025-01-01,2025-09-01\n"
PRODUCTS: list[dict[str, Any]] = [
    {
        "id": "R-1",
        "title": "Grain shipments through the northern strait",
        "originator": "ACME",
        "issued_at": "2025-03-01",
        "marking": "SECRET",
        "number": "ACME 2025-0417",
        "portions": [
            {"id": "R-1#1", "marking": "S", "text": "Forty ships left the harbour of Ostrava Bay in February."},
            {"id": "R-1#2", "text": "The ministry of supply has kept the true figures from its own cabinet."},
        ],
        "distribution": ["g1"],
        "authors": ["p1"],
    },
    {
        "id": "R-2",
        "title": "Summary on grain",
        "originator": "ACME",
        "issued_at": "2025-03-02",
        "marking": "CONFIDENTIAL",
        "portions": [{"id": "1", "text": "Forty ships left in February."}],
        "derived_from": ["R-1"],
    },
]
EVENTS: list[dict[str, Any]] = [
    {"id": "e1", "kind": "disseminated", "product": "R-1", "at": "2025-03-01T10:00:00Z", "recipient": "g1",
     "organisation": "ACME"},
    {"id": "e2", "kind": "opened", "product": "R-1", "at": "2025-03-02", "actor": "p2"},
    {"id": "e3", "kind": "printed", "product": "R-1", "at_earliest": "2025-03-02T08:00:00Z",
     "at_latest": "2025-03-02T12:00:00Z", "actor": "mail:l.chen@beta.example", "detail": {"pages": 4}},
]  # fmt: skip


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)
