"""Who could have held a product, or anything derived from it, by then, and how. See docs/pathway.md."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from tearline.pathway.answers import Answer
from tearline.pathway.cast import NEVER
from tearline.pathway.contradictions import find_contradictions
from tearline.pathway.copies import Confirmed, Copies
from tearline.pathway.gaps import find_gaps
from tearline.pathway.logs import LogSurvey
from tearline.pathway.partial import with_portion
from tearline.pathway.solving import solve
from tearline.records.errors import BadInput
from tearline.records.pathways import Pathway
from tearline.records.times import to_micros
from tearline.views.lineage import Lineage
from tearline.views.register import Register


def trace(
    product: str,
    register: Register,
    events: pa.Table,
    *,
    before: datetime | None = None,
    portion: str | None = None,
    supported: bool = False,
    lineage: Lineage | None = None,
    logs: LogSurvey | None = None,
    confirmed: Confirmed | None = None,
) -> Pathway:
    """The pathway of `product` before `before`.

    `events` (schema STORED_EVENTS, any order) must hold every event of the product's family. `portion`: only
    holders of that portion of it. `supported`: only along unbroken recorded chains from the originator.
    `lineage`: text reuse between all products; without it only the family's is looked at and nothing is `related`.
    `logs`: the survey of all logs; without it missing logs and holes are not among the gaps. `confirmed`: who
    confirmed which entries.
    BadInput for an unknown product or portion.
    """
    if product not in register.products:
        raise BadInput(f"no product {product!r} is registered", field="product", remedy="See `tearline load`")
    known = lineage if lineage is not None else Lineage(register.products)
    family = register.family(product)
    carried = {member: known.carried(product, member) for member in family[1:]}
    traced = family
    if portion is not None:
        if portion not in {p.id for p in register.products[product].portions}:
            raise BadInput(f"product {product!r} has no portion {portion!r}", field="portion")
        traced = (product, *(member for member in family[1:] if portion in carried[member]))
        events = with_portion(register, events, product, portion)
    cut = int(NEVER) if before is None else to_micros(before)
    solution = solve(register, [traced], events, before=cut, supported=supported, chains=True)
    answer = Answer(register, traced, carried, solution, cut, supported=supported)
    gaps = find_gaps(register, traced, solution, cut, logs)
    copies = Copies(register, solution.gathered.table, confirmed or {})
    return Pathway(
        product=product,
        before=before,
        family=family,
        holders=tuple(map(copies.of_holder, answer.holders(gaps))),
        transfers=copies.once(answer.transfers()),
        gaps=gaps,
        related=lineage.related(product) if lineage is not None else (),
        attested=copies.attested,
        contradictions=find_contradictions(register, copies),
    )
