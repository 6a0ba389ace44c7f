"""Outlook messages saved as `.msg`, read as the mail they were."""

from __future__ import annotations

from collections.abc import Iterator

from tearline.intake.lines import SourceFile
from tearline.intake.mail_chain import Fault
from tearline.intake.mail_fields import header_addresses
from tearline.intake.msg_files import LARGEST, MAGIC, read_msg
from tearline.intake.native import Clock, Item, Reader, Sealed, Told
from tearline.intake.protected_records import ProtectedRecords
from tearline.intake.readers import mail
from tearline.intake.rows import Unread

_ALONE = "Open it in Outlook and save it again as .eml or text"


def _recognises(name: str, head: bytes) -> bool:
    return head.startswith(MAGIC) and name.endswith(".msg")


def _read(source: SourceFile, told: Told) -> Iterator[Item]:
    """The message and those it quotes. `line` is 1: a file holds one mail."""
    source.digest()
    if source.size > LARGEST:
        what = f"an Outlook file of {source.size:,} bytes; at most {LARGEST:,} are read"
        yield Unread(1, f"SHA-256 {source.sha256}", what, _ALONE, lossy=True)
        return
    data = source.whole()
    found = read_msg(data)
    if isinstance(found, Fault):
        # Whom it is from cannot be read: if a protected address stands anywhere in it, it is sealed as it is.
        sealed = _sealed_unread(data, told)
        yield sealed or Unread(1, f"SHA-256 {source.sha256}", found.reason, _ALONE, lossy=True)
        return
    entry = told.protected.match(header_addresses(found.mail))
    if entry is not None:
        yield Sealed(1, data, f"to or from {entry}")
        return
    yield from mail.read_mail(1, found.mail, told)
    if found.attached:
        what = f"{found.attached} messages attached to this one were not read"
        yield Unread(1, f"SHA-256 {source.sha256}", what, "Save them by themselves and take them in", lossy=True)


def _sealed_unread(data: bytes, told: Told) -> Sealed | None:
    shielded = ProtectedRecords(told.protected)
    for encoding in ("latin-1", "utf-16-le"):
        # Text within such a file may begin at an odd byte.
        for text in (data.decode(encoding, "replace"), data[1:].decode(encoding, "replace")):
            if (found := shielded.sealed(1, text)) is not None:
                return Sealed(1, data, found.reason)
    return None


READER = Reader("msg", _recognises, _read, mail.read_again, Clock(None, "minute"))
