"""What the gaps of the pathways mean for a weighing: silent records, and systems as explanations of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tearline.leads.model import NOT_HELD, PARTLY_SILENT, SILENT
from tearline.records.kinds import GapKind
from tearline.records.naming import Who
from tearline.records.pathways import Gap, Pathway
from tearline.views.register import Register

SILENCES = {
    GapKind.NO_LOG: SILENT,
    GapKind.LOG_HOLE: PARTLY_SILENT,
    GapKind.OVERWRITTEN: PARTLY_SILENT,
    GapKind.REFUSED: PARTLY_SILENT,
    GapKind.ANSWERED_NO_RECORD: PARTLY_SILENT,
    GapKind.ANSWERED_IN_PART: PARTLY_SILENT,
}
_SYSTEMS = (GapKind.SHARED_ACCOUNT, GapKind.NO_LOG)


@dataclass(frozen=True, slots=True)
class System:
    """A shared account, or a system without a log, as an explanation of its own. `id` is a Who where it is the
    account's name as the source wrote it, otherwise `organisation/system`."""

    id: str
    organisation: str | None
    gaps: tuple[str, ...]


def account_of(gap: Gap, register: Register) -> Who | None:
    """The name of a shared account, where the gap gives it as who acted; never a person of the register."""
    if gap.kind is not GapKind.SHARED_ACCOUNT or gap.person is None or gap.person in register.people:
        return None
    return gap.person


def silences(pathways: Sequence[Pathway]) -> Mapping[tuple[str, int], int]:
    """(organisation, place of the pathway) -> the code of its people's records where nothing is recorded."""
    found: dict[tuple[str, int], int] = {}
    for j, pathway in enumerate(pathways):
        for gap in pathway.gaps:
            if gap.organisation is not None and gap.kind in SILENCES:
                key = (gap.organisation, j)
                found[key] = max(found.get(key, NOT_HELD), SILENCES[gap.kind])
    return found


def systems_of(
    pathways: Sequence[Pathway], held: int, register: Register
) -> tuple[tuple[System, ...], list[list[int]]]:
    """Shared accounts and systems without a log, and what the record says of each product: that it passed through
    the account (the code `held`), or nothing."""
    found: dict[str, tuple[str | None, list[str], list[int]]] = {}
    for j, pathway in enumerate(pathways):
        for gap in pathway.gaps:
            if gap.kind not in _SYSTEMS:
                continue
            key: str | None = account_of(gap, register)
            key = key or f"{gap.organisation or 'not recorded'}/{gap.system or gap.kind.value}"
            _, ids, codes = found.setdefault(key, (gap.organisation, [], [NOT_HELD] * len(pathways)))
            ids.append(gap.id)
            codes[j] = max(codes[j], SILENT if gap.kind is GapKind.NO_LOG else held)
    systems = tuple(System(key, org, tuple(dict.fromkeys(ids))) for key, (org, ids, _) in found.items())
    return systems, [codes for _, _, codes in found.values()]
