"""Which of the two working languages a text is written in."""

from __future__ import annotations

from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_LONG_ENOUGH = 20  # characters; below this a guess is worth nothing


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(["en", "fr"])
    return identifier


def guess_language(text: str) -> str | None:
    """`"en"` or `"fr"`, whichever fits `text` better; None where it is too short to tell."""
    sample = text[:4000]
    if sum(map(str.isalpha, sample)) < _LONG_ENOUGH:
        return None
    return str(_identifier().classify(sample)[0])
