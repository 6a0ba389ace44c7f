"""On what a passage says that it rests: a document, unnamed people, officials; English and French.

Only what the text itself says is noted. It is no evidence for one product rather than another and does not move
any probability; it tells a reader whether the writer claims to have seen paper or to have been told.
"""

from __future__ import annotations

import re

from tearline.records.kinds import AttributionKind
from tearline.records.matches import Attribution, Claim, Span

_PAPER = (
    r"(?:documents?|reports?|memos?|memorand(?:um|a)|assessments?|briefings?(?: notes?| papers?)?|dossiers?|"
    r"cables?|notes?|papers?|files?|e-?mails?|minutes|transcripts?|intelligence summar(?:y|ies)|letters?|records?)"
)
_PAPIER = (
    r"(?:documents?|rapports?|notes?(?: internes?)?|mémos?|mémorandums?|évaluations?|dossiers?|télégrammes?|"
    r"courriels?|comptes?[ -]rendus?|lettres?|procès-verbal|procès-verbaux|fiches?)"
)
_DOCUMENT = (
    rf"(?:according to|as (?:stated|set out|described) in|citing|quoting|based on|drawing on)\s+"
    rf"(?:[\w'’-]+\s+){{0,5}}?{_PAPER}\b(?:\s+(?:seen|obtained|reviewed|read|viewed|consulted|leaked)"
    rf"(?:\s+(?:by|to)\s+[^.,;:”\"»\n]{{1,50}})?)?",
    rf"\b(?:an?\s+|the\s+)?{_PAPER}\s+(?:[\w'’-]+\s+){{0,3}}?(?:seen|obtained|reviewed|read|viewed|leaked)\s+"
    rf"(?:by|to)\s+[^.,;:”\"»\n]{{1,50}}",
    rf"\b(?:the|an?|this|that|one|its|secret|classified|internal|leaked)\s+(?:[\w'’-]+\s+){{0,2}}?{_PAPER}\s+"
    r"(?:also\s+)?(?:says?|said|states?|stated|warn(?:s|ed)|conclude[sd]?|note[sd]|describe[sd]?|adds?|added|reads?|"
    r"reveals?|revealed|claim(?:s|ed)|suggest(?:s|ed)|found|finds)\b",
    rf"(?:selon|d['’]après|citant|sur la foi d['’]|aux termes d['’])\s*(?:[\w'’-]+\s+){{0,4}}?{_PAPIER}\b"
    rf"(?:\s+(?:consultée?s?|obtenue?s?|vue?s?|lue?s?|dévoilée?s?)\s+par\s+[^.,;:”\"»\n]{{1,50}})?",
    rf"\b{_PAPIER}\s+(?:[\w'’-]+\s+){{0,3}}?(?:consultée?s?|obtenue?s?|dévoilée?s?|vue?s?|lue?s?)\s+par\s+"
    rf"[^.,;:”\"»\n]{{1,50}}",
    rf"\b(?:le|la|les|un|une|ce|cette|ces|l['’])\s*(?:[\w'’-]+\s+){{0,2}}?{_PAPIER}\s+(?:[\w'’-]+\s+){{0,2}}?"
    r"(?:indiquent?|affirment?|précisent?|soulignent?|concluent?|conclut|dit|disent|ajoutent?|révèlent?|"
    r"mentionnent?|note|notent|avertit|avertissent)\b",
)
_UNNAMED = (
    r"\b(?:(?:an?|one|two|three|several|some|many|senior|government|security)\s+){0,3}(?:sources?|insiders?)\s+"
    r"(?:[\w'’-]+\s+){0,8}?(?:said|says?|told|tells?|confirm(?:ed|s)?|claim(?:ed|s)?|believes?|added)\b",
    r"\b(?:sources?|insiders?)\s+(?:close to|familiar with|with knowledge of)\b",
    r"\baccording to\s+(?:[\w'’-]+\s+){0,4}?(?:sources?|insiders?|people familiar with)\b",
    r"\b(?:people|persons?|somebody|someone)\s+(?:familiar with|briefed on|with (?:direct )?knowledge of)\b",
    r"\b(?:on (?:the )?condition of anonymity|(?:asked|declined|refused) (?:not )?to be (?:named|identified)|"
    r"speaking anonymously|who (?:cannot|can not|could not) be named)\b",
    r"\b(?:selon|d['’]après)\s+(?:[\w'’-]+\s+){0,3}?sources?\b",
    r"\bsources?\s+(?:[\w'’-]+\s+){0,5}?(?:a|ont)\s+(?:confié|indiqué|affirmé|déclaré|confirmé|révélé)\b",
    r"\b(?:une|des)\s+(?:[\w'’-]+\s+){0,2}?sources?\s+(?:proches?|au fait|bien informées?)\b",
    r"\bsous (?:le )?(?:couvert|sceau|condition) (?:de l['’]|d['’])anonymat\b",
    r"\bqui (?:a|ont) (?:requis|demandé) l['’]anonymat\b",
)
_OFFICIAL = (
    r"\b(?:officials?|spokes(?:man|men|woman|women|people|person)|ministry|government|department|agency|authorities)"
    r"\s+(?:[\w'’-]+\s+){0,4}?(?:said|says?|told|confirmed|fears?|believes?|announced|declined|denied)\b",
    r"\baccording to\s+(?:[\w'’-]+\s+){0,3}?(?:officials?|authorities|the (?:ministry|government|department))\b",
    r"\b(?:porte-parole|responsables?|autorités|ministère|gouvernement)\s+(?:[\w'’-]+\s+){0,4}?(?:a|ont)\s+"
    r"(?:déclaré|affirmé|indiqué|confirmé|annoncé|démenti|dit)\b",
    r"\b(?:selon|d['’]après)\s+(?:[\w'’-]+\s+){0,3}?(?:responsables?|autorités|ministère|gouvernement|porte-parole)\b",
)
_PATTERNS = tuple(
    (kind, re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE))
    for kind, patterns in (
        (AttributionKind.UNNAMED, _UNNAMED),
        (AttributionKind.DOCUMENT, _DOCUMENT),
        (AttributionKind.OFFICIAL, _OFFICIAL),
    )
)
_LEAST_CLAIM = 20  # characters; less asserts nothing that could be looked for
# What parts two assertions of one sentence. A comma alone does not.
_PARTS = re.compile(r"\s*;\s+|,?\s+(?:and|but|et|mais)\s+(?:that|qu['’e])\s*|\s+[–—]\s+", re.IGNORECASE)
_EDGE = ' \t\n\xa0,;:–—-"“”«»'
_LEADING = re.compile(r"(?:that|qu['’e]|and|et|but|mais)\b\s*", re.IGNORECASE)


def attributions(text: str, span: Span) -> tuple[Attribution, ...]:
    """What the passage `span` of `text` says it rests on, in order of place; they do not overlap."""
    found: list[Attribution] = []
    for kind, pattern in _PATTERNS:
        for one in pattern.finditer(text, *span):
            if all(one.end() <= held.span[0] or held.span[1] <= one.start() for held in found):
                found.append(Attribution(kind, one.span()))
    return tuple(sorted(found, key=lambda one: one.span))


def claims(text: str, span: Span, rests_on: tuple[Attribution, ...]) -> tuple[Claim, ...]:
    """What the passage asserts, apart from who says so: its parts at semicolons, dashes and further "that"s.

    `rests_on` are its `attributions`; each claim bears the nearest one in its own passage.
    """
    cuts = [one.span for one in rests_on] + [one.span() for one in _PARTS.finditer(text, *span)]
    spans: list[Span] = []
    start = span[0]
    for low, high in [*sorted(cuts), (span[1], span[1])]:
        spans.append((start, max(low, start)))
        start = max(start, high)
    kept = [trimmed for one in spans if (trimmed := _trimmed(text, one))[1] - trimmed[0] >= _LEAST_CLAIM]
    if not kept and (whole := _trimmed(text, span))[1] - whole[0] >= _LEAST_CLAIM:
        kept = [whole]
    return tuple(Claim(one, _nearest(one, rests_on)) for one in kept)


def _trimmed(text: str, span: Span) -> Span:
    low, high = span
    while low < high and text[low] in _EDGE:
        low += 1
    if leading := _LEADING.match(text, low, high):
        low = leading.end()
    while high > low and text[high - 1] in _EDGE:
        high -= 1
    return low, high


def _nearest(span: Span, rests_on: tuple[Attribution, ...]) -> AttributionKind | None:
    def distance(one: Attribution) -> int:
        return max(one.span[0] - span[1], span[0] - one.span[1], 0)

    return min(rests_on, key=distance).kind if rests_on else None
