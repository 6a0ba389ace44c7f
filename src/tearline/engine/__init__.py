"""Where columns are worked on: DuckDB here, Spark on a cluster."""

from tearline.engine.interface import Cluster, Engine
from tearline.engine.local import LocalEngine

__all__ = ["Cluster", "Engine", "LocalEngine"]
