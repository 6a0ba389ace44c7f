"""What can be done at the desk, as one closed list in one grammar: `area:verb`."""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    """Every decision of the walls is on one of these."""

    # Within a case
    CASE_SEE = "case:see"
    CASE_CHANGE = "case:change"
    CASE_RENEW = "case:renew"
    CASE_CLOSE = "case:close"
    CASE_HAND_OVER = "case:hand-over"
    BAR_LIFT = "bar:lift"
    EVIDENCE_SEE = "evidence:see"
    PEOPLE_SEE = "people:see"
    NAME_ASK = "name:ask"
    NAME_APPROVE = "name:approve"
    MATCH_DECLARE = "match:declare"
    REQUEST_WRITE = "request:write"
    REQUEST_SEND = "request:send"
    ANSWER_TAKE = "answer:take"
    # Without one
    DESK_USE = "desk:use"
    CASE_OPEN = "case:open"
    REGISTER_SEE = "register:see"
    INTAKE_TAKE = "intake:take"
    READING_RECORD = "reading:record"
    LOOKUPS_REVIEW = "lookups:review"
    ACCOUNTS_KEEP = "accounts:keep"
