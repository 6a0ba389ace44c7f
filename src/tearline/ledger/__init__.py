"""Streams of sealed records: append, read as of then, prove, verify. See docs/ledger.md."""

from tearline.ledger.keys import Keys, create_keys, load_verifier
from tearline.ledger.ledger import Ledger, create_ledger, is_ledger
from tearline.ledger.lines import SCAN_SCHEMA
from tearline.ledger.notes import BadNote, Checkpoint, VerifierKey
from tearline.ledger.proofs import Proof
from tearline.ledger.reading import read_bodies
from tearline.ledger.state import LedgerState, StreamState
from tearline.ledger.transaction import Transaction
from tearline.ledger.tree import leaf_hash, node_hash, verify_consistency, verify_inclusion
from tearline.ledger.verify import Verification, verify
from tearline.ledger.verify_commits import Fault
from tearline.ledger.witness import Witness, continuation_document, read_witness, write_witness

__all__ = [
    "SCAN_SCHEMA",
    "BadNote",
    "Checkpoint",
    "Fault",
    "Keys",
    "Ledger",
    "LedgerState",
    "Proof",
    "StreamState",
    "Transaction",
    "Verification",
    "VerifierKey",
    "Witness",
    "continuation_document",
    "create_keys",
    "create_ledger",
    "is_ledger",
    "leaf_hash",
    "load_verifier",
    "node_hash",
    "read_bodies",
    "read_witness",
    "verify",
    "verify_consistency",
    "verify_inclusion",
    "write_witness",
]
