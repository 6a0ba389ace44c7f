"""Text reuse between products: what a derivative carries, and what is found though nobody declared it."""

from __future__ import annotations

from datetime import UTC, datetime

from tearline.records.products import Portion, Product
from tearline.views.lineage import Lineage

ONE = "Two convoys crossed the northern pass on Tuesday night and unloaded crates at the abandoned mill."
TWO = "The minister's brother met the shipping agent in Lisbon and paid forty thousand euros in cash."
THREE = "Satellite images taken in June show new antennas beside the harbour master's office."


def product(name: str, *texts: tuple[str, str], derived_from: tuple[str, ...] = ()) -> Product:
    portions = tuple(Portion(identifier, "SECRET", text) for identifier, text in texts)
    return Product(
        name, name, "o", datetime(2026, 1, 1, tzinfo=UTC), "SECRET", portions, derived_from=derived_from
    )


def lineage(*products: Product) -> Lineage:
    return Lineage({each.id: each for each in products})


A = product("A", ("1", ONE), ("2", TWO), ("3", THREE))


def test_a_sanitised_edition_carries_what_it_kept_even_when_renumbered() -> None:
    edition = product("B", ("1", ONE), ("2", THREE), derived_from=("A",))
    assert lineage(A, edition).carried("A", "B") == ("1", "3")


def test_a_shortened_or_merged_portion_restates_its_sources() -> None:
    short = "Convoys crossed the northern pass on Tuesday and unloaded crates at the mill."
    assert lineage(A, product("B", ("x", short), derived_from=("A",))).carried("A", "B") == ("1",)
    assert lineage(A, product("B", ("x", f"{TWO} {THREE}"), derived_from=("A",))).carried("A", "B") == ("2", "3")


def test_a_kept_id_counts_for_a_translation_but_not_for_a_stub() -> None:
    french = (
        "Deux convois ont franchi le col du nord mardi soir puis déchargé des caisses dans un moulin abandonné."
    )
    assert lineage(A, product("B", ("1", french), derived_from=("A",))).carried("A", "B") == ("1",)
    assert lineage(A, product("B", ("1", "[withheld]"), derived_from=("A",))).carried("A", "B") == ()


def test_unrelated_text_under_another_id_carries_nothing() -> None:
    other = "Wheat prices rose by a tenth after the floods, and the central bank left its rate unchanged."
    assert lineage(A, product("B", ("9", other), derived_from=("A",))).carried("A", "B") == ()


def test_products_found_by_content_are_those_nobody_declared() -> None:
    copied = product("C", ("7", TWO))
    declared = product("D", ("1", ONE), derived_from=("A",))
    unlike = product(
        "E", ("1", "Wheat prices rose by a tenth after the floods, and the bank left its rate alone.")
    )
    known = lineage(A, copied, declared, unlike)
    (related,) = known.related("A")
    assert (related.product, related.portions, related.similarity) == ("C", (("7", "2"),), 1.0)
    assert [found.product for found in known.related("C")] == ["A"]
    assert known.related("E") == ()
