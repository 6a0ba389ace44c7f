"""Every sentence of an answer is said in the language that was asked for; nothing else changes with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import scope_world as world

from tearline.records.said import Language
from tearline.workspace import Inquiry, Workspace

SENTENCES = {
    "says",
    "ask",
    "reason",
    "for",
    "against",
    "verbal",
    "request",
    "items",
    "why",
    "notes",
    "assumptions",
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return world.made(tmp_path_factory.mktemp("french"))


def leaves(value: Any, key: str = "", *, path: str = "") -> Iterator[tuple[str, str, Any]]:
    """(path, the key it stands under, value) of every plain value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, name, path=f"{path}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, key, path=f"{path}[{number}]")
    else:
        yield path, key, value


def test_sentences_are_french_and_all_else_is_the_same(workspace: Workspace) -> None:
    def answers(language: Language) -> dict[str, Any]:
        asked = Inquiry(purpose="p", actor="a", language=language)
        products = [row["id"] for row in workspace.products(asked)["products"]]
        return {
            "investigate": workspace.investigate(asked, ["art"]),
            "match": workspace.match(asked, "art"),
            "handling": workspace.handling(asked),
            "requests": workspace.requests(asked, ["art"]),
            "traces": [workspace.trace(asked, product) for product in products],
        }

    english, french = (list(leaves(answers(language))) for language in (Language.ENGLISH, Language.FRENCH))
    assert [path for path, _, _ in english] == [path for path, _, _ in french]
    told = 0
    for (path, key, said), (_, _, dit) in zip(english, french, strict=True):
        if key in SENTENCES and isinstance(said, str) and said:
            assert said != dit, f"{path} is not said in French: {said}"
            told += 1
        elif ".basis." not in path:
            assert said == dit, path
    assert told > 30
