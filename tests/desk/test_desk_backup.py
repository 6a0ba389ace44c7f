"""A backup restored gives the same answers, accounts and cases; one that is not whole gives nothing."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tearline.desk.backup import back_up, restore
from tearline.records.errors import BadInput, IntegrityFailure
from tearline.workspace import Inquiry, Workspace, create_workspace, open_workspace

DATABASE = os.environ.get("TEARLINE_DATABASE", "")
WORDS = "a long passphrase"


def run(folder: Path, *words: str, database: str = "") -> dict[str, object]:
    """The program itself, in a process of its own."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TEARLINE_") and name != "DJANGO_SETTINGS_MODULE"
    }
    done = subprocess.run(
        [sys.executable, "-m", "tearline", "--workspace", str(folder), *words, "--json"],
        capture_output=True,
        text=True,
        env=env | ({"TEARLINE_DATABASE": database} if database else {}),
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def bases() -> list[str]:
    """Two databases to go from and to: on PostgreSQL two new ones, else none (SQLite lies in the workspace)."""
    if not DATABASE:
        return ["", ""]
    names = [f"carry_{uuid4().hex}", f"carry_{uuid4().hex}"]
    with psycopg.connect(DATABASE, autocommit=True) as server:
        for name in names:
            server.execute(f"CREATE DATABASE {name}")
    return [DATABASE.rpartition("/")[0] + "/" + name for name in names]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory, desk_workspace: Workspace, bases: list[str]) -> Path:
    """The example with an account, in a workspace of its own."""
    folder = tmp_path_factory.mktemp("lived") / "workspace"
    shutil.copytree(desk_workspace.folder, folder, ignore=shutil.ignore_patterns("views", "desk", "tmp"))
    run(folder, "user", "add", "ada", "--body", "Internal Security", "--role", "administrator", database=bases[0])
    return folder


def ask(folder: Path) -> object:
    return open_workspace(folder).trace(Inquiry(purpose="t"), "VAS-2025-118")["holders"]


def test_a_backup_restored_gives_the_same(lived: Path, tmp_path: Path, bases: list[str]) -> None:
    words = tmp_path / "words"
    words.write_text(WORDS + "\n")
    file, again = tmp_path / "all.tar", tmp_path / "again"
    made = run(lived, "backup", str(file), "--passphrase-file", str(words), database=bases[0])
    assert made["keys"] == "sealed" and file.stat().st_mode & 0o777 == 0o600
    with tarfile.open(file) as tar:
        names = tar.getnames()
    assert "database.pgdump" in names if DATABASE else "database.sqlite3" in names
    assert not [name for name in names if "/keys/" in name or "/views/" in name]
    done = run(again, "restore", str(file), "--passphrase-file", str(words), database=bases[1])
    assert done["verified"] and ask(again) == ask(lived)
    assert (again.stat().st_mode | (again / "keys").stat().st_mode) & 0o077 == 0
    for key in (lived / "keys").iterdir():
        assert (again / "keys" / key.name).read_bytes() == key.read_bytes()
    repeated = ("user", "add", "ada", "--body", "x", "--role", "investigator")
    with pytest.raises(AssertionError, match="already there"):  # the account came along
        run(again, *repeated, database=bases[1])


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.delenv("TEARLINE_DATABASE", raising=False)
    create_workspace(tmp_path / "small")
    back_up(tmp_path / "small", tmp_path / "small.tar", None)
    return tmp_path / "small", tmp_path / "small.tar"


def test_nothing_is_overwritten(small: tuple[Path, Path], tmp_path: Path) -> None:
    folder, file = small
    with pytest.raises(BadInput, match="something there"):
        restore(file, folder, None)
    with pytest.raises(BadInput, match="file of that name"):
        back_up(folder, file, None)
    assert restore(file, tmp_path / "new", None)["verified"]


def test_a_wrong_passphrase_opens_nothing(small: tuple[Path, Path], tmp_path: Path) -> None:
    folder, _ = small
    back_up(folder, tmp_path / "sealed.tar", WORDS)
    for wrong in (None, "another passphrase"):
        with pytest.raises(BadInput):
            restore(tmp_path / "sealed.tar", tmp_path / "new", wrong)
        assert not (tmp_path / "new").exists()
    assert restore(tmp_path / "sealed.tar", tmp_path / "new", WORDS)["verified"]


@pytest.mark.parametrize("place", [0.002, 0.3, 0.6, 0.9])
def test_a_changed_or_cut_backup_is_refused_whole(small: tuple[Path, Path], tmp_path: Path, place: float) -> None:
    _, file = small
    whole = bytearray(file.read_bytes())
    with tarfile.open(file) as tar:
        members = [one for one in tar if one.size]
    chosen = members[int(place * len(members))]
    whole[chosen.offset_data] ^= 1
    bad = tmp_path / "bad.tar"
    bad.write_bytes(whole)
    with pytest.raises(IntegrityFailure):
        restore(bad, tmp_path / "new", None)
    bad.write_bytes(file.read_bytes()[: chosen.offset_data])
    with pytest.raises(IntegrityFailure):
        restore(bad, tmp_path / "new", None)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["../out", "/etc/out", "workspace/../../out", "else", "workspace"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    bad, body = tmp_path / "bad.tar", b"x"
    manifest = {
        "kind": "tearline backup 1",
        "made_at": "",
        "version": "",
        "folders": [],
        "pieces": [
            {"name": name, "size": 1, "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}
        ],
    }
    with tarfile.open(bad, "w") as tar:
        for entry, content in (("manifest.json", json.dumps(manifest).encode()), (name, body)):
            info = tarfile.TarInfo(entry)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    with pytest.raises(IntegrityFailure):
        restore(bad, tmp_path / "new", None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.tar"]
