"""Probabilities in words that people read rightly: natural frequencies, as in "about 7 in 10"."""

from __future__ import annotations

from tearline.records.said import Said, say


def frequency(probability: float) -> Said:
    """A probability as a natural frequency, coarser where finer would mean nothing; never "none" or "all"."""
    if probability < 0.0005:
        return say("fewer than 1 in {base:,}", base=1000)
    if probability < 0.0095:
        return say("about {part} in {base:,}", part=max(1, round(probability * 1000)), base=1000)
    if probability < 0.095:
        return say("about {part} in {base:,}", part=round(probability * 100), base=100)
    if probability < 0.945:
        return say("about {part} in {base:,}", part=round(probability * 10), base=10)
    if probability < 0.95:
        return say("about {part} in {base:,}", part=19, base=20)
    if probability < 0.995:
        return say("about {part} in {base:,}", part=round(probability * 100), base=100)
    return say("more than {part} in {base:,}", part=99, base=100)
