"""Groups of names and addresses that are one person's, and what must hold of a group."""

from __future__ import annotations

from dataclasses import dataclass, field

from tearline.intake.likeness import Key, compatible
from tearline.intake.spellings import Address

Node = str | Address
"""A name as shown, folded, or an address."""


@dataclass(slots=True)
class Edge:
    """That two nodes may be one person; the reason may grow where they must stay apart."""

    one: Node
    other: Node
    score: float
    reason: str


@dataclass(slots=True)
class Groups:
    """Joined nodes, with what must hold of a group: one name, the commonest in it, and one person decided on."""

    parent: dict[Node, Node] = field(default_factory=dict)
    names: dict[Node, tuple[int, Key]] = field(default_factory=dict)
    anchors: dict[Node, str] = field(default_factory=dict)

    def root(self, node: Node) -> Node:
        parent = self.parent
        while (above := parent.setdefault(node, node)) != node:
            parent[node] = parent.setdefault(above, above)
            node = above
        return node

    def join(self, one: Node, other: Node) -> bool:
        """Join two groups; False where they must stay apart."""
        a, b = self.root(one), self.root(other)
        if a == b:
            return True
        held = {self.anchors[r] for r in (a, b) if r in self.anchors}
        names = [self.names[r] for r in (a, b) if r in self.names]
        if len(held) > 1 or (len(names) == 2 and not compatible(names[0][1], names[1][1])):
            return False
        self.parent[b] = a
        if names:
            self.names[a] = max(names)
        if held:
            self.anchors[a] = held.pop()
        return True
