"""What one event of each kind proves, as the contract says it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pathway_reference import Event, World
from pathway_worlds import BASE, at, register, table

from tearline.pathway import trace
from tearline.records.errors import BadInput
from tearline.records.kinds import Basis, Level
from tearline.records.pathways import Holder, Pathway

# kind: (what it proves of the actor, of the recipient), as level and basis.
OF = {
    "disseminated": (None, "delivered addressed"),
    "delivered": (None, "delivered arrival"),
    "received": ("delivered act", "delivered arrival"),
    "opened": ("opened act", "delivered arrival"),
    "shown": ("opened act", "opened act"),
    "briefed": ("opened act", "opened act"),
    "printed": ("extracted act", "delivered arrival"),
    "copied": ("extracted act", "delivered arrival"),
    "downloaded": ("extracted act", "delivered arrival"),
    "forwarded": ("extracted act", "delivered addressed"),
    "excerpted": ("extracted act", "delivered addressed"),
    "removed": ("extracted act", "delivered arrival"),
    "returned": (None, None),
    "destroyed": (None, None),
    "recalled": (None, None),
    "refused": (None, None),
}


def world(*events: Event, **more: object) -> World:
    plain: dict[str, object] = {
        "posts": {"ann": [("origin", 0, 99)], "bob": [("other", 0, 99)], "cid": [("other", 0, 99)]},
        "groups": {"list": [("bob", 0, 5), ("cid", 5, 99)]},
        "organisations": frozenset({"origin", "other"}),
        "originator": {"X": "origin"},
        "issued": {"X": 0},
        "authors": {},
        "derived_from": {},
        "events": events,
    }
    return World(**{**plain, **more})  # type: ignore[arg-type]


def ask(told: World, product: str = "X", **options: object) -> Pathway:
    return trace(product, register(told), table(told.events), **options)  # type: ignore[arg-type]


def holders(told: World, product: str = "X", **options: object) -> dict[str, Holder]:
    return {holder.person: holder for holder in ask(told, product, **options).holders}


@pytest.mark.parametrize("kind", OF)
def test_what_each_kind_proves(kind: str) -> None:
    found = holders(world(Event("e", kind, "X", 1, 1, "bob", "cid")))
    assert {p: f"{h.level.word} {h.basis.word}" for p, h in found.items()} == {
        person: proof for person, proof in zip(("bob", "cid"), OF[kind], strict=True) if proof
    }


@pytest.mark.parametrize("basis", Basis)
def test_a_stated_basis_goes_to_the_recipient_and_to_the_actor_only_when_attested(basis: Basis) -> None:
    found = holders(world(Event("e", "forwarded", "X", 1, 1, "bob", "cid", basis.word)))
    assert found["cid"].basis is basis
    assert found["bob"].basis is (Basis.ATTESTED if basis is Basis.ATTESTED else Basis.ACT)
    assert holders(world(Event("e", "opened", "X", 1, 1, "bob", None, basis.word)))["bob"].basis is basis


def test_best_of_level_and_of_basis() -> None:
    told = world(
        Event("e1", "disseminated", "X", 1, 1, None, "bob"),
        Event("e2", "opened", "X", 2, 2, "bob", None, "attested"),
        Event("e3", "printed", "X", 9, 9, "bob"),
    )
    assert holders(told, before=at(9))["bob"].level is Level.OPENED
    assert holders(told, before=at(9))["bob"].basis is Basis.ATTESTED
    assert holders(told)["bob"].level is Level.EXTRACTED


def test_organisations_are_never_holders_and_groups_stand_for_their_members_at_the_time() -> None:
    told = world(
        Event("e1", "disseminated", "X", 4, 4, None, "list"), Event("e2", "disseminated", "X", 4, 4, None, "other")
    )
    assert set(holders(told)) == {"bob"}
    (to_list, to_organisation) = ask(told).transfers
    assert (to_list.to, to_organisation.to) == ("list", "other")


def test_before_excludes_the_moment_itself() -> None:
    told = world(Event("e", "opened", "X", 3, 6, "bob"))
    assert holders(told, before=at(3)) == {}
    assert holders(told, before=at(4))["bob"].first_certain is None
    assert holders(told, before=at(6))["bob"].first_certain is None
    assert holders(told, before=at(7))["bob"].first_certain == at(6)


def test_return_and_destruction_undo_nothing() -> None:
    told = world(Event("e1", "received", "X", 1, 1, "bob"), Event("e2", "destroyed", "X", 2, 2, "bob"))
    assert holders(told)["bob"].level is Level.DELIVERED


def test_authors_have_opened_it_from_issue_without_a_path() -> None:
    found = holders(world(authors={"X": ("list",)}, issued={"X": 3}))
    assert set(found) == {"bob"}
    assert (found["bob"].level, found["bob"].first_certain, found["bob"].path) == (Level.OPENED, at(3), ())
    assert holders(world(authors={"X": ("bob",)}, issued={"X": 3}), before=at(3)) == {}


def test_an_own_act_without_delivery_is_a_holding_but_not_supported() -> None:
    told = world(Event("e1", "opened", "X", 1, 1, "bob"), Event("e2", "forwarded", "X", 2, 2, "bob", "cid"))
    assert holders(told)["cid"].path == ("e1", "e2")
    assert not holders(told)["cid"].supported
    assert holders(told, supported=True) == {}
    assert [transfer.supported for transfer in ask(told).transfers] == [False]


def test_a_chain_within_one_instant_counts_as_possible_and_certain() -> None:
    told = world(
        Event("e3", "forwarded", "X", 1, 1, "bob", "cid"), Event("e9", "disseminated", "X", 1, 1, "ann", "bob")
    )
    found = holders(told, supported=True)
    assert found["cid"].path == ("e9", "e3")
    assert found["cid"].first_possible == found["cid"].first_certain == at(1)


def test_an_interval_that_begins_before_its_senders_arrival_may_still_follow_it() -> None:
    told = world(
        Event("e1", "forwarded", "X", 0, 9, "bob", "cid"), Event("e2", "disseminated", "X", 5, 5, "ann", "bob")
    )
    found = holders(told, supported=True)
    assert (found["cid"].first_possible, found["cid"].first_certain) == (at(5), None)
    assert holders(told)["cid"].first_possible == at(0)


def test_an_arrival_without_a_sender_is_supported_by_what_a_group_was_sent() -> None:
    told = world(Event("e1", "disseminated", "X", 1, 1, "ann", "list"), Event("e2", "received", "X", 6, 6, "cid"))
    assert holders(told, supported=True)["cid"].path == ("e1", "e2")


def test_a_derived_product_counts_and_says_which_it_was() -> None:
    told = world(
        Event("e1", "delivered", "D", 1, 1, "ann", "bob"),
        originator={"X": "origin", "D": "origin"}, issued={"X": 0, "D": 0}, derived_from={"D": ("X",)},
    )  # fmt: skip
    assert ask(told).family == ("X", "D")
    assert holders(told)["bob"].product == "D"
    assert holders(told)["bob"].portions == ()
    assert holders(told, "D")["bob"].portions is None
    assert holders(told, portion="1") == {}


def test_cycles_of_derivation_and_of_sending_end() -> None:
    told = world(
        Event("e1", "forwarded", "X", 1, 1, "bob", "cid"),
        Event("e2", "forwarded", "X", 1, 1, "cid", "bob"),
        Event("e3", "forwarded", "X", 2, 2, "bob", "bob"),
        originator={"X": "origin", "D": "origin"}, issued={"X": 0, "D": 0},
        derived_from={"D": ("X", "D"), "X": ("D",)},
    )  # fmt: skip
    assert set(holders(told)) == {"bob", "cid"}
    assert holders(told, supported=True) == {}


def test_a_link_decides_who_a_name_is_and_can_be_undone() -> None:
    told = world(Event("e1", "opened", "X", 1, 1, "R. Bobson"))
    events = table(told.events)
    linked = trace("X", register(told, {"R. Bobson": "bob"}), events).holders[0]
    loose = trace("X", register(told), events).holders[0]
    assert (linked.person, linked.resolved, loose.person, loose.resolved) == ("bob", True, "R. Bobson", False)


def test_what_is_unknown_is_an_error() -> None:
    with pytest.raises(BadInput, match="no product 'Y'"):
        ask(world(), "Y")
    with pytest.raises(BadInput, match="no portion '9'"):
        ask(world(), portion="9")


def test_a_cut_off_before_release_leaves_nobody() -> None:
    assert ask(world(authors={"X": ("bob",)}), before=BASE - timedelta(days=1)).holders == ()
