"""The bundled example: a fictional republic, its reports, their handling, and seven articles.

Everything here is invented. `generate` writes it; nothing else in the program depends on it.
"""

from tearline.example.generator import ExampleSummary, generate

__all__ = ["ExampleSummary", "generate"]
