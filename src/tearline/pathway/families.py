"""Everything the streaming kernel knows before it sees an event: all families, and everybody anybody may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tearline.pathway.blocks import Seeds
from tearline.pathway.cast import EVER, Cast, CastArrays, assemble
from tearline.pathway.columns import AUTHOR, ORIGIN, FamilyArrays
from tearline.pathway.gathering import family_arrays
from tearline.pathway.holdings import Ground
from tearline.records.parties import Party, PartyKind
from tearline.records.times import to_micros
from tearline.views.event_codes import CodeTables
from tearline.views.register import Register


@dataclass(frozen=True, slots=True, eq=False)
class Families:
    """The families of all registered products, by id: a family's number is its place.

    Of family f, members `arrays.first[f]` to `arrays.first[f + 1]`: `member` is the code of each one's product in
    the view, -1 where no event names it.
    """

    products: pa.Array
    arrays: FamilyArrays
    member: NDArray[np.int64]
    seeds: Seeds

    def __len__(self) -> int:
        return len(self.products)

    def members(self, number: int) -> NDArray[np.int64]:
        """The codes of a family's members."""
        return self.member[self.arrays.first[number] : self.arrays.first[number + 1]]


@dataclass(frozen=True, slots=True, eq=False)
class Roll:
    """Who the view's names are: `party_of[code]` is the party of a name's code, the last that of nobody.

    `parties` and `organisations` say what the codes of an answer stand for; the view's own codes of organisations
    begin at `said` there. `rank` orders parties by id.
    """

    party_of: NDArray[np.int32]
    cast: CastArrays
    ground: Ground
    rank: NDArray[np.int64]
    parties: pa.Array
    organisations: pa.Array
    said: int


def call_roll(register: Register, tables: CodeTables, *, chains: bool) -> tuple[Roll, Families]:
    """Each name is resolved once, however often it occurs. `chains`: whether the families' origins are wanted."""
    names = tables.words["name"].to_pylist()
    known = [register.products[product] for product in sorted(register.products)]
    parties = [register.resolve(name) for name in names]
    authors = {author: register.resolve(author) for product in known for author in product.authors}
    cast = assemble(register, [*parties, *authors.values()], [product.originator for product in known])
    families = [register.family(product.id) for product in known]
    codes = tables.codes("product", pa.array([name for family in families for name in family], pa.string()))
    seeds = _seeds(
        (
            (number, place, product)
            for number, family in enumerate(families)
            for place, product in enumerate(family)
        ),
        register, authors, cast, len(families), chains=chains,
    )  # fmt: skip
    ground, organisations = _ground(register, cast.parties)
    rank = np.empty(len(cast.parties), np.int64)
    rank[sorted(range(rank.size), key=lambda code: cast.parties[code].id)] = np.arange(rank.size)
    roll = Roll(
        party_of=np.array([*(cast.codes[party] for party in parties), -1], np.int32),
        cast=cast.arrays,
        ground=ground,
        rank=rank,
        parties=pa.array([party.id for party in cast.parties], pa.string()),
        organisations=pa.concat_arrays([organisations, tables.words["organisation"]]),
        said=len(organisations),
    )
    listed = pa.array([product.id for product in known], pa.string())
    return roll, Families(listed, family_arrays(register.products, families, cast), codes, seeds)


def _seeds(
    members: Iterable[tuple[int, int, str]],
    register: Register,
    authors: dict[str, Party],
    cast: Cast,
    count: int,
    *,
    chains: bool,
) -> Seeds:
    found: list[tuple[int, int, int, int, int]] = []  # family, time, kind, party, member
    for number, place, name in members:
        product = register.products[name]
        if chains:
            origin = cast.codes[Party(PartyKind.ORGANISATION, product.originator)]
            found.append((number, int(EVER), ORIGIN, origin, place))
        if product.authors:
            issued = to_micros(product.issued_at)
            found.extend(
                (number, issued, AUTHOR, cast.codes[authors[author]], place)
                for author in sorted(set(product.authors))
            )
    found.sort(key=itemgetter(0, 1))
    columns = np.array(found, np.int64).reshape(-1, 5)
    return Seeds(
        first=np.searchsorted(columns[:, 0], np.arange(count + 1)),
        time=columns[:, 1].copy(),
        kind=columns[:, 2].astype(np.int8),
        party=columns[:, 3].astype(np.int32),
        member=columns[:, 4].astype(np.int32),
    )


def _ground(register: Register, parties: Sequence[Party]) -> tuple[Ground, pa.Array]:
    """The posts of all parties (none for all but people), and the organisations they name."""
    names: dict[str, int] = {}
    first, since, organisation = [0], [], []
    for party in parties:
        if party.kind is PartyKind.PERSON:
            for period in register.people[party.id].periods:
                since.append(to_micros(period.valid_from))
                organisation.append(names.setdefault(period.organisation, len(names)))
        first.append(len(since))
    ground = Ground(np.array(first, np.int64), np.array(since, np.int64), np.array(organisation, np.int64))
    return ground, pa.array(list(names), pa.string())
