"""How people are referred to in answers, so that one place decides whether a pseudonym or a name is shown.

Analysis writes a reference to a person (or to a name nobody has resolved) as `Who(id)` in a field, and as
`mention(id)` inside a sentence. Delivery turns every one of them into a pseudonym or, with a recorded reason,
into a name; a reference that is neither cannot be shown by accident as anything but the bare id.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tearline.records.said import Language, in_language

Naming = Callable[[str], str]

# Private-use characters: no text from outside keeps them (intake refuses them), so a mention cannot be forged.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MENTION = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")


class Who(str):
    """The id of a person, or an unresolved name as the source wrote it."""

    __slots__ = ()


def mention(who: str) -> str:
    """A reference to a person inside a sentence."""
    return f"{_OPEN}{who.replace(_OPEN, '').replace(_CLOSE, '')}{_CLOSE}"


def resolve_mentions(sentence: str, naming: Naming) -> str:
    """The sentence with every mention replaced by what `naming` calls the person."""
    return _MENTION.sub(lambda found: naming(found[1]), sentence)


@dataclass(frozen=True, slots=True)
class Names:
    """What people are called: `field` where a value is a reference, `words` within a sentence; and in which
    language sentences are said."""

    field: Naming = str
    words: Naming = str
    language: Language = Language.ENGLISH

    def sentence(self, text: str) -> str:
        """The sentence as delivery shows it."""
        return resolve_mentions(in_language(text, self.language), self.words)


AS_IS = Names()
"""Ids as they are, for analysis and tests."""
