"""The seven articles, the earlier public reporting, and the truth that only tests may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tearline.example import material
from tearline.example.reports import Report
from tearline.example.world import World
from tearline.records.products import Disclosure
from tearline.records.times import Interval


def articles() -> tuple[Disclosure, ...]:
    return tuple(map(_disclosure, material.read("articles")["article"]))


def earlier_reporting() -> tuple[Disclosure, ...]:
    return tuple(
        map(_disclosure, sorted(material.read("articles")["public"], key=lambda row: str(row["published"])))
    )


def truth(world: World, reports: Iterable[Report]) -> dict[str, Any]:
    """What each article draws on and how it got out: `source.kind` is `person`, `outside` or `none`."""
    by_key = {report.key: report.product for report in reports if report.key}
    return {
        row["id"]: {
            "draws_on": [
                {"product": by_key[key].id, "portion": str(portion), "form": form}
                for key, portion, form in row["draws"]
            ],
            "how": row["how"],
            "source": _source(row["source"], world.cast),
        }
        for row in material.read("articles")["article"]
    }


def _source(name: str, cast: Mapping[str, str]) -> dict[str, str]:
    return {"kind": name} if name in {"outside", "none"} else {"kind": "person", "id": cast[name]}


def _disclosure(row: Mapping[str, Any]) -> Disclosure:
    host = "".join(c for c in row["outlet"].lower() if c.isascii() and c.isalnum())
    return Disclosure(
        id=row["id"],
        text=_paragraphs(row["text"].strip().splitlines()),
        title=row["title"],
        outlet=row["outlet"],
        published_at=Interval(row["published"], row["published"]),
        language=row["language"],
        url=f"https://{host}.example/{row['published']:%Y/%m/%d}/{row['id']}",
    )


def _paragraphs(lines: Sequence[str]) -> str:
    return "\n".join(line.strip() for line in lines)
