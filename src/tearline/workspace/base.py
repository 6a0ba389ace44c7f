"""What every part of a workspace stands on: its folder, its ledger, and the record of look-ups."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import Any, Final, TypeAlias

from tearline import __version__, intake
from tearline.engine import LocalEngine
from tearline.intake import Place
from tearline.investigation.keeping import Kept
from tearline.investigation.narrowing import narrowed
from tearline.investigation.scene import READ, Scene
from tearline.ledger import Keys, Ledger, LedgerState
from tearline.records.documents import AnswerBasis, document
from tearline.records.kinds import Stream
from tearline.records.markings import shipped_scheme
from tearline.records.times import parse_instant
from tearline.views.confirmations import confirmed_entries
from tearline.views.events import EventsView
from tearline.views.pseudonyms import pseudonyms, real_names
from tearline.views.register import Register
from tearline.workspace.inquiry import Answering, Document, Inquiry, operating_system_user
from tearline.workspace.scope import Scope
from tearline.workspace.withholding import Withholding

_QUEUE: Final = 20.0
"""Seconds that a look-up waits for those of other processes to be written; each takes milliseconds."""

Roots: TypeAlias = tuple[tuple[Stream, int, str], ...]
"""Sizes and roots of the streams that analysis reads: as long as they are the same, so are its answers."""


class Opened:
    """A folder with a ledger, its keys, and what can be rebuilt from them."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder = folder
        self._keys = keys
        self._ledger = Ledger.open(folder / "ledger", keys)
        self._view = EventsView(folder / "views" / "events", self._ledger, LocalEngine(folder / "tmp"))
        self._passages = folder / "views" / "passages"
        self._names = pseudonyms(keys.pseudonym)
        # A ledger belongs to one thread at a time, and a server asks from several.
        self._one_at_a_time = RLock()
        self._scenes = Kept()
        self._known: tuple[Roots, Scene] | None = None

    def described(self) -> Document:
        """Where the workspace is, the key to pin elsewhere, and the list of protected addresses."""
        return {
            "workspace": str(self.folder),
            "verifier_key": str(self._keys.verifier),
            "protected_list": str(intake.protected_list(self.folder)),
        }

    def _place(self) -> Place:
        return Place(self._ledger, self.folder, operating_system_user())

    def _look_up(self, inquiry: Inquiry, command: str, **parameters: Any) -> Answering:
        """Record the look-up; only then can it be answered. Where it cannot be recorded, nothing is shown."""
        given = {name: document(value) for name, value in parameters.items() if value is not None}
        body = {
            "actor": inquiry.actor,
            "purpose": inquiry.purpose,
            "case": inquiry.case,
            "command": command,
            "parameters": given,
            "as_of": inquiry.as_of,
            "unmask": inquiry.unmask,
        }
        with self._one_at_a_time:
            self._ledger.append(Stream.LOOKUPS, [json.dumps(body, ensure_ascii=False)], _QUEUE)
        return self._answering(inquiry, {"command": command, **given})

    def _answering(self, inquiry: Inquiry, parameters: Mapping[str, Any]) -> Answering:
        with self._one_at_a_time:
            state = self._state(inquiry.as_of)
            scene = self._narrowed(self._scene(state), inquiry)
        streams = state.basis(READ)
        if inquiry.scope is not None:  # how much there is beyond the scope is not told either
            streams = [{"stream": one["stream"], "root": one["root"]} for one in streams]
        return Answering(
            scene=scene,
            names=replace(
                real_names(scene.register.people) if inquiry.unmask else self._names, language=inquiry.language
            ),
            basis=AnswerBasis(
                streams=tuple(streams),
                version=__version__,
                parameters={**parameters, "as_of": inquiry.as_of},
            ),
            scope=inquiry.scope,
            masked=self._names,
            withholding=_withholding(scene, inquiry.scope),
        )

    def _state(self, as_of: str | None) -> LedgerState:
        if as_of is None:
            return self._ledger.state()
        return self._ledger.state_as_of(int(as_of) if as_of.isdecimal() else parse_instant(as_of, field="--as-of"))

    def _scene(self, state: LedgerState) -> Scene:
        """What analysis looks at. The latest is kept: nothing is read again until the ledger grows."""
        roots = tuple((stream, state.streams[stream].size, state.streams[stream].root) for stream in READ)
        if self._known is not None and self._known[0] == roots:
            return replace(self._known[1], state=state)
        scene = Scene(
            state,
            Register.read(self._ledger, state),
            self._view,
            shipped_scheme(),
            self._passages,
            self._keys.salt,
            confirmed_entries(self._ledger, state),
        )
        if self._known is None or all(
            now >= then for (_, now, _), (_, then, _) in zip(roots, self._known[0], strict=True)
        ):
            self._known, self._scenes = (roots, scene), Kept()
        return scene

    def _narrowed(self, scene: Scene, inquiry: Inquiry) -> Scene:
        """The part of the scene that the inquiry's scope lets through; of a scene that is kept, kept too."""
        scope = inquiry.scope
        if scope is None:
            return scene

        def make() -> Scene:
            return narrowed(
                scene,
                products=scope.products,
                originators=scope.originators,
                hidden_disclosures=scope.hidden_disclosures,
                hidden_products=scope.hidden_products,
                case=inquiry.case,
                earliest=scope.earliest,
                latest=scope.latest,
            )

        if self._known is None or scene.kept is not self._known[1].kept:
            return make()
        return replace(self._scenes.lately((scope, inquiry.case), make), state=scene.state)


def _withholding(scene: Scene, scope: Scope | None) -> Withholding | None:
    if scope is None or scope.organisations is None:
        return None
    return Withholding(scene.register, scope.organisations)
