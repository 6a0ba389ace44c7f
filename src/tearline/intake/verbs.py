"""What the words by which products of many makers call an act mean as an event."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

# In order: the first that occurs decides, the more telling before the more general.
WORDS: Final = MappingProxyType({
    "print": "printed", "printed": "printed", "printing": "printed",
    "download": "downloaded", "downloaded": "downloaded",
    "forward": "forwarded", "forwarded": "forwarded",
    "copy": "copied", "copied": "copied", "upload": "copied", "uploaded": "copied", "export": "copied",
    "exported": "copied", "burn": "copied", "burned": "copied", "usb": "copied", "removable": "copied",
    "send": "disseminated", "sent": "disseminated",
    "deliver": "delivered", "delivered": "delivered", "receive": "delivered", "received": "delivered",
    "destroy": "destroyed", "destroyed": "destroyed", "shred": "destroyed", "shredded": "destroyed",
    "open": "opened", "opened": "opened", "read": "opened", "view": "opened", "viewed": "opened",
    "preview": "opened", "previewed": "opened", "access": "opened", "accessed": "opened",
})  # fmt: skip
FAILED: Final = frozenset({
    "fail", "failed", "failure", "block", "blocked", "deny", "denied", "reject", "rejected", "prevented",
    "quarantine", "quarantined", "dropped",
})  # fmt: skip

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def meaning(*texts: str | None) -> str | None:
    """The event kind that the first text with a known word means."""
    for text in texts:
        found = words(text)
        kind = next((WORDS[word] for word in WORDS if word in found), None)
        if kind is not None:
            return kind
    return None


def failed(*texts: str | None) -> bool:
    """Does one of these texts say that the act did not succeed?"""
    return any(words(text) & FAILED for text in texts)


def words(text: str | None) -> frozenset[str]:
    """The words of a name such as `FileDownloaded`, `file_read` or `Print job`, in lower case."""
    return frozenset(word.lower() for word in _WORD.findall((text or "")[:500]))
