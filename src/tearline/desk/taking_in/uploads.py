"""Files that people upload: bounded while they arrive, kept in the workspace, under a safe form of their name.

Nothing of an upload lies outside the workspace, for it is as sensitive as what is in there.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
import uuid
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from tearline.records.errors import BadInput

LARGEST: Final = 2 << 30
"""Bytes of one upload. Larger files are taken in at the command line, beside the workspace."""
SPARE: Final = 1 << 30
"""Bytes that stay free on the workspace's disk, for the ledger."""


class Bounded(FileUploadHandler):
    """Writes an upload to the workspace as it arrives, and breaks off beyond `LARGEST`."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.arrived = 0
        self.out = tempfile.NamedTemporaryFile(dir=home(), suffix=".upload")  # noqa: SIM115 - ends with the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.arrived += len(raw_data)
        if self.arrived > LARGEST or shutil.disk_usage(home()).free < SPARE:
            self.out.close()
            raise StopUpload(connection_reset=True)
        self.out.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        self.out.seek(0)
        return UploadedFile(
            self.out, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra
        )


def home() -> Path:
    """Where uploads lie: in the workspace, for they are as sensitive as what is in there."""
    folder: Path = settings.WORKSPACE / "tmp" / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep_upload(file: UploadedFile[bytes]) -> Path:
    """Keep an upload in a folder of its own. Raises BadInput for an empty one."""
    if not file.size:
        raise BadInput("the file is empty", where=file.name, remedy="Choose another")
    if file.size > LARGEST:
        raise BadInput("the file is too large", where=file.name, remedy="Take it in at the command line")
    folder = home() / str(uuid.uuid4())
    folder.mkdir(parents=True)
    kept = folder / safe_name(file.name or "")
    with kept.open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
    return kept


def drop_upload(path: Path) -> None:
    """Put an upload away. Never touches anything outside the folder of uploads."""
    folder = path.resolve().parent
    if folder.parent == home().resolve():
        shutil.rmtree(folder, ignore_errors=True)


def safe_name(name: str) -> str:
    """Letters, digits, full stops, hyphens and underscores of a name's last part; readers go by its ending."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = re.sub(r"[^\w.-]+", "_", last).lstrip(".")[-120:]
    return kept or "upload"
