"""Protected communications in logs of mail: recognised in a record's raw text, before it is parsed.

A log of mail holds no letters, but it does say who wrote to whom under what subject. Such a record is sealed like
the letter itself.
"""

from __future__ import annotations

import re

from tearline.intake.native import Sealed
from tearline.intake.protected import ProtectedList
from tearline.intake.rows import Unread

_ADDRESS = re.compile(r"[\w.+'#-]{1,120}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_ESCAPED = re.compile(r"\\u00([0-9a-fA-F]{2})")
# Escapes of characters that addresses are made of: none has to be written so, and logs do not.
_HIDDEN = re.compile(rb"\\u00(?:2[bdeBDE]|3[0-9]|40|[4-7][0-9a-fA-F])")


class ProtectedRecords:
    """Made once a file. Bytes without any entry of the list cost a few substring searches."""

    def __init__(self, protected: ProtectedList) -> None:
        self._protected = protected
        domains = protected.domains | {one.rpartition("@")[2] for one in protected.addresses}
        self._needles = [domain.encode() for domain in sorted(domains)]

    def may_hold(self, data: bytes) -> bool:
        """Could a protected address stand in these bytes? For whole blocks of records at once."""
        lowered = data.lower()
        return any(needle in lowered for needle in self._needles) or _HIDDEN.search(data) is not None

    def unread(self, row: Unread) -> Sealed | Unread:
        """A record that cannot be read: what it is nobody can say, so it is sealed where an address in it falls
        under the list."""
        return self.sealed(row.line, row.raw) or row

    def sealed(self, line: int, raw: str) -> Sealed | None:
        """The record to be sealed, if an address in it falls under the list."""
        data = raw.encode("utf-8", "replace")
        if not self.may_hold(data):
            return None
        said = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), raw)
        entry = self._protected.match(tuple({address.casefold(): None for address in _ADDRESS.findall(said)}))
        return None if entry is None else Sealed(line, data, f"to or from {entry}")
