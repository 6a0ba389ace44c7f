"""Spark: the same work on many machines. The only file that knows of pyspark, an extra that need not be there.

A job reads Parquet, shuffles by group, sorts within partitions, and runs a Python function over each partition in
Arrow batches. What it makes is written as Parquet into a folder of the workspace and read from there, so a result
larger than the driver's memory is no matter, and a lost executor costs its own part alone: Spark runs that again
and counts only what a finished task wrote.

With a master on this machine everything binds to 127.0.0.1; with a cluster, addresses and memory are what Spark's
own settings (`spark-defaults.conf`) say. The web interface is off and nothing is fetched.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from tearline.engine.interface import Relation, Work
from tearline.records.errors import BadInput, CouldNot

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

S = TypeVar("S")

PARTITION = 1 << 21
"""Rows of one partition, about: a few seconds' work, so that little is lost with an executor."""

_BATCH = 1 << 16
"""Rows handed to Python at a time."""

_MASTER = re.compile(r"(local(-cluster)?(\[[\w*,]+\])?|yarn|(spark|k8s)://\S+)")
_PLACEHOLDER = re.compile(r"\$(\w+)")
_PATTERN = re.compile(r"([\[\]{}*?\\])")
_LOOPBACK = "127.0.0.1"


class SparkEngine:
    """A session on `master`, for use in a `with` statement: it is stopped whatever happens.

    `scratch`: a folder that the driver and every executor see under the same path; what is put there is removed.
    BadInput where pyspark is not installed or `master` is no master's URL, CouldNot where Spark does not start.
    """

    def __init__(self, master: str, scratch: Path) -> None:
        if not _MASTER.fullmatch(master):
            raise BadInput(
                f"{master!r} is no Spark master",
                field="--master",
                remedy="Name one, as in local[2], spark://host:7077 or yarn",
            )
        self._master = master
        self._scratch = scratch.absolute()
        if "," in str(self._scratch):
            raise BadInput(
                "Spark reads a comma in a path as a second folder",
                where=str(self._scratch),
                remedy="Move the workspace to a path without a comma, or leave out --engine spark",
            )
        self._running: SparkSession | None = None

    def __enter__(self) -> SparkEngine:
        self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._running = _started(self._master, self._scratch)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session, self._running = self._running, None
        if session is not None:
            session.stop()

    def by_group(
        self,
        sql: str,
        relations: Mapping[str, Relation],
        values: Mapping[str, Any],
        *,
        order: Sequence[str],
        rows: int,
        work: Work[S],
        shared: S,
        schema: pa.Schema,
    ) -> pa.RecordBatchReader:
        """See `Cluster.by_group`. The work is done when this returns; the reader holds its files."""
        # The folder lives as long as the reader's generator does.
        folder = TemporaryDirectory(prefix="spark-", dir=self._scratch)
        out = Path(folder.name) / "rows"
        with _reported():
            frame = self.partitions(sql, relations, values, order=order, rows=rows)
            self.mapped(frame, work, shared, schema).write.parquet(str(out))

        def each() -> Iterator[pa.RecordBatch]:
            with folder:
                for part in sorted(out.glob("*.parquet")):
                    with pq.ParquetFile(part) as file:
                        yield from (batch.cast(schema) for batch in file.iter_batches(_BATCH))

        return pa.RecordBatchReader.from_batches(schema, each())

    def partitions(
        self,
        sql: str,
        relations: Mapping[str, Relation],
        values: Mapping[str, Any],
        *,
        order: Sequence[str],
        rows: int,
    ) -> DataFrame:
        """The result of `sql`, whole groups to a partition, sorted within; nothing is computed yet."""
        session = self._session
        for name, relation in relations.items():
            _view(session, relation).createOrReplaceTempView(name)
        # An engine's `$name` is a named parameter of Spark's as `:name`.
        found = session.sql(_PLACEHOLDER.sub(r":\1", sql), args=dict(values))
        count = max(session.sparkContext.defaultParallelism, 1 + rows // PARTITION)
        return found.repartition(count, order[0]).sortWithinPartitions(*order)

    def mapped(self, frame: DataFrame, work: Work[S], shared: S, schema: pa.Schema) -> DataFrame:
        """`work` over each partition; `shared` is broadcast, and unpacked once a Python process."""
        from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415 - not before it is asked for

        held = self._session.sparkContext.broadcast(shared)

        def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return work(held.value, batches)

        return frame.mapInArrow(run, from_arrow_schema(schema))

    @property
    def _session(self) -> SparkSession:
        assert self._running is not None, "used outside its `with` statement"
        return self._running


def _view(session: SparkSession, relation: Relation) -> DataFrame:
    from pyspark.sql.functions import broadcast  # noqa: PLC0415 - not before it is asked for

    if isinstance(relation, pa.RecordBatchReader):
        relation = relation.read_all()
    if isinstance(relation, pa.Table):
        return broadcast(session.createDataFrame(relation))
    # Spark reads a path as a pattern.
    return session.read.parquet(*(_PATTERN.sub(r"\\\1", str(path.absolute())) for path in relation))


def _started(master: str, scratch: Path) -> SparkSession:
    try:
        import pandas  # noqa: F401, PLC0415 - mapInArrow asks for it
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra: not before it is asked for
    except ImportError as error:
        raise BadInput(
            "Spark is not installed",
            field="--engine",
            remedy="Install it with `pip install 'tearline[spark]'`; it needs Java 17 or newer",
        ) from error
    builder = (
        SparkSession.builder.master(master)
        .appName("tearline")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(_BATCH))
    )
    environment = {"PYSPARK_PYTHON": os.environ.get("PYSPARK_PYTHON", sys.executable)}
    if master.startswith("local"):
        builder = (
            builder.config("spark.driver.bindAddress", _LOOPBACK)
            .config("spark.driver.host", _LOOPBACK)
            .config("spark.local.dir", str(scratch))
        )
        environment["SPARK_LOCAL_IP"] = _LOOPBACK
        # Executors run in folders of their own: they find this very package, however it was found here.
        known = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(path for path in known if path)
    with _reported(f"Spark did not start on {master!r}"), _environment(environment):
        return builder.getOrCreate()


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Spark reads these when its Java process is launched; nobody else shall find them changed."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _reported(what: str = "the Spark job failed") -> Iterator[None]:
    """What the cluster refuses is said in plain words; a fault in a query or in the work stays the program's."""
    from py4j.protocol import Py4JError  # noqa: PLC0415 - not before it is asked for
    from pyspark.errors import (  # noqa: PLC0415
        AnalysisException,
        ParseException,
        PySparkException,
        PythonException,
    )

    try:
        yield
    except (AnalysisException, ParseException, PythonException):
        raise
    except (PySparkException, Py4JError) as error:
        said = next((line.strip() for line in str(error).splitlines()[1:] if line.strip()), str(error))
        raise CouldNot(
            f"{what}: {said}",
            remedy="Check the master, the executors' memory, and that Java 17 or newer is installed on them",
        ) from error
