"""The desk's words in other languages: a gettext catalogue an app, kept with Babel; and one for the sentences that
analysis writes (`tearline.records.said`).

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

from tearline.handling.rules import RULES
from tearline.records.attestations import ContradictionKind
from tearline.records.kinds import EventKind, GapKind, QuotationStatus

TEARLINE = Path(__file__).resolve().parent.parent / "src" / "tearline"
DESK = TEARLINE / "desk"
SENTENCES = TEARLINE / "records"
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


SAID = {"say": None, "say_many": (1, 2), "joined": None}


def homes() -> list[Path]:
    """The folders with a catalogue of their own: each app, the desk itself, and the sentences of analysis."""
    return sorted(path.parent for path in TEARLINE.rglob("locale") if path.is_dir())


def sentences() -> Catalog:
    """Every template of a sentence in analysis, and the words of the closed lists that stand in sentences."""
    catalog = Catalog(domain="said", project="Tearline", fuzzy=False)
    for path in sorted(TEARLINE.rglob("*.py")):
        if DESK in path.parents:
            continue
        with path.open("rb") as file:
            for _line, text, comments, _context in extract("python", file, keywords=SAID):
                if any(word.isalpha() for word in str(text)):
                    catalog.add(text, auto_comments=comments)
    for words in (GapKind, ContradictionKind, EventKind, QuotationStatus):
        for word in words:
            catalog.add(word.value)
    for rule in RULES:
        catalog.add(rule.name)
    return catalog


def template_messages(text: str) -> Iterator[Found]:
    """Messages of a Django template: Django itself rewrites its tags as calls that a Python reader understands."""
    from django.utils.translation.template import templatize  # noqa: PLC0415 - needs settings

    yield from extract_python(BytesIO(templatize(text).encode()), KEYWORDS, [], {"encoding": "utf-8"})


def messages(home: Path) -> Catalog:
    if home == SENTENCES:
        return sentences()
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
    return home / "locale" / "fr" / "LC_MESSAGES" / f"{'said' if home == SENTENCES else 'django'}.po"


def read(path: Path) -> Catalog:
    if not path.is_file():
        return Catalog(locale="fr", domain=path.stem, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="fr", domain=path.stem)


def main(wish: str, only: str = "") -> int:
    missing = 0
    for home in homes():
        if only not in home.parts and only:
            continue
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
                print(f"{path.relative_to(TEARLINE)}: {message.id!r}")  # noqa: T201 - this is what it is for
    return 1 if missing else 0


if __name__ == "__main__":
    import django
    from django.conf import settings

    settings.configure(USE_I18N=True)
    django.setup()
    sys.exit(main(*(sys.argv[1:3] or ["missing"])))
