"""What stands in a public text without being said by it: by-lines, agency credits, page furniture, time codes,
speakers' names, the notice of a paywall.

Furniture is blanked, not cut: what is left has its old places, so that every span is one of the original text.
Only whole lines of a known make are taken, and the marks at a line's beginning; a sentence is never touched. In
captions, where a sentence runs over several lines with time codes between, the line breaks go too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

_LONGEST_LINE = 160  # characters; no furniture is longer
_BYLINE = (
    r"(?:BYLINE:\s*)?(?i:by|par|de notre (?:correspondante?|envoyée? spéciale?))"
    r"[ \t\xa0]+[A-ZÀ-Þ][\w'’.-]*(?:[ \t\xa0,|]+(?:and|et|for|in|the|of|à|pour|de|editor|reporter|correspondent|"
    r"journaliste|[A-ZÀ-Þ][\w'’.-]*|(?:science|health|political|medical|social|defence|security) (?:\w+ )?"
    r"(?:editor|reporter|correspondent)))*"
)
_FURNITURE = (
    r"(?:play|close|print|save|share|e-?mail|facebook|twitter|whatsapp|linkedin|google\+|inshare|home|menu|search|"
    r"comments?|view\s+comments?|post a comment|load more|see more|skip to (?:main )?content|advertisement|"
    r"publicité|partager|imprimer|enregistrer|commentaires?|accueil|getty(?: images)?|reuters|afp|ap|pa|ians\|?|"
    r"press association|presse canadienne|the canadian press|associated press|[‹›|•·*©]+|download transcript|"
    r"top of form|bottom of form|modal trigger|close zoom windowesc|read later|text\s+builder|privacy policy)",
    r"(?:follow us|share (?:this|via|on)|sign up|subscribe (?:now|to our)|read more(?: at)?:?|"
    r"related(?: articles?)?:|get (?:daily )?news by e-?mail|continue reading the main story|"
    r"more on this story|most (?:read|popular)|lire aussi|à lire aussi|suivez-nous|abonnez-vous|"
    r"inscrivez-vous|en lire plus|questions, comments, or suggestions\?|for reprint rights|copyright\b|©|"
    r"all rights reserved|tous droits réservés)[^\n]*",
    r"(?:(?:photo|image|picture|crédit photo|video|vidéo)(?: credit)?\s*:|"
    r"(?:first |last )?(?:published|updated|publié|mis à jour|modified)\b(?=[^\n]*\d))[^\n]{0,45}",
    r"(?:length|section|language|publication-type|byline|edition|date|station|pg)\s*:\s[^\n]*",
)
_LINE = re.compile(
    rf"^(?=[^\n]{{0,{_LONGEST_LINE}}}$)[ \t\xa0]*(?:(?i:{'|'.join(_FURNITURE)})|{_BYLINE})[ \t\xa0]*$",
    re.MULTILINE,
)
_CREDIT = re.compile(
    r"\((?:Reuters|AP|AFP|PA|CP|UPI|IANS|Bloomberg|Associated Press|Press Association|PRESSE CANADIENNE|"
    r"The Canadian Press|La Presse canadienne|Agence France-Presse)(?:/[^()\n]{1,40})?\)\s?[-–—]{0,2}"
)
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?(?:[ \xa0]?[AP]M)?"
_DAY_CLOCK = rf"(?:\d{{1,4}}[/.-]\d{{1,2}}[/.-]\d{{1,4}}[ \xa0,]+)?{_CLOCK}"
# A line of nothing but a clock (or two with an arrow or dash), with the number of a caption above it.
_CODE_LINE = re.compile(
    rf"^(?:[ \t]*\d{{1,6}}[ \t]*\r?\n)?[ \t]*\[?{_DAY_CLOCK}\]?"
    rf"(?:[ \t]*(?:-->|[—–-])[ \t]*\[?{_DAY_CLOCK}\]?)?(?:[ \t]+(?:align|line|position|size):\S+)*[ \t]*$",
    re.MULTILINE,
)
_CODE_AT_START = re.compile(rf"^[ \t]*(?:\[{_CLOCK}\]|\({_CLOCK}\)|\d{{1,2}}:\d{{2}}:\d{{2}})[ \t]+", re.MULTILINE)
_NAME = r"[A-ZÀ-Þ][\w'’.-]*"
# "SMITH:", "Jane Smith, health editor:", ">> REPORTER:"; at the beginning of a line, after a time code if any.
_SPEAKER = re.compile(
    rf"^[ \t]*(?:>>+[ \t]*)?(?P<name>{_NAME}(?:[ \t]+{_NAME}){{0,4}})"
    rf"(?P<role>(?:,[^:\n]{{1,50}}|[ \t]*\([^)\n]{{1,40}}\)){{0,2}})[ \t]*:[ \t]+(?=\S)|^[ \t]*>>+[ \t]*",
    re.MULTILINE,
)
_STAGE = re.compile(
    r"[\[(](?i:applause|laughter|music|inaudible|crosstalk|(?:begin|end) (?:video|audio)[^\])\n]{0,20}|"
    r"voice-?over|applaudissements|rires|musique|inaudible)[\])]"
)
_HEADER = re.compile(r"\AWEBVTT[^\n]*$", re.MULTILINE)
_PAYWALL = re.compile(
    r"(?i:subscribe (?:now |today )?to (?:continue|keep) reading|to (?:continue|keep) reading(?: this article)?,|"
    r"(?:this|the full) (?:article|story|content) is (?:only |exclusively )?(?:available to|for|reserved for) "
    r"(?:our )?(?:subscribers|members)|already a subscriber\?|you have reached your (?:free )?(?:article )?limit|"
    r"réservé(?:e)? (?:à nos |aux )abonné|il vous reste \d+ ?% de (?:cet article|ce texte)|"
    r"(?:la suite|cet article|ce contenu) est réservée? |pour lire la suite|déjà abonné)"
)
_TURNS = 3  # time codes or speakers from which a text is a transcript
_SHARE_OF_LINES = 0.15


@dataclass(frozen=True, slots=True)
class Content:
    """A public text without its furniture.

    `text` has the original's length: what was furniture is blank. `speakers`: where each turn of a transcript
    begins and who speaks ("" where only a change is marked). `paywall`: where a notice says that the rest is for
    subscribers. `transcript`: whether the text was made from a broadcast.
    """

    text: str
    speakers: tuple[tuple[int, str], ...] = ()
    paywall: int | None = None
    transcript: bool = False

    def speaker_at(self, place: int) -> str | None:
        """Who speaks at `place`; None where no transcript says so."""
        at = bisect_right(self.speakers, place, key=lambda turn: turn[0])
        return (self.speakers[at - 1][1] or None) if at else None


def content_of(text: str) -> Content:
    """`text` without its furniture."""
    lines = text.count("\n") + 1
    codes = [*_CODE_LINE.finditer(text), *_CODE_AT_START.finditer(text)]
    plain = _without(text, [(one.start(), one.end()) for one in codes])
    turns = list(_SPEAKER.finditer(plain))
    transcript = (
        len(codes) >= _TURNS
        or _HEADER.match(text) is not None
        or (len(turns) >= _TURNS and len(turns) >= _SHARE_OF_LINES * lines)
    )
    spans = [one.span() for pattern in (_LINE, _CREDIT) for one in pattern.finditer(plain)]
    speakers: tuple[tuple[int, str], ...] = ()
    if transcript:
        spans += [one.span() for pattern in (_STAGE, _HEADER) for one in pattern.finditer(plain)]
        spans += [one.span() for one in turns]
        speakers = tuple((one.start(), _called(one)) for one in turns)
        if "-->" in text:  # captions: a line ends where the screen does, not the sentence
            plain = plain.replace("\n", " ")
    else:
        plain = _without(text, [one.span() for one in codes if one.re is _CODE_LINE])
    paywall = _PAYWALL.search(text)
    return Content(_without(plain, spans), speakers, paywall.start() if paywall else None, transcript)


def _called(turn: re.Match[str]) -> str:
    return " ".join(f"{turn['name'] or ''}{turn['role'] or ''}".split())


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """`text` with blanks in `spans`; line breaks stay."""
    parts: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        low = max(start, done)
        parts += [text[done:low], *("\n" if letter == "\n" else " " for letter in text[low:end])]
        done = end
    parts.append(text[done:])
    return "".join(parts)
