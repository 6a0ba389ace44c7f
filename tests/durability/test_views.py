"""Views are for speed and never trusted: whatever happens to them is noticed, and the answers stay the same."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from durable_program import Program
from durable_world import answers, plain

Harm = Callable[[Path, Path], None]

VIEWS = ("events", "event-keys", "passages", "reuse")


def filled(workspace: Path, quick: Program) -> None:
    """Every view as the day left it, complete."""
    code, document, said = quick("views", "--rebuild", "--workspace", workspace)
    assert code == 0, said
    assert all(view["covers"] == view["of"] > 0 for view in document["views"]), document


def files_of(view: Path) -> list[Path]:
    return sorted(path for path in view.rglob("*") if path.is_file())


def data_of(view: Path) -> list[Path]:
    return [path for path in files_of(view) if path.suffix in {".parquet", ".npy", ".arrow"}]


def missing(view: Path, other: Path) -> None:
    shutil.rmtree(view)


def truncated(view: Path, other: Path) -> None:
    for path in data_of(view):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied_catalogue(view: Path, other: Path) -> None:
    for path in files_of(view):
        if path.suffix == ".json":
            path.write_text("{}")


def flipped(view: Path, other: Path) -> None:
    """One bit of each file of data, and the time of change put back to what it was."""
    for path in data_of(view):
        kept = path.stat()
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 4
        path.write_bytes(content)
        os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))


def from_elsewhere(view: Path, other: Path) -> None:
    """The view of another workspace with the same files in it, under this one's names."""
    names = [path.name for path in view.iterdir() if path.is_dir()]
    shutil.rmtree(view)
    shutil.copytree(other / "views" / view.name, view)
    for here, found in zip(names, [path for path in view.iterdir() if path.is_dir()], strict=True):
        found.rename(view / here)


def retold(view: Path, other: Path) -> None:
    """Another's view, its catalogue changed to name this ledger's roots: all of it consistent but for the seal."""
    here = {path.name: json.loads(path.read_text()) for path in view.rglob("*.json")}
    from_elsewhere(view, other)
    for path in view.rglob("*.json"):
        there, own = json.loads(path.read_text()), here[path.name]["content"]
        for name in ("root", "size", "fingerprint"):
            if name in own:
                there["content"][name] = own[name]
        path.write_text(json.dumps(there))


@pytest.fixture
def other(workspace: Path, files: Path, quick: Program) -> Path:
    """Another workspace that was told something else: one event and one product fewer."""
    place = workspace.parent / "other"
    events = files / "first" / "events.jsonl"
    events.write_text("".join(events.read_text().splitlines(keepends=True)[8:]))
    for words in (("init",), ("load", files / "first")):
        assert quick(*words, "--workspace", place)[0] == 0
    filled(place, quick)
    return place


@pytest.mark.parametrize(
    "harm", [missing, truncated, emptied_catalogue, flipped, from_elsewhere, retold], ids=lambda one: one.__name__
)
@pytest.mark.parametrize("view", VIEWS)
def test_it_is_noticed_and_built_again(
    workspace: Path, other: Path, files: Path, quick: Program, view: str, harm: Harm
) -> None:
    filled(workspace, quick)
    expected = plain(answers(workspace))
    harm(workspace / "views" / view, other)
    code, document, _ = quick("views", "--workspace", workspace)
    assert code == 0
    told = {one["view"]: one["covers"] for one in document["views"]}
    assert told[view] is None and all(told[name] for name in VIEWS if name != view), told
    assert plain(answers(workspace)) == expected
    # Everything once more: all of it is known, whatever became of the index of events.
    code, document, said = quick("load", files / "second", "--workspace", workspace)
    assert (code, document["accepted"]) == (0, 0), said
    code, document, _ = quick("views", "--rebuild", "--workspace", workspace)
    assert code == 0 and all(one["covers"] == one["of"] for one in document["views"])
    assert plain(answers(workspace)) == expected
    assert quick("verify", "--deep", "--workspace", workspace)[0] == 0


def test_a_stale_view_is_brought_up_to_date(workspace: Path, files: Path, quick: Program) -> None:
    """Views of the day's beginning, put back after its end."""
    early = workspace.parent / "early"
    for words in (("init",), ("load", files / "first"), ("trace", "R1")):
        assert quick(*words, "--workspace", early)[0] == 0
    shutil.copytree(early / "views", workspace.parent / "kept")
    assert quick("load", files / "second", "--workspace", early)[0] == 0
    expected = plain(answers(early))
    shutil.rmtree(early / "views")
    shutil.copytree(workspace.parent / "kept", early / "views")
    assert plain(answers(early)) == expected
    _, document, _ = quick("load", files / "second", "--workspace", early)
    assert document["accepted"] == 0


def test_a_copied_workspace_hashes_its_views_once(workspace: Path, quick: Program) -> None:
    """A copy has other times; after the first look its manifest says them."""
    filled(workspace, quick)
    copy = workspace.parent / "copy"
    shutil.copytree(workspace, copy)
    manifest = copy / "views" / "events" / "manifest.json"
    before = manifest.read_text()
    assert quick("trace", "R1", "--workspace", copy)[0] == 0
    stamped = manifest.read_text()
    assert stamped != before
    assert quick("trace", "R1", "--workspace", copy)[0] == 0
    assert manifest.read_text() == stamped


def test_views_are_described_and_nothing_else_of_a_rebuild_stays(workspace: Path, quick: Program) -> None:
    filled(workspace, quick)
    code, document, _ = quick("views", "--workspace", workspace)
    assert code == 0 and not document["rebuilt"]
    assert [view["view"] for view in document["views"]] == list(VIEWS)
    assert not [path for path in (workspace / "tmp").iterdir() if not path.name.endswith(".lock")]
    assert len(list((workspace / "views" / "passages").iterdir())) == 1
