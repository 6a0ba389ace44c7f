"""The passage index: what it counts, and that it comes back from disk as it was."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tearline.records.errors import BadInput
from tearline.records.products import Portion, Product
from tearline.views.passage_files import load_index, passage_index, save_index
from tearline.views.passages import PassageIndex, build_index

ISSUED = datetime(2026, 3, 1, tzinfo=UTC)

KEY = bytes(32)


def register(count: int = 3) -> list[Product]:
    return [
        Product(
            f"P{at}",
            f"Title {at}",
            "ONA",
            ISSUED,
            "S",
            (
                Portion(
                    f"P{at}#0",
                    "S",
                    f"The vessel Kestrel{chr(97 + at) * 3} sailed on 14 May. It carried {at}40 tonnes of rye.",
                ),
                Portion(f"P{at}#1", "S", ""),
                Portion(f"P{at}#2", "S", "Notes to editors: call the Office of Northern Assessments."),
            ),
        )
        for at in range(count)
    ]


def same(one: PassageIndex, other: PassageIndex) -> bool:
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(PassageIndex)
    )


def test_adding_products_gives_what_building_anew_gives() -> None:
    known = build_index(register(4))
    assert same(build_index(register(7), known), build_index(register(7)))


def test_what_changed_is_read_again_and_what_went_is_forgotten() -> None:
    before = register(5)
    changed = replace(before[2], portions=(Portion("P2#0", "S", "The Kestrelccc was renamed Orme in 2027."),))
    after = [before[4], changed, before[0]]
    index, fresh = build_index(after, build_index(before)), build_index(after)
    assert set(index.terms) == set(fresh.terms)
    assert set(index.keys) == set(fresh.keys)
    words = [[one.terms[term] for term in one.token_term] for one in (index, fresh)]
    assert words[0] == words[1]
    assert np.array_equal(index.vectors, fresh.vectors)
    assert np.array_equal(index.passage_holders, fresh.passage_holders)


def test_an_older_index_on_disk_saves_reading_again(tmp_path: Path) -> None:
    passage_index(lambda: register(3), tmp_path, "one", KEY)
    more = passage_index(lambda: register(6), tmp_path, "two", KEY)
    assert same(more, build_index(register(6)))
    assert len(list(tmp_path.iterdir())) == 1


def test_tokens_and_quantities_stand_where_they_say() -> None:
    index = build_index(register())
    for passage in range(len(index.passage_portion)):
        text = index.portion_texts[index.passage_portion[passage]]
        low, high = index.passage_start[passage], index.passage_end[passage]
        for at in range(index.token_from[passage], index.token_from[passage + 1]):
            assert low <= index.token_start[at] < index.token_end[at] <= high
            assert text[index.token_start[at] : index.token_end[at]].strip()
        for at in range(index.fact_from[passage], index.fact_from[passage + 1]):
            assert low <= index.fact_start[at] < index.fact_end[at] <= high


def test_what_all_products_hold_is_common_and_what_one_holds_is_rare() -> None:
    index = build_index(register(20))
    rarity = dict(zip(index.terms, index.term_rarity.tolist(), strict=True))
    assert rarity["editor"] < 0.7 < 2.0 < rarity["kestrelccc"]
    assert len(index.shared_shingles)


def test_it_comes_back_from_disk_as_it_was(tmp_path: Path) -> None:
    index = build_index(register())
    save_index(index, tmp_path, "abc", KEY)
    again = load_index(tmp_path, "abc", KEY)
    assert again is not None
    assert same(index, again)
    assert load_index(tmp_path, "abd", KEY) is None


def test_it_is_built_once_a_fingerprint_and_older_ones_go(tmp_path: Path) -> None:
    built = []

    def products() -> list[Product]:
        built.append(1)
        return register()

    passage_index(products, tmp_path, "one", KEY)
    passage_index(products, tmp_path, "one", KEY)
    passage_index(products, tmp_path, "two", KEY)
    assert len(built) == 2
    assert len(list(tmp_path.iterdir())) == 1


def test_a_damaged_index_is_built_again(tmp_path: Path) -> None:
    place = save_index(build_index(register()), tmp_path, "abc", KEY)
    for name, junk in (("token_term.npy", b"junk"), ("terms.arrow", b""), ("vectors.npy", b"\x93NUMPY")):
        kept = (place / name).read_bytes()
        (place / name).write_bytes(junk)
        assert load_index(tmp_path, "abc", KEY) is None
        (place / name).write_bytes(kept)
    assert same(passage_index(register, tmp_path, "abc", KEY), build_index(register()))


def test_a_fingerprint_cannot_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        load_index(tmp_path, "../elsewhere", KEY)


def test_an_empty_register_has_an_index(tmp_path: Path) -> None:
    index = build_index([])
    save_index(index, tmp_path, "none", KEY)
    assert same(passage_index(list, tmp_path, "none", KEY), index)
