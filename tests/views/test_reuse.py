"""Text reuse found once: the same from scratch and piece by piece, sealed, and never trusted when touched."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tearline.records.products import Portion, Product
from tearline.views.lineage import Lineage
from tearline.views.reuse import Reuse, content_words, facts_of, find_reuse, is_verbatim, shared_runs
from tearline.views.reuse_files import load_reuse, reuse_view

KEY = b"k" * 32
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = (
    "Two convoys of refrigerated lorries crossed the northern pass on Tuesday night under police escort and "
    "unloaded ninety crates of rifles at the abandoned mill beside the reservoir, where engineers were waiting."
)
REWORDED = (
    "Under escort by police, engineers awaited ninety crates of rifles: refrigerated lorries in two convoys had "
    "come across the northern pass on Tuesday, unloading them by the reservoir at a mill long abandoned at night."
)


def product(name: str, *texts: str, day: int = 0, derived_from: tuple[str, ...] = ()) -> Product:
    portions = tuple(Portion(str(number), "SECRET", text) for number, text in enumerate(texts, 1))
    return Product(name, name, "o", FIRST + timedelta(days=day), "SECRET", portions, derived_from=derived_from)


def found(reuse: Reuse) -> set[tuple[str, str, str, str, float]]:
    names, portions = reuse.portions.product, reuse.portions.portion
    pairs = zip(*(column.tolist() for column in reuse.pairs), strict=True)
    return {(names[a], portions[a], names[b], portions[b], round(share, 9)) for a, b, share in pairs}


def made_up(number: int, seed: int) -> list[Product]:
    """Products of which some take over sentences of earlier ones, whole or with words exchanged."""
    rng = random.Random(seed)
    words = [f"{'Ww'[n % 3 > 0]}{'abcdefgh'[n % 8] * 3}{'ijklmnopqr'[n // 8 % 10]}{n}" for n in range(3000)]
    made: list[Product] = []
    for n in range(number):
        texts = []
        for _ in range(3):
            if made and rng.random() < 0.3:
                taken = rng.choice(rng.choice(made).portions).text.split()
                texts.append(" ".join(rng.choice(words) if rng.random() < 0.15 else word for word in taken))
            else:
                texts.append(" ".join(rng.choices(words, k=25)))
        made.append(product(f"P{n:03}", *texts, day=n))
    return made


def brute_force(products: list[Product]) -> set[tuple[str, str, str, str]]:
    held = [(p.id, q.id, content_words(q.text), facts_of(q.text)) for p in products for q in p.portions]
    times: dict[str, int] = {}
    for _, _, words, _ in held:
        for word in words:
            times[word] = times.get(word, 0) + 1
    pairs = set()
    for at, (one, portion, ours, facts) in enumerate(held):
        for other, there, theirs, there_facts in held[at + 1 :]:
            both = ours & theirs
            least = min(len(ours), len(theirs))
            alike = (len(both) >= 0.8 * least and least >= 6) or (len(both) >= 0.6 * least and len(both) >= 12)
            shorter = ours if len(ours) <= len(theirs) else theirs
            rare = sum(times[word] <= 20 for word in both)
            telling = rare >= 3 and 2 * rare >= sum(times[word] <= 20 for word in shorter)
            stated = (facts if len(ours) <= len(theirs) else there_facts) & shorter
            telling = telling and (len(stated) < 2 or 2 * len(stated & both) >= len(stated))
            if one != other and alike and telling:
                pairs.add((one, portion, other, there))
    return pairs


@pytest.mark.parametrize("seed", range(5))
def test_it_finds_what_comparing_all_with_all_finds(seed: int) -> None:
    products = made_up(40, seed)
    pairs = {pair[:4] for pair in found(find_reuse(products))}
    assert pairs == brute_force(products)
    assert pairs


@pytest.mark.parametrize("seed", range(5))
def test_adding_to_what_was_found_gives_what_finding_it_anew_gives(seed: int) -> None:
    products = made_up(60, seed)
    grown = None
    for size in (0, 20, 21, 45, 60):
        grown = find_reuse(products[:size], grown)
        assert found(grown) == found(find_reuse(products[:size]))
    changed = [product("P003", "Nothing of what stood there stands here any more, not one of those words."),
               *(p for p in products if p.id != "P003")]  # fmt: skip
    assert found(find_reuse(changed, grown)) == found(find_reuse(changed))


def test_the_view_is_kept_and_what_was_touched_is_found_anew(tmp_path: Path) -> None:
    products = made_up(20, 1)
    asked: list[int] = []

    def registered() -> list[Product]:
        asked.append(1)
        return products

    first = reuse_view(registered, tmp_path, "one", KEY)
    assert found(reuse_view(registered, tmp_path, "one", KEY)) == found(first)
    assert len(asked) == 1
    assert load_reuse(tmp_path, "one", b"another key" * 3) is None
    pairs = next(tmp_path.glob("*/pairs.arrow"))
    pairs.write_bytes(pairs.read_bytes()[:-1] + b"\0")
    assert load_reuse(tmp_path, "one", KEY) is None
    assert found(reuse_view(registered, tmp_path, "one", KEY)) == found(first)
    assert len(asked) == 2
    reuse_view(lambda: products[:5], tmp_path, "two", KEY)
    assert [place.name for place in tmp_path.iterdir()] == ["reuse-2-two"]


def test_evidence_says_which_restates_which_and_where() -> None:
    earlier, later = product("A", "Nothing of note.", SOURCE), product("B", REWORDED, SOURCE, day=3)
    known = Lineage({"A": earlier, "B": later})
    (related,) = known.related("A")
    assert related.portions == (("1", "2"), ("2", "2"))
    assert related.declare is not None
    assert related.declare.startswith("tearline relate B A ")
    reworded, verbatim = related.evidence
    assert (reworded.kind, verbatim.kind) == ("reworded", "verbatim")
    assert verbatim.says == "Portion 2 of B restates portion 2 of A."
    assert known.related("B")[0].evidence[1].says == verbatim.says
    for (start, end), (begin, stop) in (*verbatim.spans, *reworded.spans):
        assert start < end
        assert begin < stop
    assert SOURCE[slice(*verbatim.spans[0][0])] == SOURCE[:-1]


def test_the_same_phrases_of_other_things_are_no_restatement() -> None:
    phrase = (
        "Since {} November some {} beds around {} are filled by those with marsh fever, of whom the ministry of {}"
        " reports only every third case, and that on the date of discharge; sales of fever salts tell more."
    )
    here = product("A", phrase.format(28, 120, "Quierzac", "Tessaria"))
    twin = product("B", phrase.format(21, 98, "Castelmar", "Sarvonne"), day=2)
    same = product("C", phrase.format(28, 120, "Quierzac", "Tessaria"), day=3)
    every = {one.id: one for one in (here, twin, same)}
    assert [one.product for one in Lineage(every).related("A")] == ["C"]


def test_declared_lineage_is_not_said_twice() -> None:
    declared = product("B", SOURCE, day=1, derived_from=("A",))
    assert Lineage({"A": product("A", SOURCE), "B": declared}).related("A") == ()


def test_shared_stretches_are_found_in_order() -> None:
    one = "alpha beta gamma delta epsilon zeta and then one two three four five six"
    other = "one two three four five six before alpha beta gamma delta epsilon zeta"
    runs = shared_runs(one, other)
    assert [one[slice(*here)] for here, _ in runs] == [other[slice(*there)] for _, there in runs]
    assert len(runs) == 2
    assert is_verbatim(runs, one, other)
    assert shared_runs("too short", other) == ()
