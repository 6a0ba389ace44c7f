"""What says that a view was built here, by somebody who has the workspace's keys, and from what.

A plain hash finds damage; it does not find a view that was exchanged, together with its hash, for one that tells
another story. The seal is keyed with the workspace's own key, so that a view from elsewhere is no view at all.
"""

from __future__ import annotations

import hmac
import json
from hashlib import sha256


def view_seal(key: bytes, view: str, content: object) -> str:
    """HMAC-SHA-256 (hex) over a view's name and JSON content, under a key derived from the ledger's `key`."""
    derived = hmac.digest(key, b"tearline view\0" + view.encode(), sha256)
    return hmac.digest(derived, json.dumps(content, sort_keys=True).encode(), sha256).hex()


def same_seal(one: object, other: str) -> bool:
    """Compared in constant time; whatever is no text is no seal."""
    return isinstance(one, str) and hmac.compare_digest(one.encode(), other.encode())
