"""Maildir folders: every mail a file in `cur` or `new`, subfolders as `.Name` beside them."""

from __future__ import annotations

from pathlib import Path


def maildir_files(folder: Path) -> list[Path]:
    """The mails of a Maildir and of its subfolders, in order of name; none where the folder is no Maildir.

    What lies in `tmp` was never delivered, and an empty file holds no mail.
    """
    if not _is_maildir(folder):
        return []
    folders = [folder, *sorted(one for one in folder.iterdir() if one.name.startswith(".") and _is_maildir(one))]
    places = [place for one in folders for place in (one / "cur", one / "new") if place.is_dir()]
    return [file for place in places for file in sorted(place.iterdir()) if file.is_file() and file.stat().st_size]


def is_in_maildir(file: Path) -> bool:
    """Does this file lie where a Maildir keeps its mails?"""
    return file.parent.name in ("cur", "new") and _is_maildir(file.parent.parent)


def _is_maildir(folder: Path) -> bool:
    return (folder / "cur").is_dir() and (folder / "new").is_dir()
