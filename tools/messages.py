"""The desk's words in other languages: a gettext catalogue an app, kept with Babel.

python tools/messages.py extract    bring every catalogue up to date with the code and the templates
python tools/messages.py compile    build the .mo files the program reads
python tools/messages.py missing    list what has no translation; exit 1 if anything
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

DESK = Path(__file__).resolve().parent.parent / "src" / "tearline" / "desk"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
Found = tuple[int, Any, Any, list[str]]


def homes() -> list[Path]:
    """The folders with a catalogue of their own: each app, and the desk itself."""
    return sorted(path.parent for path in DESK.rglob("locale") if path.is_dir())


def template_messages(text: str) -> Iterator[Found]:
    """Messages of a Django template: Django itself rewrites its tags as calls that a Python reader understands."""
    from django.utils.translation.template import templatize  # noqa: PLC0415 - needs settings

    yield from extract_python(BytesIO(templatize(text).encode()), KEYWORDS, [], {"encoding": "utf-8"})


def messages(home: Path) -> Catalog:
    catalog = Catalog(domain="django", project="Tearline", fuzzy=False)
    nested = [other for other in homes() if other != home and home in other.parents]
    for path in sorted(home.rglob("*")):
        if any(other in path.parents for other in nested):
            continue
        found: Iterable[Any] = ()
        if path.suffix == ".py":
            with path.open("rb") as file:
                found = list(extract("python", file, keywords=KEYWORDS, comment_tags=["Translators:"]))
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            found = [
                (line, text, comments, None)
                for line, text, comments in plain(template_messages(path.read_text(encoding="utf-8")))
            ]
        for _line, text, comments, context in found:
            flags = ["python-format"] if re.search(r"%\(\w+\)", str(text)) else []
            catalog.add(text, auto_comments=comments, context=context, flags=flags)
    return catalog


def plain(found: Iterator[Found]) -> Iterator[tuple[int, Any, list[str]]]:
    for line, function, text, comments in found:
        if isinstance(text, tuple):
            kept = tuple(part for part in text if isinstance(part, str))
            if function and function.startswith("n") and len(kept) >= 2:
                yield line, kept[:2], comments
            elif kept:
                yield line, kept[0], comments
        elif text:
            yield line, text, comments


def catalogue(home: Path) -> Path:
    return home / "locale" / "fr" / "LC_MESSAGES" / "django.po"


def read(path: Path) -> Catalog:
    if not path.is_file():
        return Catalog(locale="fr", domain="django", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="fr", domain="django")


def main(wish: str) -> int:
    missing = 0
    for home in homes():
        path = catalogue(home)
        path.parent.mkdir(parents=True, exist_ok=True)
        if wish == "compile":
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, read(path))
            continue
        kept, template = read(path), messages(home)
        if wish == "extract":
            kept.update(template, no_fuzzy_matching=True, update_header_comment=True)
            kept.fuzzy = False
            with path.open("wb") as file:
                write_po(
                    file,
                    kept,
                    omit_header=False,
                    include_lineno=False,
                    no_location=True,
                    ignore_obsolete=True,
                    sort_output=True,
                    width=100,
                )
            continue
        for message in template:
            there = kept.get(message.id, message.context) if message.id else message
            done = there is not None and (all(there.string) if isinstance(there.string, tuple) else there.string)
            if message.id and not done:
                missing += 1
                print(f"{path.relative_to(DESK)}: {message.id!r}")  # noqa: T201 - this is what it is for
    return 1 if missing else 0


if __name__ == "__main__":
    import django
    from django.conf import settings

    settings.configure(USE_I18N=True)
    django.setup()
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "missing"))
