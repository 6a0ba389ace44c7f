"""What every part of a workspace stands on: its folder, its ledger, and the record of look-ups."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tearline import __version__, intake
from tearline.engine import LocalEngine
from tearline.intake import Place
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


class Opened:
    """A folder with a ledger, its keys, and what can be rebuilt from them."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder = folder
        self._keys = keys
        self._ledger = Ledger.open(folder / "ledger", keys)
        self._view = EventsView(folder / "views" / "events", self._ledger, LocalEngine(folder / "tmp"))
        self._passages = folder / "views" / "passages"

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
        self._ledger.append(Stream.LOOKUPS, [json.dumps(body, ensure_ascii=False)])
        return self._answering(inquiry, {"command": command, **given})

    def _answering(self, inquiry: Inquiry, parameters: Mapping[str, Any]) -> Answering:
        state = self._state(inquiry.as_of)
        scene = self._scene(state)
        return Answering(
            scene=scene,
            names=real_names(scene.register.people) if inquiry.unmask else pseudonyms(self._keys.pseudonym),
            basis=AnswerBasis(
                streams=tuple(state.basis(READ)),
                version=__version__,
                parameters={**parameters, "as_of": inquiry.as_of},
            ),
        )

    def _state(self, as_of: str | None) -> LedgerState:
        if as_of is None:
            return self._ledger.state()
        return self._ledger.state_as_of(int(as_of) if as_of.isdecimal() else parse_instant(as_of, field="--as-of"))

    def _scene(self, state: LedgerState) -> Scene:
        return Scene(
            state,
            Register.read(self._ledger, state),
            self._view,
            shipped_scheme(),
            self._passages,
            self._keys.salt,
            confirmed_entries(self._ledger, state),
        )
