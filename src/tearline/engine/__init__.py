"""Where columns are worked on. DuckDB here; another engine is another file beside `local.py`."""

from tearline.engine.interface import Engine
from tearline.engine.local import LocalEngine

__all__ = ["Engine", "LocalEngine"]
