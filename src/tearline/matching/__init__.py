"""From an article to the portions it draws on."""

from tearline.matching.answer import Matcher, match, matcher

__all__ = ["Matcher", "match", "matcher"]
