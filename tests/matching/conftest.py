"""A small made-up register for matching."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tearline.records.products import Portion, Product

BOILERPLATE = "This report may not be copied without the leave of the Office of Northern Assessments."


def product(number: int, *texts: str, issued: datetime = datetime(2026, 3, 1, 9, tzinfo=UTC)) -> Product:
    portions = tuple(Portion(f"P{number}#{at}", "S", text) for at, text in enumerate((*texts, BOILERPLATE)))
    return Product(
        f"P{number}", f"Report {number}", "ONA", issued, "SECRET", portions, number=f"ONA-2026/{number:04}"
    )


@pytest.fixture(scope="session")
def register() -> list[Product]:
    return [
        product(
            1,
            "Three trawlers of the Veldmark fleet landed drilling equipment at Port Ashgrove on 14 February 2026.",
            "Commander Irina Haldane told the harbour master that the survey vessel Kestrel would map 1,240 "
            "kilometres of seabed cable before the ice returns.",
            "We assess that Veldmark intends to rent the disused radar station on Cape Sorrel for 33 per cent "
            "above the market rate, through the shipping agent Lindqvist and Daughters.",
        ),
        product(
            2,
            "Grain prices in the Tormund valley have doubled since the bridge at Elmsworth collapsed.",
            "The cooperative of Father Osgood Pell is storing 4,700 tonnes of rye in the former tannery.",
            "Local officials expect hunger before the harvest unless the road is repaired.",
        ),
        product(
            3,
            "The ministry's payroll system was entered through a contractor's forgotten account.",
            "The intruders read the pension files of 812 employees over nine weeks.",
            "Attribution to the group known as Pale Lantern rests on reused infrastructure.",
        ),
    ]
