"""Backup and restore: ledger, keys and the desk's database in one file, with the hash of each piece.

The file is a tar. First in it stands `manifest.json`, which names every other piece with size and SHA-256; nothing
is put in place before all of them have been read and found as it says. Keys can be sealed with a passphrase
(scrypt, then AES-256-GCM); without one, whoever has the file has the keys.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tearline import __version__
from tearline.desk.database import database
from tearline.records.errors import BadInput, CouldNot, IntegrityFailure
from tearline.workspace import verify_workspace
from tearline.workspace.carrying import evidence_files, held_still

KIND: Final = "tearline backup 1"
MANIFEST: Final = "manifest.json"
SEALED: Final = "keys.sealed"
SQLITE: Final = "database.sqlite3"
POSTGRES: Final = "database.pgdump"
LARGEST_MANIFEST: Final = 256_000_000
_DESK: Final = "desk.sqlite3"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a backup: its name within, and where it comes from."""

    name: str
    source: Path


def back_up(workspace: Path, out: Path, passphrase: str | None) -> dict[str, Any]:
    """Write a backup to a new file `out`, readable by its owner alone. What is being written to the ledger ends
    first; look-ups wait for the time of the copy. Raises BadInput where `out` is there already."""
    if out.exists():
        raise BadInput(
            "there is a file of that name", where=str(out), remedy="Name another; nothing is overwritten"
        )
    if not out.parent.is_dir():
        raise BadInput("there is no such folder", where=str(out.parent), remedy="Make it first")
    with tempfile.TemporaryDirectory(prefix="tearline-backup-", dir=out.parent) as spare, held_still(workspace):
        aside = Path(spare)
        pieces = list(_pieces(workspace, aside, passphrase))
        kept = [
            {"name": piece.name, "size": piece.source.stat().st_size, "sha256": _hash(piece.source)}
            for piece in pieces
        ]
        folders = [path.relative_to(workspace) for path in evidence_files(workspace) if path.is_dir()]
        manifest = {
            "kind": KIND,
            "made_at": _now(),
            "version": __version__,
            "folders": [f"workspace/{folder.as_posix()}" for folder in folders],
            "pieces": kept,
        }
        partly = aside / "whole"
        with os.fdopen(os.open(partly, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                _add(tar, MANIFEST, json.dumps(manifest, indent=1).encode())
                for piece in pieces:
                    tar.add(piece.source, piece.name, recursive=False, filter=_plain)
            file.flush()
            os.fsync(file.fileno())
        os.link(partly, out)  # unlike a rename, it never takes another file's place
    return {
        "file": str(out),
        "pieces": len(kept),
        "bytes": out.stat().st_size,
        "sha256": _hash(out),
        "database": next((piece.name for piece in pieces if piece.name.startswith("database.")), None),
        "keys": "sealed" if passphrase else "open",
    }


def _pieces(workspace: Path, aside: Path, passphrase: str | None) -> Iterator[Piece]:
    dumped = _dump(workspace, aside)
    if dumped:
        yield dumped
    keys = []
    for path in evidence_files(workspace):
        name = path.relative_to(workspace)
        if path.is_dir():
            continue
        if name.parts[0] == "desk" and name.name.startswith(_DESK):
            continue  # the database comes as its own dump, whole in itself
        if name.parts[0] == "keys" and passphrase:
            keys.append(path)
        else:
            yield Piece(f"workspace/{name.as_posix()}", path)
    if passphrase:
        sealed = aside / SEALED
        sealed.write_bytes(_seal({path.name: path.read_bytes() for path in keys}, passphrase))
        yield Piece(SEALED, sealed)


def _dump(workspace: Path, aside: Path) -> Piece | None:
    told = database(workspace)
    if told["ENGINE"].endswith("postgresql"):
        _run("pg_dump", told, "--format=custom", f"--file={aside / POSTGRES}")
        return Piece(POSTGRES, aside / POSTGRES)
    if not Path(told["NAME"]).is_file():
        return None
    with closing(sqlite3.connect(told["NAME"])) as here, closing(sqlite3.connect(aside / SQLITE)) as there:
        here.backup(there)
        there.execute("PRAGMA journal_mode=DELETE")
    return Piece(SQLITE, aside / SQLITE)


def restore(file: Path, workspace: Path, passphrase: str | None) -> dict[str, Any]:
    """Make the workspace that `file` was made of, in a new or empty folder. Raises IntegrityFailure where a
    piece is not as the manifest says, and BadInput where something is there already."""
    if workspace.exists() and any(workspace.iterdir()):
        raise BadInput(
            "there is something there already", where=str(workspace), remedy="Name a new folder with --workspace"
        )
    workspace.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tearline-restore-", dir=workspace.parent) as spare:
        aside = Path(spare)
        manifest = _unpack(file, aside)
        place = aside / "workspace"
        _put_keys(aside, place, passphrase)
        if (aside / SQLITE).is_file():
            if database(workspace)["ENGINE"].endswith("postgresql"):
                raise BadInput(
                    "this backup has an SQLite database, and TEARLINE_DATABASE names PostgreSQL",
                    where=str(file),
                    remedy="Restore without TEARLINE_DATABASE",
                )
            (place / "desk").mkdir(mode=0o700, exist_ok=True)
            shutil.move(aside / SQLITE, place / "desk" / _DESK)
        checked = verify_workspace(place)
        if not checked["ok"]:
            raise IntegrityFailure(
                "the ledger in this backup does not match its seals",
                where=str(file),
                remedy="Keep the file as it is; use an older backup",
            )
        if (aside / POSTGRES).is_file():
            _fill(workspace, aside / POSTGRES)
        place.chmod(0o700)
        if workspace.exists():
            workspace.rmdir()
        place.rename(workspace)
    return {
        "workspace": str(workspace),
        "made_at": manifest["made_at"],
        "version": manifest["version"],
        "pieces": len(manifest["pieces"]),
        "verified": True,
    }


def _unpack(file: Path, aside: Path) -> dict[str, Any]:
    """Every piece below `aside`, each as the manifest says and none besides."""
    try:
        with tarfile.open(file, mode="r:") as tar:
            manifest = _manifest(tar)
            for folder in manifest["folders"]:  # a stream without records is an empty folder
                (aside / _safe(file, folder)).mkdir(mode=0o700, parents=True, exist_ok=True)
            wanted = {one["name"]: one for one in manifest["pieces"]}
            while (member := tar.next()) is not None:
                told = wanted.pop(member.name, None)
                if told is None or not member.isfile() or member.size != told["size"]:
                    raise _broken(file, f"{member.name!r} is not as the manifest says")
                _write(tar, member, aside / _safe(file, member.name), told["sha256"], file)
    except (tarfile.TarError, EOFError, KeyError, TypeError, ValueError) as error:
        raise _broken(file, f"it cannot be read: {error}") from error
    except FileNotFoundError as error:
        raise BadInput("there is no such file", where=str(file), remedy="Name a backup") from error
    if wanted:
        raise _broken(file, f"{len(wanted)} pieces are missing, {min(wanted)!r} among them")
    return manifest


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    first = tar.next()
    content = tar.extractfile(first) if first and first.name == MANIFEST else None
    if first is None or content is None or first.size > LARGEST_MANIFEST:
        raise ValueError("it does not begin with a manifest")
    manifest: dict[str, Any] = json.loads(content.read())
    if manifest.get("kind") != KIND:
        raise ValueError(f"its kind is not {KIND!r}")
    return manifest


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path, wanted: str, file: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    found, content = sha256(), tar.extractfile(member)
    assert content is not None
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while block := content.read(1 << 20):
            found.update(block)
            out.write(block)
    if found.hexdigest() != wanted:
        raise _broken(file, f"{member.name!r} has another content than the manifest says")


def _safe(file: Path, name: str) -> Path:
    path = Path(name)
    plain = not path.is_absolute() and ".." not in path.parts
    if name in (SEALED, SQLITE, POSTGRES) or (plain and path.parts[0] == "workspace" and len(path.parts) > 1):
        return path
    raise _broken(file, f"{name!r} is no name of a piece")


def _broken(file: Path, what: str) -> IntegrityFailure:
    return IntegrityFailure(what, where=str(file), remedy="Nothing was restored. Use another copy of the backup")


def _put_keys(aside: Path, place: Path, passphrase: str | None) -> None:
    sealed = aside / SEALED
    if not sealed.is_file():
        return
    if passphrase is None:
        raise BadInput(
            "its keys are sealed", field="--passphrase-file", remedy="Name the file with the passphrase"
        )
    (place / "keys").mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in _unseal(sealed.read_bytes(), passphrase).items():
        path = place / "keys" / Path(name).name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)


def _seal(files: dict[str, bytes], passphrase: str) -> bytes:
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    inside = json.dumps({name: content.hex() for name, content in files.items()}).encode()
    return salt + nonce + AESGCM(_stretch(passphrase, salt)).encrypt(nonce, inside, KIND.encode())


def _unseal(sealed: bytes, passphrase: str) -> dict[str, bytes]:
    salt, nonce, rest = sealed[:16], sealed[16:28], sealed[28:]
    try:
        inside = AESGCM(_stretch(passphrase, salt)).decrypt(nonce, rest, KIND.encode())
    except InvalidTag as error:
        raise BadInput(
            "the passphrase does not open the keys", field="--passphrase-file", remedy="Nothing was restored"
        ) from error
    return {name: bytes.fromhex(content) for name, content in json.loads(inside).items()}


def _stretch(passphrase: str, salt: bytes) -> bytes:
    """scrypt with 128 MB of memory (N=2^17, r=8, p=1: OWASP's figures)."""
    return Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(passphrase.encode())


def _fill(workspace: Path, dump: Path) -> None:
    """The dump into the database that TEARLINE_DATABASE names. pg_restore refuses one that has these tables."""
    told = database(workspace)
    if not told["ENGINE"].endswith("postgresql"):
        raise BadInput(
            "this backup has a PostgreSQL database",
            field="TEARLINE_DATABASE",
            remedy="Name an empty database on PostgreSQL",
        )
    _run("pg_restore", told, "--no-owner", "--exit-on-error", "--single-transaction", str(dump))


def _run(program: str, told: dict[str, Any], *words: str) -> None:
    where = ["--host", told["HOST"], "--username", told["USER"], "--dbname", told["NAME"]]
    if told["PORT"]:
        where += ["--port", told["PORT"]]
    try:
        subprocess.run(  # noqa: S603 - a fixed program; its words are settings
            [program, *where, "--no-password", *words],
            env={**os.environ, "PGPASSWORD": told["PASSWORD"]},
            capture_output=True,
            text=True,
            check=True,
        )
    except FileNotFoundError as error:
        raise CouldNot(f"{program} is not installed", remedy="Install PostgreSQL's client") from error
    except subprocess.CalledProcessError as error:
        said = (error.stderr.strip().splitlines() or ["no reason"])[-1]
        raise CouldNot(f"{program}: {said}", remedy="Nothing was put in place") from error


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
