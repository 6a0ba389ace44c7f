"""What stands in a list of names as written: the names shown, the addresses, and which stand beside which."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from tearline.intake.identities import Name
from tearline.intake.likeness import by_rule
from tearline.intake.name_groups import Node
from tearline.intake.spellings import Address, Spelling, letters_key, spelling

FEW = 2
"""So often is seldom."""


class Evidence:
    """`raws`: each name as written, taken apart; `often`: how often a shown name or an address stands there;
    `beside`: how often they stand together; `names`: the shown ones that are a given and a family name."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.raws = {raw: spelling(raw) for raw in sorted(counts)}
        self.counts = counts
        self.often: Counter[Node] = Counter()
        self.beside: Counter[tuple[str, Address]] = Counter()
        self.names: dict[str, Name] = {}
        self.addresses: set[Address] = set()
        for raw, one in self.raws.items():
            if one.text is not None:
                self.often[one.text] += counts[raw]
                if one.name is not None:
                    self.names[one.text] = one.name
            if one.address is not None:
                self.often[one.address] += counts[raw]
                self.addresses.add(one.address)
                if one.text is not None:
                    self.beside[one.text, one.address] += counts[raw]
        self.twins = self._told_apart()

    def _told_apart(self) -> set[str]:
        """Names beside which two addresses of one domain stand, both made of the whole name by rule: so an office
        tells two people of one name apart."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for (text, address), count in self.beside.items():
            name = self.names.get(text)
            if name is not None and count >= FEW and address.domain and by_rule(address, name):
                found[text, address.domain].add(letters_key(address.local))
        return {text for (text, _), different in found.items() if len(different) > 1}


def nodes_of(one: Spelling | None) -> list[Node]:
    """The name shown and the address of a name as written, as far as it has them."""
    return [node for node in ((one.text, one.address) if one else ()) if node is not None]
