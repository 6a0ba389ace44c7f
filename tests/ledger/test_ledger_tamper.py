"""Whatever is done to the files of a ledger is found, and the message says where."""

from __future__ import annotations

import json
import random
import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from ledger_place import Place, numbered

from tearline.ledger import (
    Keys,
    Ledger,
    create_keys,
    create_ledger,
    read_witness,
    verify,
    write_witness,
)
from tearline.ledger.notes import Signer
from tearline.records.errors import BadInput, IntegrityFailure
from tearline.records.kinds import Stream

E, P, L = Stream.EVENTS, Stream.PEOPLE, Stream.LOOKUPS


def home(place: Place) -> Path:
    return place.folder / "ledger"


def one(place: Place, pattern: str) -> Path:
    return sorted(home(place).glob(pattern))[0]


def faults(place: Place, **how: object) -> str:
    """All faults as text; there has to be one."""
    found = place.check(**how)
    assert not found.ok and found.faults
    return "\n".join(f"{fault.where}: {fault.what}" for fault in found.faults)


def test_an_untouched_ledger_has_no_fault(filled: Place) -> None:
    for deep in (False, True):
        found = filled.check(deep=deep)
        assert (found.ok, found.faults, found.leftovers) == (True, (), ())
        assert {state.stream: state.size for state in found.streams}[E] == 307


def test_a_changed_byte_anywhere_in_any_file_is_found(filled: Place) -> None:
    chance = random.Random(20)
    for path in sorted(path for path in home(filled).rglob("*") if path.is_file()):
        kept = path.read_bytes()
        places = {0, len(kept) // 2, len(kept) - 2, len(kept) - 1}
        places |= {chance.randrange(len(kept)) for _ in range(40)}
        for at in places:
            changed = bytearray(kept)
            changed[at] ^= 1 << chance.randrange(8)
            path.write_bytes(changed)
            found = filled.check()
            assert not found.ok, (path.name, at)
            assert any(path.name in fault.where for fault in found.faults), (path.name, at, found.faults)
        path.write_bytes(kept)
    filled.holds()


def test_every_byte_of_the_commit_log_counts(place: Place) -> None:
    place.ledger.append(L, numbered(0, 1))
    path = home(place) / "commits.jsonl"
    kept = path.read_bytes()
    for at in range(0, len(kept), 7):
        path.write_bytes(kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :])
        assert not place.check().ok, at
    path.write_bytes(kept)
    place.holds()


def test_a_missing_file_is_named(filled: Place) -> None:
    for path in sorted(path for path in home(filled).rglob("*") if path.is_file()):
        kept = path.read_bytes()
        path.unlink()
        assert path.name in faults(filled)
        path.write_bytes(kept)
    filled.holds()


def test_a_missing_commit_log_is_no_missing_ledger(filled: Place) -> None:
    (home(filled) / "commits.jsonl").unlink()
    with pytest.raises(IntegrityFailure, match="commit log is missing"):
        Ledger.open(home(filled), filled.keys)
    with pytest.raises(BadInput, match="already here"):
        create_ledger(home(filled), filled.keys)


def test_a_truncated_file_is_named(filled: Place) -> None:
    for path in sorted(path for path in home(filled).rglob("*") if path.is_file()):
        if path.name == "commits.jsonl":
            continue  # cut at its end it is an older ledger, which only a witness can tell: see below
        kept = path.read_bytes()
        for length in (0, 1, len(kept) // 2, len(kept) - 1):
            path.write_bytes(kept[:length])
            assert path.name in faults(filled)
        path.write_bytes(kept)
    filled.holds()


def test_swapped_segments_are_found(filled: Place) -> None:
    first, second = sorted(home(filled).glob("events/segment-*"))[:2]
    spare = filled.folder / "spare"
    first.rename(spare)
    second.rename(first)
    spare.rename(second)
    text = faults(filled)
    assert "records 0 to 99 was changed" in text and "records 100 to 199 was changed" in text


def test_strangers_are_found_and_leftovers_told(filled: Place) -> None:
    (home(filled) / "notes.txt").write_text("x")
    (home(filled) / E / "readme").write_text("x")
    text = faults(filled)
    assert "notes.txt: does not belong" in text and "events/readme: does not belong" in text
    (home(filled) / "notes.txt").unlink()
    (home(filled) / E / "readme").unlink()
    (home(filled) / E / "segment-000000000999.part").write_text("x")
    with (home(filled) / "commits.jsonl").open("ab") as file:
        file.write(b'{"number":99,"at":"2026')
    with one(filled, "events/tail-*").open("ab") as file:
        file.write(b"x" * 9)
    found = filled.check()
    assert found.ok and len(found.leftovers) == 3
    assert any("9 bytes that were not committed" in left for left in found.leftovers)
    assert filled.ledger.size(E) == 307
    filled.ledger.append(E, numbered(307, 308))
    assert filled.check().leftovers == ()
    filled.holds()


def test_a_symbolic_link_is_no_sealed_file(filled: Place) -> None:
    segment = one(filled, "events/segment-*")
    moved = filled.folder / "elsewhere"
    segment.rename(moved)
    segment.symlink_to(moved)
    assert segment.name in faults(filled)


@pytest.mark.parametrize("change", ["dropped", "repeated", "moved", "edited", "signed by another"])
def test_changed_history_is_found(filled: Place, change: str) -> None:
    path = home(filled) / "commits.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "dropped":
        del lines[3]
    elif change == "repeated":
        lines.insert(3, lines[3])
    elif change == "moved":
        lines[3], lines[4] = lines[4], lines[3]
    elif change == "edited":
        lines[3] = lines[3].replace(b'"number":3', b'"number":3 ')
    else:
        signer = Signer(filled.keys.signer.name, Ed25519PrivateKey.generate())
        text = lines[-1].partition(b',"signature"')[0] + b"}\n"
        lines[-1] = text[:-2] + f',"signature":"{signer.signature_line(text)}"}}\n'.encode()
    path.write_bytes(b"".join(lines))
    assert "commits.jsonl line" in faults(filled)
    with pytest.raises(IntegrityFailure, match=r"commits\.jsonl"):
        Ledger.open(home(filled), filled.keys)


def test_a_forged_checkpoint_is_found(filled: Place) -> None:
    path = home(filled) / "commits.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    last = json.loads(lines[-1])
    note = last["streams"]["events"]["checkpoint"].split("\n")
    forged = bytearray(b64decode(note[2]))
    forged[0] ^= 1
    note[2] = b64encode(forged).decode()
    last["streams"]["events"]["checkpoint"] = "\n".join(note)
    lines[-1] = (json.dumps(last, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
    path.write_bytes(b"".join(lines))
    text = faults(filled)
    assert "signature does not fit" in text and "checkpoint of events" in text


def forge(place: Place, tamper: Callable[[Path], None]) -> None:
    """What somebody with the signing key can do: change a segment and sign new seals for everything."""
    ledger = place.ledger
    state = ledger.state()
    path = one(place, "events/segment-000000000100-*")
    tamper(path)
    hashed = sha256(path.read_bytes()).hexdigest()
    manifest_path = one(place, "events/manifest-*")
    old = path.name[-24:-8]
    text, _, _ = manifest_path.read_text().rpartition("\n\n")
    raw = json.loads(text)
    for entry in raw["segments"]:
        if entry["sha256"].startswith(old):
            entry["sha256"], entry["bytes"] = hashed, path.stat().st_size
    note = place.keys.signer.sign(json.dumps(raw, separators=(",", ":")) + "\n").encode()
    reference = sha256(note).hexdigest()
    path.rename(path.with_name(f"segment-000000000100-{hashed[:16]}.parquet"))
    manifest_path.unlink()
    (manifest_path.parent / f"manifest-{reference[:16]}.note").write_bytes(note)
    log = home(place) / "commits.jsonl"
    rewritten, previous = b"", "0" * 64
    for line in log.read_bytes().splitlines():
        commit = json.loads(line)
        commit["previous"] = previous
        if "events" in commit["streams"] and commit["streams"]["events"]["manifest"] == state.streams[E].manifest:
            commit["streams"]["events"]["manifest"] = reference
        del commit["signature"]
        body = json.dumps(commit, ensure_ascii=False, separators=(",", ":"))
        signature = place.keys.signer.signature_line(f"{body}\n".encode())
        signed = f'{body[:-1]},"signature":"{signature}"}}\n'.encode()
        previous = sha256(signed).hexdigest()
        rewritten += signed
    log.write_bytes(rewritten)


def edited(path: Path) -> None:
    table = pq.read_table(path)
    lines = table.column("line").to_pylist()
    lines[42] = lines[42].replace("é142", "é999")
    pq.write_table(table.set_column(0, table.schema.field("line"), [lines]), path, row_group_size=30)


def dropped(path: Path) -> None:
    table = pq.read_table(path)
    kept = table.take([at for at in range(len(table)) if at != 42])
    pq.write_table(kept, path, row_group_size=30)


def emptied(path: Path) -> None:
    table = pq.read_table(path)
    lines = table.column("line").to_pylist()
    lines[42] = None
    pq.write_table(table.set_column(0, table.schema.field("line"), [lines]), path)


WRONG_ROOT = "events: records 0 to 249 do not add up to the root signed in commits.jsonl line 2"


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (edited, WRONG_ROOT),
        (dropped, "99 records where 100 were sealed"),
        (emptied, "record 142 has lost its body without an order in custody"),
    ],
)
def test_even_the_holder_of_the_key_cannot_change_a_record(
    filled: Place, tamper: Callable[[Path], None], says: str
) -> None:
    forge(filled, tamper)
    assert filled.check().ok  # every seal is in order, freshly signed
    assert says in faults(filled, deep=True)


def test_deep_narrows_the_damage_to_what_was_signed_last(place: Place) -> None:
    for number in range(0, 50, 10):
        place.ledger.append(E, numbered(number, number + 10))
    tail = one(place, "events/tail-*")
    tail.write_bytes(tail.read_bytes().replace("é25".encode(), "é99".encode()))
    assert f"events/{tail.name}: records 20 to 29 do not add up" in faults(place, deep=True)


def test_a_rollback_is_found_against_a_witness(filled: Place) -> None:
    older = filled.folder / "older"
    shutil.copytree(home(filled), older)
    filled.ledger.append(L, numbered(10, 11))
    filled.ledger.append(E, numbered(307, 400))
    write_witness(filled.ledger, filled.folder / "witness.json")
    witness = read_witness(filled.folder / "witness.json")
    assert filled.check(witness=witness).ok
    shutil.rmtree(home(filled))
    older.rename(home(filled))
    assert filled.check().ok
    text = faults(filled, witness=witness)
    assert "lookups: the witness saw 11 records; 10 are here: rolled back" in text
    assert "events: the witness saw 400 records" in text


def test_a_later_ledger_still_agrees_with_its_witness(filled: Place) -> None:
    write_witness(filled.ledger, filled.folder / "witness.json")
    witness = read_witness(filled.folder / "witness.json")
    for number in range(307, 380, 9):
        filled.ledger.append(E, numbered(number, number + 9))
    assert filled.check(witness=witness, deep=True).ok


def test_rewritten_history_is_found_against_a_witness(filled: Place) -> None:
    write_witness(filled.ledger, filled.folder / "witness.json")
    witness = read_witness(filled.folder / "witness.json")
    shutil.rmtree(home(filled))
    again = create_ledger(home(filled), filled.keys)
    again.append(E, numbered(1, 500))
    for number in range(20):
        again.append(L, numbered(number, number + 1))
        again.append(P, numbered(number, number + 1))
    assert filled.check(deep=True).ok
    text = faults(filled, witness=witness)
    assert "the first 307 records are not those the witness saw: rewritten" in text


def test_a_swapped_key_is_found_against_the_pinned_one(filled: Place, tmp_path: Path) -> None:
    write_witness(filled.ledger, filled.folder / "witness.json")
    other = tmp_path / "other"
    keys = create_keys(other / "keys")
    create_ledger(other / "ledger", keys)
    assert verify(other / "ledger", keys.verifier, pinned=keys.verifier).ok
    for how in ({"pinned": filled.keys.verifier}, {"witness": read_witness(filled.folder / "witness.json")}):
        found = verify(other / "ledger", keys.verifier, **how)  # type: ignore[arg-type]
        assert [fault.where for fault in found.faults] == ["keys"]
    assert not verify(home(filled), keys.verifier).ok


@pytest.mark.parametrize("content", ["", "[]", "{}", "[" * 100_000, '{"key":"a+b+c"}', "\0\xff"])
def test_what_is_no_witness_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "witness.json"
    path.write_text(content)
    with pytest.raises(BadInput, match="not a witness"):
        read_witness(path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_witness(tmp_path / "none")


def test_a_changed_witness_is_refused(filled: Place) -> None:
    path = filled.folder / "witness.json"
    write_witness(filled.ledger, path)
    path.write_text(path.read_text().replace("events\\n307", "events\\n306"))
    with pytest.raises(BadInput, match="not a witness"):
        read_witness(path)


def test_a_writer_refuses_a_tail_that_does_not_add_up(filled: Place) -> None:
    tail = one(filled, "events/tail-*")
    tail.write_bytes(tail.read_bytes().replace(b"305", b"999"))
    with pytest.raises(IntegrityFailure, match="signed root"):
        filled.ledger.append(E, numbered(0, 1))


def test_keys_alone_open_the_ledger_again(filled: Place) -> None:
    assert Ledger.open(home(filled), Keys.load(filled.folder / "keys")).size(E) == 307
