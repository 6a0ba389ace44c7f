"""The bundled example: a fictional republic, its reports, their handling, and seven articles.

Everything here is invented. `generate` writes it; nothing else in the program depends on it. The texts are
data (`material/*.toml`): seven reports and seven articles written by hand, and the wordings from which the
other reports are composed.

What the articles are, in order: quotations; a paraphrase; a French article on an English report; one that
draws on two reports; one on what fishermen had published before; one that has nothing to do with any report;
and one whose content is a report's, but whose source lies outside the records: a foreign service had been
given its copy through a liaison office that is on record as an organisation only. Three of them (1, 2 and 4)
came through the same person by three different ways, one (3) through a print in the fortnight for which a
print log is missing.
"""

from tearline.example.generator import ExampleSummary, generate

__all__ = ["ExampleSummary", "generate"]
