"""Probabilities in words that people read rightly: natural frequencies, as in "about 7 in 10"."""

from __future__ import annotations


def frequency(probability: float) -> str:
    """A probability as a natural frequency, coarser where finer would mean nothing; never "none" or "all"."""
    if probability < 0.0005:
        return "fewer than 1 in 1,000"
    if probability < 0.0095:
        return f"about {max(1, round(probability * 1000))} in 1,000"
    if probability < 0.095:
        return f"about {round(probability * 100)} in 100"
    if probability < 0.945:
        return f"about {round(probability * 10)} in 10"
    if probability < 0.95:
        return "about 19 in 20"
    if probability < 0.995:
        return f"about {round(probability * 100)} in 100"
    return "more than 99 in 100"
