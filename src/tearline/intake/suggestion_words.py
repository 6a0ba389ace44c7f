"""The words by which people name the columns of a table, and what a table is of, in English and French.

Words are folded (lower case, no accents) and each stands for its synonyms: `N° du document`, `Doc No` and
`Document number` are all `doc no`. A phrase fits a header that holds all its words, in whatever order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tearline.intake.verbs import WORDS
from tearline.records.kinds import EventKind
from tearline.text.tokens import fold

_PIECES = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![^\W\d_A-Z])|[^\W\d_]+|\d+|#")
_FILLING = frozenset({"d", "de", "des", "du", "l", "la", "le", "les", "of", "the", "and", "et"})
_SAME: Final = {
    word: canon
    for canon, words in {
        "no": "n no nr num number numero nos #",
        "doc": "doc docs document documents",
        "report": "report reports rapport rapports",
        "ref": "ref reference references",
        "name": "name names nom noms prenom prenoms surname",
        "time": "time heure heures hour hours",
        "organisation": "organisation organization organisations org",
        "sent": "sent envoye envoyee envoi send",
        "received": "received recu recue reception receive",
        "read": "read lu lue lecture",
        "by": "by par",
        "note": "note notes",
        "remark": "remark remarks remarque remarques",
        "comment": "comment comments commentaire commentaires",
        "observation": "observation observations",
        "copy": "copy copie exemplaire",
        "recipient": "recipient recipients destinataire destinataires addressee addressees",
        "reader": "reader readers lecteur lectrice",
        "user": "user utilisateur utilisatrice username",
        "product": "product products produit produits",
        "start": "start debut begin beginning",
        "end": "end fin",
        "title": "title titre intitule",
        "system": "system systeme",
    }.items()
    for word in words.split()
}

# Role -> phrases that name it outright, then (after |) phrases that may mean something else as well.
_PHRASES: Final = {
    "id": "id | log no | entry no | serial no | line no | row no | event id | record id | entree no | ordre no | "
    "transaction no | log id | no ordre || no | entry | serial",
    "kind": "kind | act | action | event | event type | activity | operation | evenement | acte | what happened | "
    "type event || type | nature | status | statut",
    "product": "doc no | doc | doc ref | doc id | report no | report | report ref | product | product no | "
    "product id | ref no | doc title | paper no | paper | report title | cote | piece no || "
    "ref | title | item | item no | publication | dossier | subject | objet | piece | file",
    "at": "date | date time | timestamp | time stamp | when | day | jour | horodatage | sent | received | read | "
    "read on | opened | date read | consulte | date consultation | date sent | date received | remis | "
    "date remise | sent on | received on | date event | event time | printed | date access | at | returned | "
    "date return | date retour || issued | consultation | signed | date signed",
    "time": "time | time read | time sent | time received",
    "at_earliest": "start | date start | earliest | not before | between | from date | "
    "time start || from | depuis",
    "at_latest": "end | date end | latest | until | not after | date to | time end | jusqu || to | au",
    "copy": "copy | copy no | ex no | cy no || ex | cy",
    "actor": "reader | read by | actor | user | user name | login | account | who | sent by | sender | "
    "opened by | by whom | printed by | copied by | compte | agent | expediteur | emetteur | qui | consulte by | "
    "name reader | signed by | taken by | borrower | emprunteur | user id | viewed by | downloaded by | "
    "imprime by | actor name | returned by | destroyed by || from | de | name | person | personne | employee | "
    "officer | signature | individual | initials",
    "recipient": "recipient | sent to | to whom | delivered to | given to | shown to | a qui | remis a | sent a | "
    "recipient name | received by | handed to | issued to | briefed || to | a | distribution | for | pour | "
    "binder | principal",
    "organisation": "organisation | office | department | ministry | agency | bureau | ministere | organisme | "
    "institution | organisation id || service | unit | direction | house | division | departement",
    "system": "system | application | channel | canal | host | printer | imprimante | server | means | moyen || "
    "source | via | method | serveur",
    "basis": "basis | fondement",
    "by": "recorded by | entered by | noted by | registrar | saisi by | consigne by | clerk | taken down by | "
    "note by | registraire",
    "note": "note | remark | comment | observation || purpose | motif",
}  # fmt: skip

ROLES: Final = tuple(_PHRASES)
_OUTRIGHT, _PERHAPS = 1.0, 0.6


def words_of(text: str) -> tuple[str, ...]:
    """The words of a header, file name or title, folded, each by the word that stands for its synonyms."""
    pieces = [fold(piece) for piece in _PIECES.findall(text.replace("’", "'")[:500])]
    kept = [piece for piece in pieces if piece not in _FILLING] or pieces
    return tuple(_SAME.get(piece, piece) for piece in kept)


def _parsed() -> Mapping[str, tuple[tuple[frozenset[str], float], ...]]:
    found: dict[str, tuple[tuple[frozenset[str], float], ...]] = {}
    for role, text in _PHRASES.items():
        outright, _, perhaps = text.partition("||")
        found[role] = tuple(
            (frozenset(words_of(phrase)), weight)
            for part, weight in ((outright, _OUTRIGHT), (perhaps, _PERHAPS))
            for phrase in part.split("|")
            if phrase.strip()
        )
    return MappingProxyType(found)


_PARSED = _parsed()


def header_score(header: str, role: str) -> float:
    """How well a column's name fits a role, 0 to 1: the best phrase in it, by the share of it that it explains."""
    words = frozenset(words_of(header))
    if not words:
        return 0.0
    return max((weight * len(p) / len(words) for p, weight in _PARSED[role] if p <= words), default=0.0)


def best_score(header: str) -> float:
    """How well a cell fits as the name of any column."""
    return max(header_score(header, role) for role in ROLES)


@dataclass(frozen=True, slots=True)
class TableOf:
    """What a table is of: the kind of its events, how its system is called, and the basis of what it says."""

    kind: EventKind
    system: str
    basis: str | None
    words: frozenset[str]


def _table(kind: EventKind, system: str, words: str, basis: str | None = None) -> TableOf:
    return TableOf(kind, system, basis, frozenset(word for one in words.split() for word in words_of(one)))


# A register says what was done to papers; the words are those of its file, sheet, title and columns.
TABLES: Final = (
    _table(EventKind.OPENED, "reading-log", "reading read reader consultation consulte", "act"),
    _table(EventKind.DISSEMINATED, "release-register", "distribution diffusion dissemination sent release",
           "addressed"),
    _table(EventKind.RECEIVED, "receipts", "receipt receipts recepisse recepisses accuse received"),
    _table(EventKind.DELIVERED, "delivery-register", "delivery deliveries delivered livraison remise remis "
           "bordereau"),
    _table(EventKind.DELIVERED, "binder", "binder binders classeur contents sommaire"),
    _table(EventKind.PRINTED, "print-log", "print prints printed printing printer impression impressions "
           "imprime imprimante"),
    _table(EventKind.DOWNLOADED, "download-log", "download downloads downloaded telechargement telechargements"),
    _table(EventKind.COPIED, "copy-register", "copied copies photocopy photocopies photocopie"),
    _table(EventKind.FORWARDED, "forwarding-log", "forwarded forwarding transmis transmission"),
    _table(EventKind.RETURNED, "returns-register", "return returns returned retour retours rendu restitution"),
    _table(EventKind.DESTROYED, "destruction-register", "destruction destroyed detruit shredded"),
    _table(EventKind.BRIEFED, "briefing-log", "briefing briefings briefed breffage"),
    _table(EventKind.OPENED, "access-log", "access acces viewed portal portail"),
)  # fmt: skip

_KIND_WORDS: Final = {
    **WORDS,
    **{kind.value: kind.value for kind in EventKind},
    **{
        fold(word): kind
        for kind, words in {
            "opened": "lu lue lecture lire ouvert ouverte ouverture consulté consultée consultation "
            "consulter accès",
            "printed": "imprimé imprimée impression imprimer",
            "copied": "copié copiée photocopié photocopiée photocopied duplicated",
            "downloaded": "téléchargé téléchargée téléchargement",
            "forwarded": "transféré transférée transfert transmis transmise",
            "disseminated": "envoyé envoyée envoi diffusé diffusée diffusion distributed "
            "distribué distribuée emailed",
            "delivered": "livré livrée remis remise remettre handed given issued",
            "received": "reçu reçue réception received signed",
            "returned": "rendu rendue retourné retournée retour returned return restitué restituée",
            "destroyed": "détruit détruite destruction déchiqueté shredding",
            "briefed": "told briefed briefing exposé breffage dit",
            "shown": "shown show montré montrée présenté présentée",
            "excerpted": "excerpted extract extracted extrait cité quoted",
            "removed": "removed taken emporté emportée sorti sortie retiré",
            "recalled": "recalled recall rappelé rappelée rappel",
            "refused": "refused refusé refusée declined",
        }.items()
        for word in words.split()
    },
}


def kind_of(text: str) -> str | None:
    """The event kind that the words of a cell mean; None where they mean none, or several."""
    found = {_KIND_WORDS[word] for piece in _PIECES.findall(text[:200]) if (word := fold(piece)) in _KIND_WORDS}
    return found.pop() if len(found) == 1 else None
