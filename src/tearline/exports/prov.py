"""A pathway as W3C provenance in its JSON form (PROV-JSON, W3C member submission of 24 April 2013).

Products are entities, transfers activities that use one, people and organisations agents. A holding is an entity
of its own, a specialisation of the product and attributed to its holder: its `tl:basis` says what it rests on.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from tearline.exports.files import whole
from tearline.records.naming import Names, Who
from tearline.records.pathways import Holder, Pathway, Transfer
from tearline.records.times import format_instant
from tearline.views.register import Register

_PREFIXES: Final = {"tl": "urn:tearline:", "xsd": "http://www.w3.org/2001/XMLSchema#"}
Document = dict[str, dict[str, Any]]


def write_prov(file: Path, pathway: Pathway, register: Register, names: Names) -> Path:
    """Write one pathway; people under `names`."""
    with whole(file) as place:
        text = json.dumps(prov(pathway, register, names), ensure_ascii=False, indent=1, sort_keys=True)
        place.write_text(text + "\n", encoding="utf-8")
    return file


def prov(pathway: Pathway, register: Register, names: Names) -> Document:
    """The PROV-JSON document of one pathway."""
    return _Graph(register, names).of(pathway)


class _Graph:
    def __init__(self, register: Register, names: Names) -> None:
        self.register, self.names = register, names
        self.found: Document = defaultdict(dict)

    def of(self, pathway: Pathway) -> Document:
        for member in pathway.family:
            self._product(member)
        for transfer in pathway.transfers:
            self._transfer(transfer)
        for holder in pathway.holders:
            self._holding(pathway, holder)
        return {"prefix": dict(_PREFIXES), **self.found}

    def _relate(self, kind: str, **ends: Any) -> None:
        known = self.found[kind]
        known[f"_:{kind}{len(known) + 1}"] = {key.replace("__", ":"): value for key, value in ends.items()}

    def _product(self, identifier: str) -> str:
        name = _name("product", identifier)
        if name in self.found["entity"]:
            return name
        product = self.register.products.get(identifier)
        self.found["entity"][name] = {"prov:type": _qualified("tl:Product"), "prov:label": identifier}
        if product is not None:
            self.found["entity"][name] |= {"prov:label": product.title, "tl:marking": product.marking}
            self._relate("wasAttributedTo", prov__entity=name, prov__agent=self._agent(product.originator))
            for parent in product.derived_from:
                self._relate(
                    "wasDerivedFrom", prov__generatedEntity=name, prov__usedEntity=_name("product", parent)
                )
                self.found["entity"].setdefault(_name("product", parent), {"prov:type": _qualified("tl:Product")})
        return name

    def _agent(self, party: str) -> str:
        if isinstance(party, Who):
            label, kind, type_ = self.names.field(party), "person", "prov:Person"
            name = _name(kind, label)
        else:
            known = self.register.organisations.get(party) or self.register.groups.get(party)
            label, type_ = (known.name if known else party), "prov:Organization"
            name = _name("organisation" if party in self.register.organisations else "group", party)
        self.found["agent"].setdefault(name, {"prov:type": _qualified(type_), "prov:label": label})
        return name

    def _transfer(self, transfer: Transfer) -> None:
        name = _name("event", transfer.event)
        self.found["activity"][name] = {
            "prov:type": _qualified("tl:Transfer"),
            "prov:label": transfer.kind,
            "prov:startTime": format_instant(transfer.at_earliest),
            "prov:endTime": format_instant(transfer.at_latest),
            "tl:basis": transfer.basis.word,
            "tl:supported": {"$": "true" if transfer.supported else "false", "type": "xsd:boolean"},
        }
        self._relate("used", prov__activity=name, prov__entity=self._product(transfer.product))
        for party, role in ((transfer.from_, "tl:sender"), (transfer.to, "tl:receiver")):
            if party is not None:
                self._relate(
                    "wasAssociatedWith",
                    prov__activity=name,
                    prov__agent=self._agent(party),
                    prov__role=_qualified(role),
                )

    def _holding(self, pathway: Pathway, holder: Holder) -> None:
        product = holder.product or pathway.product
        agent = self._agent(holder.person)
        name = _name("holding", f"{product}/{self.names.field(holder.person)}")
        entity = {
            "prov:type": _qualified("tl:Holding"),
            "tl:level": holder.level.word,
            "tl:basis": holder.basis.word,
            "tl:firstPossible": _time(format_instant(holder.first_possible)),
        }
        if holder.first_certain is not None:
            entity["tl:firstCertain"] = _time(format_instant(holder.first_certain))
        self.found["entity"][name] = entity
        self._relate("specializationOf", prov__specificEntity=name, prov__generalEntity=self._product(product))
        self._relate("wasAttributedTo", prov__entity=name, prov__agent=agent)
        if holder.path and (event := _name("event", holder.path[-1])) in self.found["activity"]:
            self._relate("wasGeneratedBy", prov__entity=name, prov__activity=event)


def _name(kind: str, identifier: str) -> str:
    """A qualified name: everything but letters, digits and a few signs percent-encoded."""
    return f"tl:{kind}/{quote(identifier, safe='')}"


def _qualified(name: str) -> dict[str, str]:
    return {"$": name, "type": "prov:QUALIFIED_NAME"}


def _time(text: str) -> dict[str, str]:
    return {"$": text, "type": "xsd:dateTime"}
