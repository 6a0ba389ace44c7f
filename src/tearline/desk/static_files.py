"""Style sheets, scripts and fonts, served by the desk itself, with names that change with their content.

A page names a file with a piece of its hash, so that a browser may keep it for a year and yet never shows an old
one. Files are few and small: each is read once, compressed once, and answered whole.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified

_HASHED: Final = re.compile(r"\A(?P<stem>.+)\.(?P<hash>[0-9a-f]{12})(?P<end>\.[^./]+)\Z")
_TEXT: Final = frozenset({".css", ".js", ".svg", ".txt", ".json"})


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. `packed`: the same with gzip, where that is worth it."""

    content: bytes
    packed: bytes | None
    kind: str
    mark: str


@cache
def _read(path: str) -> Asset:
    content = Path(path).read_bytes()
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if Path(path).suffix == ".js":
        kind = "text/javascript"
    packed = gzip.compress(content, mtime=0) if Path(path).suffix in _TEXT else None
    charset = "; charset=utf-8" if Path(path).suffix in _TEXT else ""
    return Asset(content, packed, kind + charset, sha256(content).hexdigest()[:12])


def find(name: str) -> Asset | None:
    """The file of that name; None where there is none, or where the name leads out of the folders."""
    try:
        path = finders.find(name)
    except (SuspiciousOperation, ValueError):
        return None
    return _read(str(path)) if path and Path(str(path)).is_file() else None


class Hashed(StaticFilesStorage):
    """Addresses of static files, with the mark of their content before the ending."""

    def url(self, name: str | None) -> str:
        asset = find(name) if name else None
        if name is None or asset is None:
            return super().url(name)
        stem, dot, end = name.rpartition(".")
        return super().url(f"{stem}.{asset.mark}{dot}{end}")


def served(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answers what lies under the address of static files; passes everything else on."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(settings.STATIC_URL) or request.method not in ("GET", "HEAD"):
            return get_response(request)
        name = request.path_info.removeprefix(settings.STATIC_URL)
        hashed = _HASHED.match(name)
        asset = find(hashed["stem"] + hashed["end"]) if hashed else find(name)
        if asset is None:
            return get_response(request)
        # A page from before an update asks by the old mark: it gets the file as it is now, to be asked for again.
        return _answer(request, asset, lasting=hashed is not None and hashed["hash"] == asset.mark)

    return answer


def _answer(request: HttpRequest, asset: Asset, *, lasting: bool) -> HttpResponseBase:
    if not lasting and request.headers.get("If-None-Match") == f'"{asset.mark}"':
        response: HttpResponseBase = HttpResponseNotModified()
    elif asset.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(asset.packed, content_type=asset.kind, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(asset.content, content_type=asset.kind)
    response["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    response["ETag"] = f'"{asset.mark}"'
    response["Vary"] = "Accept-Encoding"
    return response
