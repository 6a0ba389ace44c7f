"""The closed lists of the vocabulary. Values are what stands in files and answers; see docs/reference."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Stream(StrEnum):
    """The ledger's streams: a closed list."""

    ORGANISATIONS = "organisations"
    PEOPLE = "people"
    GROUPS = "groups"
    PRODUCTS = "products"
    EVENTS = "events"
    DISCLOSURES = "disclosures"
    BATCHES = "batches"
    IDENTITIES = "identities"
    ANSWERS = "answers"
    LOOKUPS = "lookups"
    CUSTODY = "custody"
    SETTINGS = "settings"


class OrganisationKind(StrEnum):
    ORIGINATOR = "originator"
    RECIPIENT = "recipient"
    CENTRAL = "central"
    POLICE = "police"
    OVERSIGHT = "oversight"
    EXTERNAL = "external"


class AccessBasis(StrEnum):
    """On what ground a person may see sensitive reports at all."""

    CLEARANCE = "clearance"
    OFFICE = "office"
    STATUTE = "statute"
    COURT = "court"


class EventKind(StrEnum):
    DISSEMINATED = "disseminated"
    DELIVERED = "delivered"
    RECEIVED = "received"
    OPENED = "opened"
    SHOWN = "shown"
    BRIEFED = "briefed"
    PRINTED = "printed"
    COPIED = "copied"
    DOWNLOADED = "downloaded"
    FORWARDED = "forwarded"
    EXCERPTED = "excerpted"
    REMOVED = "removed"
    RETURNED = "returned"
    DESTROYED = "destroyed"
    RECALLED = "recalled"
    REFUSED = "refused"


class Level(IntEnum):
    """Level of exposure, ordered: delivered < opened < extracted."""

    DELIVERED = 1
    OPENED = 2
    EXTRACTED = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Basis(IntEnum):
    """What a holding rests on, ordered from weakest to strongest.

    A person's own recorded act outweighs a recorded arrival, that a statement by somebody, and a statement
    an address line: being on a distribution proves no receipt.
    """

    ADDRESSED = 1
    ATTESTED = 2
    ARRIVAL = 3
    ACT = 4

    @property
    def word(self) -> str:
        return self.name.lower()


class EvidenceKind(StrEnum):
    QUOTE = "quote"
    WORDING = "wording"
    PARAPHRASE = "paraphrase"
    NAME = "name"
    NUMBER = "number"
    DATE = "date"


class AttributionKind(StrEnum):
    """On what a public text itself says a passage rests."""

    DOCUMENT = "document"
    UNNAMED = "unnamed"
    OFFICIAL = "official"


class QuotationStatus(StrEnum):
    """How a quotation stands against every registered edition."""

    AS_ISSUED = "as issued"
    ALTERED = "altered"
    NOT_OURS = "not ours"


class Grade(StrEnum):
    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"
    INCONCLUSIVE = "inconclusive"


class Form(StrEnum):
    """What seems to have got out: the document itself, its information only, or it cannot be said."""

    DOCUMENT = "document"
    INFORMATION = "information"
    UNDETERMINED = "undetermined"


class GapKind(StrEnum):
    """Where the record is silent. See docs/pathway.md for what each asks for."""

    OPENED_WITHOUT_DELIVERY = "opened without delivery"
    SENDER_WITHOUT_POSSESSION = "sender without possession"
    DELIVERED_WITHOUT_RECEIPT = "delivered without receipt"
    LOG_HOLE = "hole in a log"
    PRINT_UNACCOUNTED = "printed and never accounted for"
    SHARED_ACCOUNT = "shared account"
    NO_LOG = "system with no log"
    UNRESOLVED_NAME = "unresolved name"
    ANSWERED_NO_RECORD = "answered: no record"
    OVERWRITTEN = "overwritten"
    REFUSED = "refused"
    ANSWERED_IN_PART = "answered in part"
    HELD_ELSEWHERE = "held by another body"
